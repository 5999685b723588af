package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ask asks for what is open, until each answer is one that the rules take. The error is
// that no more answers come.
func (d *draft) ask(dir string, in *bufio.Reader, out io.Writer) error {
	a := asker{d: d, in: in, out: out}
	withEvents := len(d.events) == 0
	for _, q := range questions {
		if q.path == certificatePath && withEvents {
			if err := a.events(); err != nil {
				return err
			}
		}
		if !d.asks(q) {
			continue
		}
		answered, err := a.answer(q, q.path, func(text string) { d.values[q.path] = text }, func() problem.List {
			ps := d.judge()
			if q.path == namePath {
				ps = append(ps, d.stands(dir)...)
			}
			return ps
		})
		if err != nil {
			return err
		}
		d.leftOut[q.path] = !answered
	}
	return nil
}

// events asks for one event after the other, until one has no name.
func (a asker) events() error {
	a.say(meaning("events"))
	for {
		i := len(a.d.events)
		a.d.events = append(a.d.events, event{values: map[string]string{}, open: true})
		for _, q := range eventQuestions {
			set := func(text string) { a.d.events[i].set(q.key(), text) }
			answered, err := a.answer(q, fmt.Sprintf("events[%d].%s", i, q.key()), set, a.d.judge)
			if err != nil {
				return err
			}
			if !answered {
				a.d.events = a.d.events[:i]
				return nil
			}
		}
		a.d.events[i].open = false
	}
}

// unanswered is the error where the answers end too early.
func (d *draft) unanswered() error {
	missing := ""
	if flags := d.missing(); len(flags) > 0 {
		missing = "; required and not given: " + strings.Join(flags, ", ")
	}
	return fmt.Errorf("the answers end here, and nothing was written%s", missing)
}

type asker struct {
	d   *draft
	in  *bufio.Reader
	out io.Writer
}

// say prints a paragraph.
func (a asker) say(text string) {
	fmt.Fprintln(a.out)
	a.lines("", text)
}

func (a asker) lines(indent, text string) {
	for _, line := range cli.Wrap(strings.Fields(text), cli.Columns, indent) {
		fmt.Fprintln(a.out, line)
	}
}

// answer asks until judge has nothing to say about what is set. It returns false where
// the key is optional and left out.
func (a asker) answer(q question, path string, set func(string), judge func() problem.List) (bool, error) {
	a.say(meaning(q.path))
	fallback := a.d.fill(q.fallback)
	fmt.Fprintf(a.out, "  example: %s\n", a.d.fill(q.example))
	switch {
	case q.optional:
		fmt.Fprintln(a.out, "  default: none, press Enter")
	case fallback == "":
		fmt.Fprintln(a.out, "  default: none, it is required")
	default:
		fmt.Fprintf(a.out, "  default: %s, press Enter\n", fallback)
	}
	for {
		fmt.Fprintf(a.out, "%s: ", path)
		line, err := a.in.ReadString('\n')
		text := unquoted(strings.TrimSpace(line))
		if err != nil && text == "" {
			fmt.Fprintln(a.out)
			return false, a.d.unanswered()
		}
		switch {
		case text != "":
		case q.optional:
			return false, nil
		case fallback == "":
			fmt.Fprintln(a.out, "  it is required")
			continue
		}
		if text == "" {
			text = fallback
		}
		set(text)
		ps := judge()
		if len(ps) == 0 {
			return true, nil
		}
		set("")
		for _, p := range ps {
			a.lines("  ", p.String())
		}
	}
}
