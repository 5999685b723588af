// Package rehearsal simulates the scaling of an endpoint under a trace of traffic, second by
// second: its requests, latency, capacity and cost. It is deterministic: the same input gives the
// same result.
//
// Begin with [Run] and an [Input]: what scales, what one instance does, and the traffic, which
// package rehearsal/trace reads or generates. Faults in the input play what goes wrong. A
// [Result] is compared with the oracle, the fewest instances that meet the objective at every
// instant, and with the static peak, the most of them all the time.
//
// Where AWS documents nothing, a [Reading] says what is assumed; hold a conclusion under each of
// [Readings]. To rehearse one input several times, [Prepare] it once.
//
// Use the program rehearse to try a template, this package for a test of your own, package
// rehearsal/plan to find the floors of an event, and rehearsal/report to write what came out.
package rehearsal
