package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Problem is one thing that is wrong with the environment files.
type Problem struct {
	// Place has their folder for a file where no single file is to blame.
	problem.Place
	// Problem has a YAML path, such as schedule[1].timezone, and the value as it
	// is written in the file.
	problem.Problem
}

// String is the problem on one line: file:line:column, then the rest.
func (p Problem) String() string {
	return p.Place.String() + ": " + strings.TrimPrefix(p.Problem.String(), ": ")
}

// Problems is everything wrong with the environment files, in the order of
// files, lines and columns. As an error it has one line a problem.
type Problems []Problem

// Error implements error: one problem a line.
func (ps Problems) Error() string {
	return problem.Lines(ps)
}

// err returns nil when there is no problem.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// sort puts the problems of one file into the file's order.
func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Path, b.Path), strings.Compare(a.Rule, b.Rule))
	})
}
