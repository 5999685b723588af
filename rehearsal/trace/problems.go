package trace

import (
	"fmt"
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// place is a line and a column, from 1; 0 is the whole file.
type position struct{ line, column int }

// problemList collects problems, at most maxProblems of them.
type problemList struct {
	name     string
	problems problem.List
	omitted  int
}

func (c *problemList) add(at position, got, rule, fix string) {
	if len(c.problems) == maxProblems {
		c.omitted++
		return
	}
	path := c.name
	if at.line > 0 {
		path = fmt.Sprintf("%s:%d:%d", c.name, at.line, at.column)
	}
	if len(got) > 60 {
		got = got[:60] + "…"
	}
	if got != "" {
		got = strconv.QuoteToGraphic(got)
		got = got[1 : len(got)-1]
	}
	c.problems = append(c.problems, problem.Problem{Path: path, Got: got, Rule: rule, Fix: fix})
}

func (c *problemList) err() error {
	ps := c.problems
	if c.omitted > 0 {
		ps = append(ps, problem.Problem{Path: c.name, Rule: fmt.Sprintf("%d more problems", c.omitted),
			Fix: "look at what wrote the file"})
	}
	return ps.Err()
}
