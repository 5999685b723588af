package main

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// draft is an environment file as far as it is known.
type draft struct {
	// values are the answers by their YAML path, and the name.
	values map[string]string
	events []event
	// leftOut are the paths of keys that the file shall not have.
	leftOut map[string]bool
	// wrong is what is no answer at all.
	wrong problem.List
}

// event has the keys of an event in the order given. It is open while it is asked for.
type event struct {
	keys   []string
	values map[string]string
	open   bool
}

func newDraft() *draft { return &draft{values: map[string]string{}, leftOut: map[string]bool{}} }

func (d *draft) given(path string) bool { return d.values[path] != "" }

// asks reports whether a question is open.
func (d *draft) asks(q question) bool { return !d.given(q.path) && !d.leftOut[q.path] }

// missing are the flags of the required answers that are open.
func (d *draft) missing() (flags []string) {
	for _, q := range questions {
		if d.asks(q) && q.required() {
			flags = append(flags, "--"+q.flag)
		}
	}
	return flags
}

// usePlainHTTP takes the place of a certificate.
func (d *draft) usePlainHTTP() {
	d.values[plainHTTPPath] = "true"
	d.leftOut[certificatePath] = true
}

func (d *draft) file(dir string) string { return filepath.Join(dir, d.values[namePath]+".yaml") }

var keyValue = regexp.MustCompile(`^([A-Za-z]+)=(.*)$`)

// addEvent reads an event from KEY=VALUE words.
func (d *draft) addEvent(text string) {
	e, at := event{values: map[string]string{}}, fmt.Sprintf("events[%d]", len(d.events))
	for _, word := range strings.Fields(text) {
		m := keyValue.FindStringSubmatch(word)
		switch {
		case m == nil:
			d.wrong.Add(at, word, "an event is keys with their values, separated by spaces", "write such as name=final")
		case e.values[m[1]] != "":
			d.wrong.Add(at+"."+m[1], m[2], "it is given twice", "keep one of the two")
		default:
			e.set(m[1], m[2])
		}
	}
	d.events = append(d.events, e)
}

// set sets the value of a key. Without a value the key is not there.
func (e *event) set(key, value string) {
	e.keys = slices.DeleteFunc(e.keys, func(k string) bool { return k == key })
	e.values[key] = value
	if value != "" {
		e.keys = append(e.keys, key)
	}
}

// copied is the draft with answers of its own.
func (d *draft) copied() *draft {
	c := &draft{values: maps.Clone(d.values), leftOut: d.leftOut}
	for _, e := range d.events {
		c.events = append(c.events, event{slices.Clone(e.keys), maps.Clone(e.values), e.open})
	}
	return c
}

// whole returns the draft with an example in place of each open answer.
func (d *draft) whole() *draft {
	w := d.copied()
	for _, q := range questions {
		switch {
		case !w.asks(q) || q.optional:
		case q.path == minPath:
			w.values[q.path] = "1" // nothing is below it
		case q.path == maxPath:
			w.values[q.path] = "1000000" // nothing is over it
		default:
			w.values[q.path] = w.fill(q.example)
		}
	}
	for i := range w.events {
		for _, q := range eventQuestions {
			if e := &w.events[i]; e.open && e.values[q.key()] == "" {
				e.set(q.key(), w.fill(q.example))
			}
		}
	}
	return w
}

// judge returns what the rules of environment files say of the answers so far, as YAML
// paths. What they say of a key that is still open is no news.
func (d *draft) judge() problem.List {
	w := d.whole()
	name := w.values[namePath]
	var ps, invalid problem.List
	if errors.As(config.Environment{Name: name}.Validate(), &invalid) {
		for _, p := range invalid {
			if p.Path == "Name" { // the file has the rest
				p.Path = namePath
				ps = append(ps, p)
			}
		}
	}
	_, err := config.Parse(name+".yaml", name, w.yaml(""))
	var found config.Problems
	if errors.As(err, &found) {
		for _, p := range found {
			if d.answered(p.Path) {
				ps = append(ps, p.Problem)
			}
		}
	}
	return ps
}

// answered reports whether a path is of no open question.
func (d *draft) answered(path string) bool {
	for _, q := range questions {
		if d.asks(q) && (path == q.path || strings.HasPrefix(path, q.path+"[")) {
			return false
		}
	}
	for i, e := range d.events {
		key, found := strings.CutPrefix(path, fmt.Sprintf("events[%d].", i))
		if found && e.open && e.values[key] == "" {
			return false
		}
	}
	return true
}

// inFlags writes the flag of each answer in place of its path.
func (d *draft) inFlags(ps problem.List) problem.List {
	return ps.Map(func(path string) string {
		for _, q := range questions {
			if rest, found := strings.CutPrefix(path, q.path); found && (rest == "" || rest[0] == '[') {
				return "--" + q.flag + rest
			}
		}
		if rest, found := strings.CutPrefix(path, "events"); found {
			return "--event" + rest
		}
		return path
	})
}

// fill writes the answers so far, or their examples, into a question's text.
func (d *draft) fill(text string) string {
	return regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllStringFunc(text, func(word string) string {
		path := word[1 : len(word)-1]
		switch path {
		case "max":
			return strconv.Itoa(d.defaultMax())
		case "end":
			return d.defaultEnd()
		}
		for _, q := range questions {
			if q.path == path && !d.given(path) {
				return q.example
			}
		}
		return d.values[path]
	})
}

// defaultMax leaves room over the minimum, and over what the events need.
func (d *draft) defaultMax() int {
	lowest, _ := strconv.Atoi(d.values[minPath])
	highest := 3 * max(lowest, 2)
	e, err := config.Parse("", "", d.whole().yaml(""))
	if variants := e.ProductionVariants(); (err == nil || config.OverQuota(err)) && len(variants) > 0 {
		highest = max(highest, 2*variants[0].VariantScaling().Calendar().HighestFloor())
	}
	return highest
}

const localTime = "2006-01-02T15:04"

// defaultEnd is three hours after the start of the last event.
func (d *draft) defaultEnd() string {
	starts, err := time.Parse(localTime, d.events[len(d.events)-1].values["starts"])
	if err != nil {
		return "2027-05-29T23:00"
	}
	return starts.Add(3 * time.Hour).Format(localTime)
}
