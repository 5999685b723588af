package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// planning is the options of a plan.
type planning struct {
	name, timezone      string
	peak                float64
	robust              bool
	marginPeak          float64
	marginEarly         time.Duration
	minAvailability     float64 // a share
	evenings            []kickOff
	check               *kickOff
	budget, maxCapacity int
	timeout             time.Duration
	json, yaml          string
	earlySaid, peakSaid bool
}

// kickOff is the kick-off of an earlier evening, in a file or in --trace.
type kickOff struct {
	file string
	at   time.Time
}

func parseKickOff(text string) (kickOff, bool) {
	file, at := "", text
	if i := strings.LastIndex(text, "@"); i >= 0 {
		file, at = text[:i], text[i+1:]
	}
	t, ok := parseInstant(at)
	return kickOff{file, t}, ok
}

func planFlags(o *options, flags *flag.FlagSet) {
	p := &o.planning
	flags.StringVar(&p.name, "name", "event", "what the event is called")
	flags.StringVar(&p.timezone, "timezone", "UTC", "the IANA `zone` in which the plan's times are written")
	valueFlag(o, flags, "peak",
		"the highest rate that is expected, in `requests` a second (default that of the evening)", "a peak is above 0",
		"such as 3800",
		valid(parseNumber, func(x float64) bool { return x > 0 && x <= 1e9 }), func(x float64) { p.peak = x })
	flags.BoolVar(&p.robust, "robust", true, "hold a forecast that is wrong by the margins, too")
	valueFlag(o, flags, "margin-peak", "how many `times` the peak may come (default 1.3)",
		"a peak comes 1 to 10 times as high", "such as 1.3",
		valid(parseNumber, func(x float64) bool { return x >= 1 && x <= 10 }),
		func(x float64) { p.marginPeak, p.peakSaid = x, true })
	valueFlag(o, flags, "margin-early", "how much earlier the event may begin, a `duration` (default 10m)",
		"an event begins 0s to 2h early", "such as 10m",
		valid(time.ParseDuration, func(d time.Duration) bool { return d >= 0 && d <= 2*time.Hour }),
		func(d time.Duration) { p.marginEarly, p.earlySaid = d, true })
	valueFlag(o, flags, "min-availability", "the `percentage` of requests that has to be answered (default 100)",
		"an availability is a percentage over 0 and at most 100", "such as 99.99",
		valid(parsePercentage, isPercentage), func(x float64) { p.minAvailability = x / 100 })
	const written = "it is a time, or FILE@TIME"
	valueFlag(o, flags, "evening",
		"learn from another evening as well, by its `kick-off` in the trace, or FILE@TIME; may be said again", written,
		"such as 1998-07-07T19:00:00Z",
		parseKickOff, func(k kickOff) { p.evenings = append(p.evenings, k) })
	valueFlag(o, flags, "check", "rehearse the plan on another evening, by its `kick-off` in the trace, or FILE@TIME",
		written, "such as 1998-07-07T19:00:00Z",
		parseKickOff, func(k kickOff) { p.check = &k })
	valueFlag(o, flags, "max-capacity",
		"the most `instances` that a plan has, such as the account's quota (default as many as the peak may need)",
		"a capacity is 1 or more", "such as 40",
		valid(strconv.Atoi, func(n int) bool { return n > 0 }), func(n int) { p.maxCapacity = n })
	budgetFlag(o, flags)
	valueFlag(o, flags, "timeout", "stop after this `duration`, with the best until then (default 10m)",
		"a time is above 0 and has a unit", "such as 30s",
		valid(time.ParseDuration, isPositive), func(d time.Duration) { p.timeout = d })
	flags.StringVar(&p.yaml, "yaml", "", "write the keys for the environment file to this `file` as well")
	flags.StringVar(&p.json, "json", "", "write the plan for machines to this `file`")
}

func budgetFlag(o *options, flags *flag.FlagSet) {
	valueFlag(o, flags, "budget", "try so many `settings` for a plan at most (default 400)",
		"20 to 100000 settings are tried", "leave it out for 400",
		valid(strconv.Atoi, func(n int) bool { return n >= 20 && n <= 100_000 }),
		func(n int) { o.planning.budget = n })
}

// checkPlanOptions adds the problems of missing and contradicting options of a plan.
func (o *options) checkPlanOptions() {
	p := &o.planning
	o.json = p.json
	if o.kickOff.IsZero() {
		o.problems.Add("--kick-off", nil,
			"what was learned is moved to the time of an event, and when it began is not given",
			"give --kick-off, a time in the trace")
	}
	if o.shiftTo.IsZero() {
		o.problems.Add("--shift-to", nil, "when the event comes is not given",
			"give --shift-to, such as 2027-05-29T19:00:00Z")
	}
	if len(o.faults) > 0 {
		o.problems.Add("--fault", strings.Join(o.faults, ", "), "a plan is rehearsed with faults of its own",
			"leave it out, and give it to rehearse run")
	}
	if !p.robust && (p.peakSaid || p.earlySaid) {
		o.problems.Add("--robust", p.robust, "a margin is given as well",
			fmt.Sprintf("leave one of them out: --margin-peak %g, --margin-early %s", max(1, p.marginPeak),
				problem.Duration(p.marginEarly)))
	}
	if _, err := time.LoadLocation(p.timezone); err != nil || p.timezone == "Local" || p.timezone == "" {
		o.problems.Add("--timezone", p.timezone, "this is not a time zone of the IANA database", "such as Europe/London")
	}
}
