package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// read reads a template or an environment file, or the assembly if file is "", once.
func (o *options) read(file string) (cloudformation.Reading, error) {
	if r, known := o.readings[file]; known {
		return r, nil
	}
	r, err := o.readAnew(file)
	if err == nil {
		o.readings[file] = r
	}
	return r, err
}

func (o *options) readAnew(file string) (cloudformation.Reading, error) {
	options := cloudformation.Options{Parameters: o.parameters, Account: o.account, Region: o.region,
		Partition: o.partition, StackName: o.stackName}
	environment, plan, _ := strings.Cut(file, withPlan)
	_, _, isRevision := revision(file)
	switch {
	case file == "":
		return cloudformation.ReadAssembly(o.assembly, options)
	case o.environments[file]:
		e, err := readEnvironmentFile(environment, plan)
		if err != nil {
			return cloudformation.Reading{}, err
		}
		o.environmentFiles[file] = e
		return e.reading(), nil
	case isRevision:
		data, err := gitShow("--template", file)
		if err != nil {
			return cloudformation.Reading{}, err
		}
		return cloudformation.Read(file, data, options)
	}
	return cloudformation.ReadFile(file, options)
}

// environmentFile is an environment, and its file's content.
type environmentFile struct {
	config.Environment
	file string
	data []byte
}

// readEnvironmentFile reads an environment file. plan is a file that overlays it, "" for
// none.
func readEnvironmentFile(file, plan string) (environmentFile, error) {
	_, path, isRevision := revision(file)
	var data []byte
	var err error
	if isRevision {
		data, err = gitShow("--environment", file)
	} else {
		path = file
		if data, err = os.ReadFile(file); err != nil {
			err = problem.List{{Path: "--environment", Got: file, Rule: err.Error(), Fix: "name a file that can be read"}}
		}
	}
	if err == nil && plan != "" {
		data, err = overlay(data, plan)
		file += withPlan + plan
	}
	if err != nil {
		return environmentFile{}, err
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	e, err := config.Parse(file, name, data)
	return environmentFile{e, file, data}, err
}

// reading is what scales by the file, as its synthesis would deploy it.
func (e environmentFile) reading() (r cloudformation.Reading) {
	for _, s := range e.Subjects() {
		r.Scaled = append(r.Scaled, cloudformation.Scaled{Source: cloudformation.Source{File: e.file}, Line: 1, Column: 1,
			LogicalID: e.Name, Subject: s})
	}
	return r
}

// selected is what scales and matches --stack and --resource.
func (o *options) selected(r cloudformation.Reading) []cloudformation.Scaled {
	var out []cloudformation.Scaled
	for _, s := range r.Scaled {
		if o.selects(s) {
			out = append(out, s)
		}
	}
	return out
}

// selects reports whether s matches --stack and --resource.
func (o *options) selects(s cloudformation.Scaled) bool {
	return (o.stack == "" || s.Stack == o.stack || s.Source.ConstructPath == o.stack) &&
		(o.resource == "" || s.Subject.Target.ResourceID == o.resource || s.LogicalID == o.resource)
}

// subject is the subject to rehearse, with the lint's findings on it. It is zero
// without a template.
func (o *options) subject(template string) (cloudformation.Scaled, []report.Finding, error) {
	if template == "" && o.assembly == "" {
		return cloudformation.Scaled{}, nil, nil // reported already
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
		return cloudformation.Scaled{}, nil, o.ambiguity(found, reading)
	}
	// If only one thing scales, everything unresolved concerns it.
	if found[0].Incomplete || len(reading.Scaled) == 1 && len(reading.Unresolved) > 0 {
		return cloudformation.Scaled{}, nil, reading.Unresolved
	}
	subjects := []lint.Subject{found[0].Subject}
	for _, s := range reading.Scaled {
		if s.File != found[0].File || s.LogicalID != found[0].LogicalID {
			subjects = append(subjects, s.Subject)
		}
	}
	return found[0], o.located(template, reading, found[0], lint.All(subjects)[0]), nil
}

// ambiguity is the problem of several subjects, or none, that match.
func (o *options) ambiguity(found []cloudformation.Scaled, all cloudformation.Reading) error {
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
	p := problem.Problem{Path: "--resource", Got: got, Rule: rule,
		Fix: fmt.Sprintf("name one by --resource and --stack: %s", strings.Join(names, ", "))}
	if len(all.Unresolved) > 0 {
		return fmt.Errorf("%w\n%w", problem.List{p}, all.Unresolved)
	}
	return problem.List{p}
}
