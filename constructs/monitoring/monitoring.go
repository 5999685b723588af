// Package monitoring makes the alarms, the topic that they tell and the dashboard of an
// endpoint and of what stands in front of it.
package monitoring
