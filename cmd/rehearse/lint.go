package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

// lint prints what the rules say of everything that scales in the templates.
func lintTemplates(o *options, out io.Writer) (int, error) {
	o.checkRequired(false)
	if len(o.templates) > 1 {
		o.checkSingle()
	}
	if len(o.problems) > 0 {
		return statusBadInput, o.problems
	}
	reading, err := o.read(o.settings()[0].template)
	if err != nil {
		return statusBadInput, err
	}
	if err := reading.Err(); err != nil {
		return statusBadInput, err
	}
	selected := o.selected(reading)
	if len(selected) == 0 {
		return statusBadInput, o.ambiguity(nil, reading)
	}
	subjects := make([]lint.Subject, len(selected))
	var wrong []error
	for i, s := range selected {
		subjects[i] = s.Subject
		subjects[i].Now = time.Now()
		for _, p := range lint.Errors(s.Subject) {
			wrong = append(wrong, fmt.Errorf("%s:%d:%d: %s: %s", s.File, s.Line, s.Column, s.LogicalID, p))
		}
	}
	status := statusOK
	for i, findings := range lint.All(subjects) {
		s := selected[i]
		for _, f := range findings {
			status = statusRefused
			fmt.Fprintf(out, "%s:%d:%d: %s: %s\n", s.File, s.Line, s.Column, s.LogicalID, f)
		}
	}
	return status, errors.Join(wrong...)
}
