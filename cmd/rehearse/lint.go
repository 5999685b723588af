package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
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
	var sound []cloudformation.Scaled
	var subjects []lint.Subject
	var wrong []error
	for _, s := range selected {
		ps := lint.Errors(s.Subject)
		for _, p := range ps {
			wrong = append(wrong, fmt.Errorf("%s:%d:%d: %s: %s", s.File, s.Line, s.Column, s.LogicalID, p))
		}
		if len(ps) == 0 {
			s.Subject.Now = time.Now()
			sound, subjects = append(sound, s), append(subjects, s.Subject)
		}
	}
	status := statusOK
	for i, findings := range lint.All(subjects) {
		s := sound[i]
		for _, f := range findings {
			status = statusRefused
			fmt.Fprintf(out, "%s:%d:%d: %s: %s\n", s.File, s.Line, s.Column, s.LogicalID, f)
		}
	}
	return status, errors.Join(wrong...)
}
