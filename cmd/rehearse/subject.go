package main

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// read reads a template, or the assembly where template is "".
func (o *options) read(template string) (cloudformation.Reading, error) {
	options := cloudformation.Options{Parameters: o.parameters, Account: o.account, Region: o.region}
	if template == "" {
		return cloudformation.ReadAssembly(o.assembly, options)
	}
	return cloudformation.ReadFile(template, options)
}

// selected are what scales and is not excluded by --stack and --resource.
func (o *options) selected(r cloudformation.Reading) []cloudformation.Scaled {
	var out []cloudformation.Scaled
	for _, s := range r.Scaled {
		if (o.stack == "" || s.Stack == o.stack) && (o.resource == "" || s.Subject.Target.ResourceID == o.resource || s.LogicalID == o.resource) {
			out = append(out, s)
		}
	}
	return out
}

// subject is the one thing that is rehearsed, with what the lint says of it
// among all that scales. It is zero where no template is given.
func (o *options) subject(template string) (cloudformation.Scaled, []autoscaling.Finding, error) {
	if template == "" && o.assembly == "" {
		return cloudformation.Scaled{}, nil, nil // said already
	}
	reading, err := o.read(template)
	if err != nil {
		return cloudformation.Scaled{}, nil, err
	}
	if len(reading.Scaled) == 0 {
		return cloudformation.Scaled{}, nil, reading.Err()
	}
	found := o.selected(reading)
	if len(found) != 1 {
		return cloudformation.Scaled{}, nil, o.choice(found, reading)
	}
	// Where one thing scales, whatever could not be resolved is about it.
	if found[0].Incomplete || len(reading.Scaled) == 1 && len(reading.Unresolved) > 0 {
		return cloudformation.Scaled{}, nil, reading.Unresolved
	}
	subjects := []autoscaling.Subject{found[0].Subject}
	for _, s := range reading.Scaled {
		if s.File != found[0].File || s.LogicalID != found[0].LogicalID {
			subjects = append(subjects, s.Subject)
		}
	}
	return found[0], autoscaling.LintAll(subjects)[0], nil
}

// choice says between what has to be chosen.
func (o *options) choice(found []cloudformation.Scaled, all cloudformation.Reading) error {
	name := func(s cloudformation.Scaled) string {
		if s.Stack == "" {
			return s.Subject.Target.ResourceID
		}
		return s.Subject.Target.ResourceID + " in the stack " + s.Stack
	}
	rule, from := "several things scale, and one is rehearsed", found
	if len(found) == 0 {
		rule, from = "nothing that scales is called so", all.Scaled
	}
	names := make([]string, len(from))
	for i, s := range from {
		names[i] = name(s)
	}
	got := strings.TrimSpace(strings.Join([]string{o.stack, o.resource}, " "))
	p := invalid.Problem{Path: "--resource", Got: got, Rule: rule, Fix: fmt.Sprintf("name one by --resource and --stack: %s", strings.Join(names, ", "))}
	if len(all.Unresolved) > 0 {
		return fmt.Errorf("%w\n%w", invalid.Problems{p}, all.Unresolved)
	}
	return invalid.Problems{p}
}
