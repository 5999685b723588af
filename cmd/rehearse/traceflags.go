package main

import (
	"flag"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// traceFlags are the options of the trace's file. They say what it does not say itself.
func traceFlags(o *options, flags *flag.FlagSet) {
	r := &o.reading
	flags.StringVar(&o.trace, "trace", "",
		"a `file` of traffic, a folder of logs, or - for standard input: docs/rehearsal.md lists the formats")
	flags.StringVar(&r.Column, "column", "",
		"the `header`, key or number of the column of requests (default one with a documented name)")
	flags.StringVar(&r.TimeColumn, "time-column", "",
		"the `header`, key or number of the column of times, or of two as DATE+TIME (default one with a documented "+
			"name)")
	flags.StringVar(&r.Metric, "metric", "", "the `label` or ID of the series to read, of several in the trace")
	choice := func(name, usage string, to *string, known ...string) {
		valueFlag(o, flags, name, usage, "it is one of "+strings.Join(known, ", "), "such as "+known[0],
			func(s string) (string, bool) { return s, slices.Contains(known, s) }, func(s string) { *to = s })
	}
	choice("unit", "what the column has: `count`, rate (requests a second), counter (requests since some beginning), or "+
		"request (each row is one)", &r.Unit, "count", "rate", "counter", "request")
	choice("date-order", "the order of dates such as 29.05.2027: `dmy` or mdy", &r.DateOrder, "dmy", "mdy")
	choice("decimal", "the decimal sign of the trace's numbers: `point` or comma", &r.Decimal, "point", "comma")
	valueFlag(o, flags, "period",
		"the `duration` of each row, or by which requests are counted (default as the rows show; requests by 1s)",
		"a period is whole seconds, 1s to 31 days", "such as 1m",
		valid(time.ParseDuration, func(d time.Duration) bool {
			return d >= time.Second && d%time.Second == 0 && d <= 31*24*time.Hour
		}), func(d time.Duration) { r.Period = d })
	valueFlag(o, flags, "trace-begin", "the `time` at which a trace begins that only has times from its start, as hey's",
		"a time has a date and a zone", "such as 2027-05-29T19:00:00Z", parseInstant, func(t time.Time) { r.Begin = t })
}

// timezoneFlag is the option of the trace's zone. It is --trace-timezone of a plan,
// whose --timezone is that of its actions.
func timezoneFlag(name string) func(*options, *flag.FlagSet) {
	return func(o *options, flags *flag.FlagSet) {
		valueFlag(o, flags, name, "the IANA `zone` of times in the trace that have none (default UTC)",
			"this is not a time zone of the IANA database", "such as Europe/London",
			valid(time.LoadLocation, func(l *time.Location) bool { return l != time.Local && l.String() != "" }),
			func(l *time.Location) { o.reading.Timezone = l })
	}
}

// readTrace reads the trace, of which the part from --from to --to is played.
func (o *options) readTrace() (trace.Trace, trace.Report, error) {
	r := o.reading
	r.From, r.To = o.from, o.to
	if o.trace == "-" {
		r.Name = "standard input"
		return trace.Read(o.stdin, r)
	}
	return trace.ReadFile(o.trace, r)
}
