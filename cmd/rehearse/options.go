package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// options are the options of the command line.
type options struct {
	templates, facts          []string
	environments              map[string]bool            // the templates that are environment files
	environmentFiles          map[string]environmentFile // those read
	commits                   []string
	planFiles                 []string // of plans for environment files
	modes                     []scalingMode
	plans                     map[setting]*plan.Plan // made so far
	flips                     bool
	svg                       string
	assembly, stack, resource string
	frontendTemplate          string // the template of the gateway and load balancer
	readings                  map[string]cloudformation.Reading
	account, region           string // of pseudo parameters
	partition, stackName      string
	require                   bool // something must be judged, and everything read
	parameters                map[string]string
	given                     facts // which override facts files

	trace, shape         string
	reading              trace.Options // how the trace is read
	stdin                io.Reader
	cachedSource         *trafficSource // read from trace or shape
	rateScale, timeScale float64
	from, to             time.Time
	kickOff, shiftTo     time.Time
	faults               []string
	seed                 uint64
	playedReading        rehearsal.Reading
	json, html           string
	gate                 gate
	planning             planning

	// problems are those of single options, reported with all others.
	problems problem.List
}

func newOptions() *options {
	return &options{
		rateScale: 1, timeScale: 1, parameters: map[string]string{}, environments: map[string]bool{},
		environmentFiles: map[string]environmentFile{}, readings: map[string]cloudformation.Reading{},
		plans: map[setting]*plan.Plan{}, given: newFacts(), stdin: os.Stdin,
	}
}

func subjectFlags(o *options, flags *flag.FlagSet) {
	listFlag(flags, "template",
		"a CloudFormation `file`, JSON or YAML, or COMMIT:FILE of git; compare takes several", &o.templates)
	flags.Func("environment",
		"an environment `file` instead of a template, as its synthesis would deploy it, or COMMIT:FILE of git; "+
			"compare takes several", func(s string) error {
			o.templates = append(o.templates, s)
			o.environments[s] = true
			return nil
		})
	flags.StringVar(&o.assembly, "assembly", "",
		"a cloud assembly, as cdk synth writes it to cdk.out, instead of a template")
	flags.StringVar(&o.stack, "stack", "",
		"the `name` of the stack, or its path in the app, where several have something that scales")
	flags.StringVar(&o.resource, "resource", "", "the resource `ID` or logical ID of what scales, where several do")
	pseudo := func(name, usage, rule, fix string, form *regexp.Regexp, to *string) {
		valueFlag(o, flags, name, usage, rule, fix, func(s string) (string, bool) { return s, form.MatchString(s) },
			func(s string) { *to = s })
	}
	pseudo("account", "the `account` that a template asks for", "an account has 12 digits", "such as 123456789012",
		accountForm, &o.account)
	pseudo("region", "the `region` that a template asks for, such as eu-west-1", "this is no Region", "such as eu-west-1",
		regionForm, &o.region)
	pseudo("partition", "the `partition` that a template asks for (default that of the Region, else aws)",
		"this is no partition", "such as aws or aws-cn", partitionForm, &o.partition)
	pseudo("stack-name", "the `name` that the stack of a template is deployed by, for ${AWS::StackName}",
		"a stack's name has letters, digits and hyphens, 128 at most, and begins with a letter", "such as prod-inference",
		stackForm, &o.stackName)
	valueFlag(o, flags, "parameter", "a template's parameter, or a pseudo parameter such as AWS::StackId, as `NAME=VALUE`",
		"a parameter is NAME=VALUE",
		"such as --parameter Stage=prod",
		func(s string) ([2]string, bool) {
			name, value, found := strings.Cut(s, "=")
			return [2]string{name, value}, found && name != ""
		}, func(p [2]string) { o.parameters[p[0]] = p[1] })
}

func factFlags(o *options, flags *flag.FlagSet) {
	listFlag(flags, "facts",
		"a `file` of what was measured; default what the template's metadata says; compare takes several", &o.facts)
	for _, f := range factTable {
		flags.Func(f.flag(), f.meaning+"; as "+f.key+" in the facts", func(text string) error {
			f.take(&o.given, "--"+f.flag(), text, &o.problems)
			return nil
		})
	}
}

