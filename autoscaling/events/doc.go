// Package events is the calendar of what is known beforehand: when traffic comes and how much of
// it, and the floors that hold it.
//
// Begin with an [Event]: when it starts and ends, in its time zone, and the highest rate that is
// expected. A [Calendar] is events with the figures that turn a rate into instances, tasks or
// environments. [Calendar.Floors] is the minimum that they ask for at each time, early by the
// start time and a margin, and [Calendar.Actions] the scheduled actions that assert it.
//
// Most apps give events to autoscaling.VariantScaling, which makes the calendar. Use this package
// directly to show a calendar, or to hold something else than a variant to it.
package events
