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
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// located are findings on s with their places: the line of a template, or the key and
// line of an environment file.
func (o *options) located(template string, all cloudformation.Reading, s cloudformation.Scaled,
	found []lint.Finding) []report.Finding {
	var out []report.Finding
	for _, f := range found {
		at := report.Finding{Finding: f, File: s.File, Line: s.LineOf(f.Path)}
		if e, ok := o.environmentFiles[template]; ok {
			subject := slices.IndexFunc(all.Scaled, func(other cloudformation.Scaled) bool {
				return other.Subject.Target.ResourceID == s.Subject.Target.ResourceID
			})
			at.Finding = e.InFile(subject, f)
			at.Line = e.line(at.Path)
			if strings.Contains(template, withPlan) {
				at.Line = 0 // no file has the lines of both
			}
		}
		at.Link = o.link(at.File, at.Line)
		out = append(out, at)
	}
	return out
}

// line is the line of a YAML path such as schedule[1].timezone, or of what it would be in.
func (e environmentFile) line(path string) int {
	root, errs := document.Parse(e.data, document.Options{File: "an environment file", Holds: "environment",
		MaxBytes: len(e.data), MaxDepth: 32, MaxValues: 20_000})
	if root == nil || errs != nil {
		return 0 // package config has read more of it
	}
	keys := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) })
	return max(1, root.Find(keys).Place().Line)
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