func playFlags(o *options, flags *flag.FlagSet) {
	flags.StringVar(&o.frontendTemplate, "frontend", "",
		"the `template` of the gateway and the load balancer, whose cost is added (default the one that is "+
			"rehearsed, or the assembly)")
	traceFlags(o, flags)
	flags.StringVar(&o.shape, "shape", "",
		"generated traffic instead of a trace, `KIND,KEY=VALUE,...`; times count from its start, rates are requests "+
			"a second:\n"+strings.Join(trace.ShapeForms(), "\n"))
	scale := func(name, usage string, to *float64) {
		valueFlag(o, flags, name, usage, "a scale is above 0 and at most 1000000", "2 doubles it",
			valid(parseNumber, func(x float64) bool { return x > 0 && x <= 1e6 }), func(x float64) { *to = x })
	}
	scale("rate-scale", "play so many `times` as many requests (default 1)", &o.rateScale)
	scale("time-scale", "play the trace so many `times` as fast, at its rates (default 1)", &o.timeScale)
	instant := func(name, usage string, to *time.Time) {
		valueFlag(o, flags, name, usage, "a time has a date and a zone", "such as 2027-05-29T19:00:00Z",
			parseInstant, func(t time.Time) { *to = t })
	}
	instant("from", "play the trace from this `time` of its own on", &o.from)
	instant("to", "play the trace to before this `time` of its own", &o.to)
	instant("kick-off", "the `time` in the trace that --shift-to moves (default its first)", &o.kickOff)
	instant("shift-to", "the `time` that --kick-off becomes, such as that of the match to come", &o.shiftTo)
	listFlag(flags, "fault",
		"something that goes wrong, `KIND=VALUE`; may be said again: "+faultKinds(), &o.faults)
	valueFlag(o, flags, "seed", "begins the pseudo-random start times (default `0`)",
		"a seed is a whole number, 0 or more", "leave it out for 0", func(s string) (uint64, bool) {
			n, err := strconv.ParseUint(s, 10, 64)
			return n, err == nil
		}, func(n uint64) { o.seed = n })
	readingFlag(o, flags)
}

func compareFlags(o *options, flags *flag.FlagSet) {
	listFlag(flags, "commit",
		"a `commit` of git at which --template or --environment is read; may be said again", &o.commits)
	listFlag(flags, "plan",
		"a `file` that rehearse plan --yaml has written: --environment is rehearsed with it as well; "+
			"may be said again", &o.planFiles)
	valueFlag(o, flags, "scaling",
		"make the scaling of the facts instead of reading it: `fixed`, autoscaled or planned; may be said again",
		"the ways are fixed, autoscaled and planned", "such as autoscaled",
		parseScalingMode, func(w scalingMode) { o.modes = append(o.modes, w) })
	valueFlag(o, flags, "evening",
		"learn what is planned from an evening, "+eveningHelp, eveningRule, eveningFix,
		parseEvenings, func(k []kickOff) { o.planning.evenings = append(o.planning.evenings, k...) })
	flags.BoolVar(&o.flips, "flips", false,
		"say where another would be the cheapest: at which price, speed or start time")
	flags.StringVar(&o.svg, "svg", "", "draw the comparison into this `file`")
}

func outputFlags(o *options, flags *flag.FlagSet) {
	flags.StringVar(&o.json, "json", "", "write the result for machines to this `file`")
	flags.StringVar(&o.html, "html", "", "write the report as a page to this `file`")
}

func gateFlags(o *options, flags *flag.FlagSet) {
	valueFlag(o, flags, "min-availability", "fail below this `percentage` of answered requests",
		"an availability is a percentage over 0 and at most 100", "such as 99.99",
		valid(parsePercentage, isPercentage), func(x float64) { o.gate.minAvailability = x })
	valueFlag(o, flags, "max-p99", "fail over this 99th percentile of `latency`",
		"a latency is above 0 and has a unit", "such as 200ms",
		valid(time.ParseDuration, isPositive), func(d time.Duration) { o.gate.maxP99 = d })
	valueFlag(o, flags, "max-cost-ratio", "fail over this `multiple` of what the oracle pays", "a ratio is above 0",
		"such as 1.5",
		valid(parseNumber, func(x float64) bool { return x > 0 && !math.IsInf(x, 1) }),
		func(x float64) { o.gate.maxCostRatio = x })
}

