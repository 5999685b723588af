package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// setting is a rehearsal to run: what scales, and the facts.
type setting struct {
	// template is "" for the assembly, and with a mode.
	template string
	// facts is a facts file, "" for the metadata.
	facts string
	// mode generates the scaling from the facts, "" takes the template's.
	mode scalingMode
}

// name is the name of what scales in a comparison.
func (s setting) name() string {
	if s.mode != "" {
		return string(s.mode)
	}
	name, plan, isPlanned := strings.Cut(s.template, withPlan)
	if rev, path, ok := revision(name); ok {
		name = rev + ":" + filepath.Base(path)
	} else {
		name = filepath.Base(name)
	}
	if isPlanned {
		name += withPlan + filepath.Base(plan)
	}
	return name
}

// withPlan separates an environment file from a plan that overlays it.
const withPlan = " + "

// factsName is the name of the facts in a comparison.
func (s setting) factsName() string {
	if s.facts == "" {
		return "metadata"
	}
	return strings.TrimSuffix(filepath.Base(s.facts), filepath.Ext(s.facts))
}

// subjects are the files of what scales: at each commit, if any, and each also with
// each plan, if any.
func (o *options) subjects() []string {
	var out []string
	for _, file := range o.templates {
		if len(o.commits) == 0 {
			out = append(out, file)
		}
		for _, commit := range o.commits {
			at := atRevision(commit, file)
			o.environments[at] = o.environments[file]
			out = append(out, at)
		}
	}
	for _, file := range out {
		for _, plan := range o.planFiles {
			o.environments[file+withPlan+plan] = o.environments[file]
			out = append(out, file+withPlan+plan)
		}
	}
	return out
}

// settings are the rehearsals to run: each template with its facts, or several with
// one of the other, or each facts file with each mode.
func (o *options) settings() []setting {
	var out []setting
	if len(o.modes) > 0 {
		for _, f := range orOne(o.facts) {
			for _, w := range o.modes {
				out = append(out, setting{facts: f, mode: w})
			}
		}
		return out
	}
	templates, facts := orOne(o.subjects()), orOne(o.facts)
	for i := range max(len(templates), len(facts)) {
		out = append(out, setting{template: templates[min(i, len(templates)-1)], facts: facts[min(i, len(facts)-1)]})
	}
	return out
}

// orOne is the texts, or "" without any.
func orOne(texts []string) []string {
	if len(texts) == 0 {
		return []string{""}
	}
	return texts
}

// checkComparison adds the problems of the settings of a comparison.
func (o *options) checkComparison() {
	t, f := len(o.subjects()), len(o.facts)
	if t > 1 && f > 1 && t != f {
		o.problems.Add("--facts", strings.Join(o.facts, ", "),
			fmt.Sprintf("%d files of facts do not go with %d templates", f, t), "give one for all, or one for each")
	}
	if len(o.modes) > 0 && (t > 0 || o.assembly != "") {
		o.problems.Add("--scaling", o.modes[0], "it makes the scaling of the facts, and a template has one as well",
			"leave one of them out")
	}
	for _, file := range o.templates {
		if len(o.planFiles) > 0 && !o.environments[file] {
			o.problems.Add("--plan", strings.Join(o.planFiles, ", "),
				"a plan has the keys of an environment file, and this is a template: "+file, "give --environment instead")
		}
	}
	for _, c := range o.commits {
		if strings.HasPrefix(c, "-") || strings.Contains(c, ":") {
			o.problems.Add("--commit", c, "this is no commit", "give a branch, a tag or a hash")
		}
	}
	if len(o.commits) > 0 && t == 0 {
		o.problems.Add("--commit", strings.Join(o.commits, ", "), "it says of when a file is, and no file is given",
			"give --template FILE or --environment FILE as well")
	}
	if o.flips && o.gate == (gate{}) {
		o.problems.Add("--flips", nil, "the best is the cheapest that keeps what is asked, and nothing is asked",
			"give --min-availability, --max-p99 or --max-cost-ratio")
	}
	if len(o.settings()) < 2 {
		o.problems.Add("--template", strings.Join(o.templates, ", "), "there is nothing to compare",
			"give two templates, environments or commits, two files of facts, or two ways as --scaling")
	}
}

// factsOf are the facts of a setting: those of its file and of the options.
func (o *options) factsOf(s setting) (facts, error) {
	f := newFacts()
	var ps problem.List
	if s.facts != "" {
		f, ps = readFacts(s.facts)
	}
	return f.with(o.given).withDefaults(), ps.Err()
}
