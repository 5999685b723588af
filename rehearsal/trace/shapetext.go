package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// shapeKind is a shape that ParseShape knows.
type shapeKind struct {
	name string
	// keys are its own keys, besides everyShape, and form an example of them.
	keys []string
	form string
	make func(Grid, shapeValues) Trace
}

// everyShape has the keys of every shape.
var everyShape = []string{"start", "length", "period"}

var shapeKinds = []shapeKind{
	{"step", []string{"from", "to", "at"}, "from=100,to=900,at=1h", func(g Grid, v shapeValues) Trace {
		return g.Step(v.rates["from"], v.rates["to"], v.times["at"])
	}},
	{"ramp", []string{"from", "to", "begins", "ends"}, "from=100,to=900,begins=1h,ends=90m",
		func(g Grid, v shapeValues) Trace {
			return g.Ramp(v.rates["from"], v.rates["to"], v.times["begins"], v.times["ends"])
		}},
	{"flash", []string{"base", "peak", "at", "rise", "half-life"}, "base=100,peak=900,at=1h,rise=2m,half-life=10m",
		func(g Grid, v shapeValues) Trace {
			return g.Flash(v.rates["base"], v.rates["peak"], v.times["at"], v.times["rise"], v.times["half-life"])
		}},
	{"diurnal", []string{"night", "day", "highest"}, "night=100,day=900,highest=20", func(g Grid, v shapeValues) Trace {
		return g.Diurnal(v.rates["night"], v.rates["day"], v.rates["highest"])
	}},
	{"match", []string{"base", "peak", "kick-off"}, "base=100,peak=900,kick-off=1h", func(g Grid, v shapeValues) Trace {
		return g.Match(v.rates["base"], v.rates["peak"], v.times["kick-off"])
	}},
}

// shapeTimes are the keys of times from the shape's start. Other keys are rates in
// requests a second, or for highest an hour of the day.
var shapeTimes = map[string]bool{"length": true, "period": true, "at": true, "begins": true, "ends": true,
	"rise": true, "half-life": true, "kick-off": true}

// shapeValues are the values of a text by key.
type shapeValues struct {
	start time.Time
	rates map[string]float64
	times map[string]time.Duration
}

// Limits of a shape's rates and memory.
const (
	maxRate         = 1e9
	maxShapePeriods = 10_000_000
)

// ParseShape parses a shape such as
// "match,start=2027-05-29T18:00:00Z,length=5h,base=100,peak=900,kick-off=1h".
// Times count from its start, rates are requests a second, and the default period
// is 1m. Its error is a problem.List with every problem, each below place.
func ParseShape(place, text string) (Trace, error) {
	parts := strings.Split(text, ",")
	var kind shapeKind
	var names []string
	for _, k := range shapeKinds {
		names = append(names, k.name)
		if k.name == strings.TrimSpace(parts[0]) {
			kind = k
		}
	}
	if kind.make == nil {
		return Trace{}, problem.List{{Path: place, Got: parts[0], Rule: "the shapes are " + strings.Join(names, ", "),
			Fix: "such as " + shapeKinds[4].example()}}
	}
	v, ps := kind.read(parts[1:])
	if len(ps) == 0 {
		ps = kind.check(v)
	}
	if len(ps) > 0 {
		for i := range ps {
			ps[i].Path = place + ": " + ps[i].Path
		}
		return Trace{}, ps
	}
	return kind.make(Grid{Start: v.start, Length: v.times["length"], Period: v.times["period"]}, v), nil
}

// example is a text that ParseShape reads.
func (k shapeKind) example() string {
	return k.name + ",start=2027-05-29T18:00:00Z,length=5h," + k.form
}

// ShapeForms are the forms of ParseShape, one for each shape.
func ShapeForms() []string {
	var forms []string
	for _, k := range shapeKinds {
		forms = append(forms, k.name+",start=TIME,length=DURATION[,period=1m],"+k.form)
	}
	return forms
}

// read reads the values of KEY=VALUE parts.
func (k shapeKind) read(parts []string) (shapeValues, problem.List) {
	v := shapeValues{rates: map[string]float64{}, times: map[string]time.Duration{}}
	var ps problem.List
	known := slices.Concat(everyShape, k.keys)
	said := map[string]bool{}
	for _, part := range parts {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if said[key] {
			ps.Add(key, value, "it is said twice", "leave one of them out")
		}
		said[key] = true
		switch {
		case !slices.Contains(known, key):
			ps.Add(key, value, fmt.Sprintf("%s has no %q", k.name, key), "its keys are "+strings.Join(known, ", "))
		case key == "start":
			at, err := time.Parse(time.RFC3339, value)
			if err != nil || at.Nanosecond() != 0 {
				ps.Add(key, value, "a shape begins at a whole second, with its zone", "such as 2027-05-29T18:00:00Z")
			}
			v.start = at.UTC()
		case shapeTimes[key]:
			d, err := time.ParseDuration(value)
			if err != nil || d < 0 {
				ps.Add(key, value, "a time of 0 or more with its unit is wanted", "such as 90m")
			}
			v.times[key] = d
		default:
			x, err := strconv.ParseFloat(value, 64)
			if err != nil || !(x >= 0 && x <= maxRate) {
				ps.Add(key, value, "a number of 0 or more is wanted", "rates are requests a second")
			}
			v.rates[key] = x
		}
	}
	if !said["period"] {
		v.times["period"], said["period"] = time.Minute, true
	}
	for _, key := range known {
		if !said[key] {
			ps.Add(key, nil, fmt.Sprintf("%s needs it", k.name), "such as "+k.example())
		}
	}
	return v, ps
}

// check validates parsed values.
func (k shapeKind) check(v shapeValues) problem.List {
	var ps problem.List
	period, length := v.times["period"], v.times["length"]
	switch {
	case period < time.Second || period%time.Second != 0:
		ps.Add("period", period, "a period is whole seconds, 1s or more", "such as 1m")
	case length < period:
		ps.Add("length", length, "a shape is at least one period long, of "+problem.Duration(period), "such as 5h")
	case length/period > maxShapePeriods:
		ps.Add("length", length, fmt.Sprintf("a shape has at most %d periods", maxShapePeriods), "give a longer period")
	}
	if k.name == "ramp" && v.times["ends"] < v.times["begins"] {
		ps.Add("ends", v.times["ends"], "a ramp ends after it begins, at "+problem.Duration(v.times["begins"]),
			"give a later time")
	}
	if k.name == "flash" && v.times["half-life"] == 0 {
		ps.Add("half-life", v.times["half-life"], "what is left halves in a time above 0", "such as 10m")
	}
	if k.name == "diurnal" && v.rates["highest"] >= 24 {
		ps.Add("highest", v.rates["highest"], "it is an hour of the day in UTC, from 0 to below 24", "20 is in the evening")
	}
	return ps
}