// The forms of what pseudo parameters give.
var (
	accountForm   = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm    = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	partitionForm = regexp.MustCompile(`^aws(-[a-z]+)*$`)
	stackForm     = regexp.MustCompile(`^[A-Za-z][-A-Za-z0-9]{0,127}$`)
)

// checkRequired adds the problems of missing and contradicting options.
func (o *options) checkRequired(played bool) {
	switch {
	case len(o.modes) > 0 && len(o.templates) == 0 && o.assembly == "": // the scaling is generated
	case len(o.templates) == 0 && o.assembly == "":
		o.problems.Add("--template", nil,
			"what scales is in a template, an environment file or a cloud assembly, and none is given",
			"give --template FILE, --environment FILE, or --assembly cdk.out")
	case len(o.templates) > 0 && o.assembly != "":
		o.problems.Add("--assembly", o.assembly, "what scales is in a template or a cloud assembly, and both are given",
			"leave one of them out")
	}
	for _, file := range o.templates {
		if o.environments[file] && len(o.parameters) > 0 {
			o.problems.Add("--parameter", slices.Sorted(maps.Keys(o.parameters))[0],
				"an environment file has no parameters: "+file, "leave it out, or give a template")
		}
	}
	if !played {
		return
	}
	switch {
	case !o.hasTraffic() && o.learnsFromFiles():
	case !o.hasTraffic():
		o.problems.Add("--trace", nil, "a rehearsal replays traffic, and none is given",
			"give --trace FILE, or --shape KIND,KEY=VALUE,...")
	case o.trace != "" && o.shape != "":
		o.problems.Add("--shape", o.shape, "a trace is given as well", "leave one of them out")
	}
	if !o.from.IsZero() && !o.to.IsZero() && !o.from.Before(o.to) {
		o.problems.Add("--to", o.to.Format(time.RFC3339), "it is not after --from, "+o.from.Format(time.RFC3339),
			"give a later time")
	}
	for i, file := range o.outputs() {
		if file.path == "" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(file.path)); err != nil || !info.IsDir() {
			o.problems.Add(file.option, file.path, "its folder does not exist", "make it, or name another")
		}
		if info, err := os.Stat(file.path); err == nil && info.IsDir() {
			o.problems.Add(file.option, file.path, "this is a folder", "name a file in it")
		}
		for _, other := range o.outputs()[:i] {
			if other.path == file.path {
				o.problems.Add(file.option, file.path, other.option+" goes to the same file", "give each a file of its own")
			}
		}
	}
	if !o.kickOff.IsZero() && o.shiftTo.IsZero() && len(o.planning.evenings) == 0 {
		o.problems.Add("--kick-off", o.kickOff.Format(time.RFC3339), "it says what --shift-to moves, which is not given",
			"give --shift-to TIME, or leave it out")
	}
}

// learnsFromFiles reports whether a plan learns from other files than --trace. Only a
// plan's event has a name.
func (o *options) learnsFromFiles() bool {
	return o.planning.name != "" && len(o.planning.evenings) > 0
}

// outputs are the output files; those without a path are not written.
func (o *options) outputs() []output {
	return []output{{option: "--json", path: o.json}, {option: "--html", path: o.html}, {option: "--svg", path: o.svg},
		{option: "--yaml", path: o.planning.yaml}}
}

// checkSingle refuses several values of options that only compare takes.
func (o *options) checkSingle() {
	for _, several := range []struct {
		name  string
		given []string
	}{{"--template", o.templates}, {"--facts", o.facts}} {
		if len(several.given) > 1 {
			o.problems.Add(several.name, strings.Join(several.given, ", "), "one is rehearsed",
				fmt.Sprintf("give %s once, or use rehearse compare", several.name))
		}
	}
}
