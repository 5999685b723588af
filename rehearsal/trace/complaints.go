package trace

import (
	"fmt"
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// place is a line and a column, from 1; 0 is the whole file.
type place struct{ line, column int }

// complaints collects problems.
type complaints struct {
	name     string
	problems problem.List
	more     int
}

func (c *complaints) complain(at place, got, rule, fix string) {
	if len(c.problems) == maxProblems {
		c.more++
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

func (c *complaints) err() error {
	ps := c.problems
	if c.more > 0 {
		ps = append(ps, problem.Problem{Path: c.name, Rule: fmt.Sprintf("%d more problems", c.more), Fix: "look at what wrote the file"})
	}
	return ps.Err()
}
