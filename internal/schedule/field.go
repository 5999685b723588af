package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// field is one of the six fields of a cron expression, as AWS documents it
// (EventBridge User Guide, "Cron expressions reference").
type field struct {
	name     string // in problems and their paths
	min, max int
	names    []string // of min, min+1, …; nil for numbers only
	special  string   // wildcards besides , - * /
	restarts string   // the unit in which a step starts again
	rate     string   // the unit of the rate(…) that replaces too long a step
}

const (
	firstYear = 1970
	lastYear  = 2199
)

var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayNames   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// fields are in the order of a cron expression.
var fields = [6]field{
	{name: "minutes", min: 0, max: 59, restarts: "hour", rate: "minutes"},
	{name: "hours", min: 0, max: 23, restarts: "day", rate: "hours"},
	{name: "day-of-month", min: 1, max: 31, special: "? L W", restarts: "month", rate: "days"},
	{name: "month", min: 1, max: 12, names: monthNames, restarts: "year"},
	{name: "day-of-week", min: 1, max: 7, names: dayNames, special: "? L #", restarts: "week"},
	{name: "year", min: firstYear, max: lastYear},
}

// The indexes of the two day fields, of which one must be ?.
const (
	dayOfMonth = 2
	dayOfWeek  = 4
)

// entry is one entry of a field's list, or the whole list: canonical as AWS documents
// it, and spelled out for cronplan, without ranges and names.
type entry struct{ canonical, spelled string }

// parse reads a whole field.
func (f field) parse(text string) (entry, problem.List) {
	if text == "?" && f.special != "" {
		return entry{"?", "?"}, nil
	}
	var ps problem.List
	add := func(got string, flaws ...problem.Problem) {
		for _, p := range flaws {
			ps.Add(f.name, got, p.Rule, p.Fix)
		}
	}
	items := strings.Split(text, ",")
	if f.name == "day-of-week" && len(items) > 1 && strings.Contains(text, "#") {
		add(text, flaw("a day with # stands alone, AWS takes no list of them", "make an action for each"))
	}
	var canonical, spelled []string
	for _, item := range items {
		if item == "" {
			add(text, flaw("an entry of the list is empty", "remove the comma that is too many"))
			continue
		}
		e, flaws := f.parseEntry(strings.ToUpper(item))
		add(item, flaws...)
		canonical = append(canonical, e.canonical)
		spelled = append(spelled, e.spelled)
	}
	return entry{strings.Join(canonical, ","), strings.Join(spelled, ",")}, ps
}

// parseEntry reads *, a value or a range, each with or without a step, or a special
// form of the two day fields.
func (f field) parseEntry(item string) (entry, problem.List) {
	if e, ps, ok := f.parseSpecial(item); ok {
		return e, ps
	}
	base, stepText, stepped := strings.Cut(item, "/")
	step, suffix, ps := 1, "", problem.List(nil)
	if stepped {
		step, ps = f.parseStep(stepText)
		suffix = "/" + strconv.Itoa(step)
	}
	if base == "*" {
		return entry{"*" + suffix, "*" + suffix}, ps
	}
	low, high, ranged := strings.Cut(base, "-")
	from, fromText, more := f.parseValue(low)
	ps = append(ps, more...)
	if !ranged {
		return entry{fromText + suffix, strconv.Itoa(from) + suffix}, ps
	}
	to, toText, more := f.parseValue(high)
	if ps = append(ps, more...); len(ps) > 0 {
		return entry{}, ps
	}
	// A range may wrap around: AWS documents the hours 20-2. Years cannot.
	size := f.max - f.min + 1
	if to < from {
		if f.name == "year" {
			return entry{}, problem.List{flaw("a range of years runs forwards", fmt.Sprintf("write %d-%d", to, from))}
		}
		to += size
	}
	var spelled []string
	for v := from; v <= to; v += step {
		spelled = append(spelled, strconv.Itoa((v-f.min)%size+f.min))
	}
	return entry{fromText + "-" + toText + suffix, strings.Join(spelled, ",")}, ps
}

// parseStep reads what follows the slash. It refuses a step longer than the field,
// which would run once: 0/90 is not every 90 minutes.
func (f field) parseStep(text string) (int, problem.List) {
	longest := f.max
	if f.name == "year" {
		longest -= f.min
	}
	step, err := strconv.Atoi(text)
	if err == nil && isNumber(text) && step >= 1 && step <= longest {
		return step, nil
	}
	rule := fmt.Sprintf("a step in %s must be 1-%d", f.name, longest)
	if f.restarts != "" {
		rule += ", it starts again with every " + f.restarts
	}
	fix := "list the values"
	switch {
	case !isNumber(text) || err == nil && step == 0:
		fix = "write a number after the slash, or leave the slash out"
	case f.rate != "":
		fix = "use rate(" + text + " " + f.rate + ") or list the values"
	}
	return 1, problem.List{flaw(rule, fix)}
}

// parseValue reads a number or an upper-case name. A canonical number has no leading
// zeros.
func (f field) parseValue(text string) (value int, canonical string, ps problem.List) {
	if i := slices.Index(f.names, text); i >= 0 {
		return f.min + i, text, nil
	}
	if n, err := strconv.Atoi(text); err == nil && isNumber(text) && n >= f.min && n <= f.max {
		return n, strconv.Itoa(n), nil
	}
	return f.min, "", problem.List{flaw(f.rule(), f.fix(text))}
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// rule says which values the field allows.
func (f field) rule() string {
	values := fmt.Sprintf("%d-%d", f.min, f.max)
	if f.names != nil {
		values += " or " + f.names[0] + "-" + f.names[len(f.names)-1]
	}
	return strings.TrimSpace(f.name + " must be " + values + ", with the wildcards , - * / " + f.special)
}

// fix suggests a value for text, which the field does not allow.
func (f field) fix(text string) string {
	switch {
	case text == "?" && f.special == "":
		return "write *, only day-of-month and day-of-week may be ?"
	case text == "?":
		return "let ? stand alone"
	case f.name == "minutes" && text == "60":
		return "write 0, in the next hour"
	case f.name == "hours" && text == "24":
		return "write 0, midnight begins the day"
	case f.name == "day-of-month" && isNumber(text) && strings.Trim(text, "0") != "":
		return "write L for the last day of the month"
	case f.name == "day-of-week" && isNumber(text):
		return "write the day's name, AWS counts from 1 (SUN) to 7 (SAT)"
	case f.name == "year" && isNumber(text) && len(text) == 2:
		return "write 20" + text
	}
	for _, name := range f.names {
		if strings.HasPrefix(text, name) && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return "write " + name
		}
	}
	if f.name == "year" {
		return "write for instance 2027"
	}
	return fmt.Sprintf("write for instance %d", f.min)
}
