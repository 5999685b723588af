package cloudformation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Problem is one thing in a template that is wrong, or that cannot be resolved.
type Problem struct {
	// Place is in the template.
	problem.Place
	// LogicalID is the resource that it is about, ConstructPath its construct as
	// Scaled has it. Default: "", none.
	LogicalID, ConstructPath string
	// Problem has a path within the resource, such as Properties.MinCapacity, or
	// within the template where it is about no resource.
	problem.Problem
}

// String is the problem on one line: file:line:column, the resource with the
// path, then the rest.
func (p Problem) String() string {
	return p.Place.String() + ": " + p.WithoutPlace()
}

// WithoutPlace is String without the file, the line and the column.
func (p Problem) WithoutPlace() string {
	inner := p.Problem
	if p.LogicalID != "" {
		inner.Path = strings.TrimSuffix(p.LogicalID+"."+inner.Path, ".")
	}
	return inner.String()
}

// Problems is everything of one kind about the templates that were read, in the
// order of files, lines and columns. As an error it has one line a problem.
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

// sorted is ps in the order of their places, each said once: two resources may
// share what cannot be resolved.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.LogicalID, b.LogicalID), strings.Compare(a.Path, b.Path), strings.Compare(a.Rule, b.Rule))
	})
	return slices.Compact(ps)
}
