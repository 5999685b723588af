// Package plan makes the floors of an event from the traffic of earlier ones, by a rule without a
// search, and rehearses them: on each earlier evening planned from the others, on an evening to
// check by, and under forecast errors and faults. The same request gives the same plan, on any
// number of cores.
//
// Begin with [Make] and a [Request]. The [Plan] has the event as an environment file takes it,
// and what came of each rehearsal beside target tracking alone. Use it where traffic of three
// earlier events or more is known; without any, write the event with its peak by hand.
package plan
