package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// located are findings with their places, as a report has them.
func (o *options) located(template string, all cloudformation.Reading, s cloudformation.Scaled,
	found []lint.Finding) []report.Finding {
	var out []report.Finding
	for _, f := range found {
		f, at := o.locate(template, all, s, f)
		out = append(out, report.Finding{Finding: f, File: at.File, Line: at.Line, Link: o.link(at.File, at.Line)})
	}
	return out
}

// locate is a finding on s with its place: that of its resource in a template, or of its
// key in an environment file.
func (o *options) locate(template string, all cloudformation.Reading, s cloudformation.Scaled,
	f lint.Finding) (lint.Finding, problem.Place) {
	e, isFile := o.environmentFiles[template]
	if !isFile {
		return f, s.PlaceOf(f.Path)
	}
	subject := slices.IndexFunc(all.Scaled, func(other cloudformation.Scaled) bool {
		return other.Subject.Target.ResourceID == s.Subject.Target.ResourceID
	})
	f = e.InFile(subject, f)
	place := problem.Place{File: s.File}
	if !strings.Contains(template, withPlan) { // else no file has the lines of both
		at := e.place(f.Path)
		place.Line, place.Column = at.Line, at.Column
	}
	return f, place
}

// place is that of a YAML path such as schedule[1].timezone, or of what it would be in.
func (e environmentFile) place(path string) document.Position {
	root, errs := document.Parse(e.data, document.Options{File: "an environment file", Holds: "environment",
		MaxBytes: len(e.data), MaxDepth: 32, MaxValues: 20_000})
	if root == nil || errs != nil {
		return document.Position{Line: 1, Column: 1} // package config has read more of it
	}
	keys := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) })
	at := root.Find(keys).Place()
	return document.Position{Line: max(1, at.Line), Column: max(1, at.Column)}
}

// link is the URL of a line from the folder of the page, "" for what is no file, such as
// one of a commit.
func (o *options) link(file string, line int) string {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || o.html == "" {
		return ""
	}
	page, err := filepath.Abs(filepath.Dir(o.html))
	if err != nil {
		return ""
	}
	target, err := filepath.Abs(file)
	if err != nil {
		return ""
	}
	relative, err := filepath.Rel(page, target)
	if err != nil {
		return ""
	}
	return (&url.URL{Path: filepath.ToSlash(relative), Fragment: fmt.Sprintf("L%d", line)}).String()
}
