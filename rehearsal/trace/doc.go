// Package trace is the traffic of a rehearsal: the requests of each period. It reads counts, logs
// and CloudWatch exports, generates shapes, and scales and shifts them.
//
// Begin with [ReadFile], which recognises the format and guesses nothing: [Options] say what a
// file does not, and the [Report] what was taken. [ParseShape] generates traffic where there is
// none to read, such as a match or a flash. A [Trace] can then be cut, scaled and shifted to the
// time of an event to come.
package trace
