package trace

import (
	"fmt"
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// position is a line and a column, from 1; 0 is the whole file.
type position struct{ line, column int }

// problemList collects problems, at most maxProblems of them.
type problemList struct {
	name     string
	problems problem.List
	omitted  int
}

func (c *problemList) add(at position, got, rule, fix string) { c.addColumn(at, "", got, rule, fix) }

// addColumn adds a problem in a column with a name.
func (c *problemList) addColumn(at position, column, got, rule, fix string) {
	if len(c.problems) == maxProblems {
		c.omitted++
		return
	}
	path := c.name
	if at.line > 0 {
		path = fmt.Sprintf("%s:%d:%d", c.name, at.line, at.column)
	}
	if column != "" {
		path += ": " + quoted(column)
	}
	c.problems = append(c.problems, problem.Problem{Path: path, Got: quoted(got), Rule: rule, Fix: fix})
}

// quoted is a text of a file in one short line.
func quoted(text string) string {
	if runes := []rune(text[:min(len(text), 400)]); len(runes) > 60 {
		text = string(runes[:60]) + "…"
	}
	text = strconv.QuoteToGraphic(text)
	return text[1 : len(text)-1]
}

func (c *problemList) err() error {
	ps := c.problems
	if c.omitted > 0 {
		ps = append(ps, problem.Problem{Path: c.name, Rule: fmt.Sprintf("%d more problems", c.omitted),
			Fix: "look at what wrote the file"})
	}
	return ps.Err()
}
