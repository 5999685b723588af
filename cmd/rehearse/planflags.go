package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
)

// planning is the options of a plan.
type planning struct {
	name, timezone  string
	peak            float64
	margin          plan.Margin
	minAvailability float64 // a share
	evenings        []kickOff
	check           *kickOff
	maxCapacity     int
	json, yaml      string
}

// kickOff is the kick-off of an earlier evening, in a file or in --trace.
type kickOff struct {
	file string
	at   time.Time
}

// parseKickOff parses TIME, FILE@TIME, or a FILE whose name has the kick-off.
func parseKickOff(text string) (kickOff, bool) {
	file, at := "", text
	if i := strings.LastIndex(text, "@"); i >= 0 {
		file, at = text[:i], text[i+1:]
	}
	if t, ok := parseInstant(at); ok {
		return kickOff{file, t}, true
	}
	t, ok := kickOffInName(text)
	return kickOff{text, t}, ok
}

// kickOffName is the kick-off in a file's name: a date, and a time in UTC.
var kickOffName = regexp.MustCompile(`(\d{4}-\d{2}-\d{2})_kickoff_(\d{4})Z`)

func kickOffInName(file string) (time.Time, bool) {
	m := kickOffName.FindStringSubmatch(filepath.Base(file))
	if m == nil {
		return time.Time{}, false
	}
	t, err := time.Parse("2006-01-02 1504", m[1]+" "+m[2])
	return t, err == nil
}

// parseEvenings parses what parseKickOff does, or a folder or pattern of files whose
// names have the kick-off.
func parseEvenings(text string) ([]kickOff, bool) {
	if k, ok := parseKickOff(text); ok && !strings.ContainsAny(text, "*?[") {
		return []kickOff{k}, true
	}
	pattern := text
	if info, err := os.Stat(text); err == nil && info.IsDir() {
		pattern = filepath.Join(text, "*_kickoff_*")
	}
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return nil, false
	}
	var out []kickOff
	for _, f := range files {
		at, ok := kickOffInName(f)
		if !ok {
			return nil, false
		}
		out = append(out, kickOff{f, at})
	}
	return out, true
}

const (
	eveningRule = "it is a time, FILE@TIME, or files or a folder of them with the kick-off in their names"
	eveningFix  = "such as 1998-07-07T19:00:00Z, or a file named match_1998-07-07_kickoff_1900Z.csv"
	eveningHelp = "by its `kick-off` in the trace, FILE@TIME, a FILE, pattern or folder of files named as " +
		"match_1998-07-07_kickoff_1900Z.csv; may be said again"
)

func planFlags(o *options, flags *flag.FlagSet) {
	p := &o.planning
	flags.StringVar(&p.name, "name", "event", "what the event is called")
	flags.StringVar(&p.timezone, "timezone", "UTC", "the IANA `zone` in which the plan's times are written")
	valueFlag(o, flags, "peak",
		"the highest rate that is expected, in `requests` a second (default that of the evening)", "a peak is above 0",
		"such as 3800",
		valid(parseNumber, func(x float64) bool { return x > 0 && x <= 1e9 }), func(x float64) { p.peak = x })
	valueFlag(o, flags, "margin-peak", "make floors for so many `times` the peak (default 1)",
		"a peak comes 1 to 10 times as high", "such as 1.3",
		valid(parseNumber, isMargin), func(x float64) { p.margin.Peak = x })
	valueFlag(o, flags, "margin-early", "make floors for a kick-off that is so much earlier, a `duration` (default 0s)",
		"an event begins 0s to 2h early", "such as 10m",
		valid(time.ParseDuration, func(d time.Duration) bool { return d >= 0 && d <= 2*time.Hour }),
		func(d time.Duration) { p.margin.Early = d })
	valueFlag(o, flags, "margin-start", "make floors for starts that take so many `times` as long (default 1)",
		"starts take 1 to 10 times as long", "such as 2",
		valid(parseNumber, isMargin), func(x float64) { p.margin.Start = x })
	valueFlag(o, flags, "min-availability", "the `percentage` of requests that has to be answered (default 100)",
		"an availability is a percentage over 0 and at most 100", "such as 99.99",
		valid(parsePercentage, isPercentage), func(x float64) { p.minAvailability = x / 100 })
	valueFlag(o, flags, "evening", "learn from another evening as well, "+eveningHelp, eveningRule, eveningFix,
		parseEvenings, func(k []kickOff) { p.evenings = append(p.evenings, k...) })
	valueFlag(o, flags, "check",
		"rehearse the plan on another evening, which decides the exit status: a `kick-off` as of --evening", eveningRule,
		eveningFix, parseKickOff, func(k kickOff) { p.check = &k })
	valueFlag(o, flags, "max-capacity",
		"the most `instances` that a plan has, such as the account's quota (default as many as the peak may need)",
		"a capacity is 1 or more", "such as 40",
		valid(strconv.Atoi, func(n int) bool { return n > 0 }), func(n int) { p.maxCapacity = n })
	flags.StringVar(&p.yaml, "yaml", "", "write the keys for the environment file to this `file` as well")
	flags.StringVar(&p.json, "json", "", "write the plan for machines to this `file`")
}

func isMargin(x float64) bool { return x >= 1 && x <= 10 }

// checkPlanOptions adds the problems of missing and contradicting options of a plan.
func (o *options) checkPlanOptions() {
	p := &o.planning
	o.json = p.json
	if o.kickOff.IsZero() && (o.hasTraffic() || !o.learnsFromFiles()) {
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
	if _, err := time.LoadLocation(p.timezone); err != nil || p.timezone == "Local" || p.timezone == "" {
		o.problems.Add("--timezone", p.timezone, "this is not a time zone of the IANA database", "such as Europe/London")
	}
}
