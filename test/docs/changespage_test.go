package docs_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// row is a key of docs/changes.md.
type row struct {
	key, verdict, happens, way string
	// reason says why, "" where nothing is to be said.
	reason reason
}

// reason is why, and who says so.
type reason struct{ why, source, way string }

// The verdicts that internal/changes does not have.
const (
	notCompared = "not compared"
	notValid    = "not valid"
)

// rowOf is what the page says of an edit with its changes.
func rowOf(e edit, made []changes.Change) row {
	r := row{key: e.key, verdict: changes.Worst(made).String(), way: "deploy", happens: happens(made)}
	if e.nothing != "" {
		r.happens = "changes no resource: " + e.nothing
		return r
	}
	w := worst(made)
	if w.Verdict > changes.InPlace {
		r.reason, r.way = reason{w.Reason, w.Source, w.Way}, "deploy, not during an event"
	} else if source, why, ok := strings.Cut(w.Source, ": "); ok { // the reason's figures are of this edit alone
		r.reason = reason{why, source, "the floor of an event is back after `scaling.assertEvery`"}
	}
	switch {
	case len(w.Detach) > 0:
		r.way = "`make deploy`, in two deployments"
	case w.Way != "":
		r.way = "another way"
	}
	r.way = cmp.Or(e.way, r.way)
	return r
}

// worst is the change that says most of a deployment: of the worst, one that has a
// way, then the endpoint, then one with a source.
func worst(made []changes.Change) changes.Change {
	rank := func(c changes.Change) int {
		switch {
		case c.Verdict < changes.Worst(made):
			return 4
		case c.Way != "":
			return 0
		case c.Type == "AWS::SageMaker::Endpoint":
			return 1
		case c.Source != "":
			return 2
		}
		return 3
	}
	return slices.MinFunc(made, func(a, b changes.Change) int { return rank(a) - rank(b) })
}

// maxTypes bounds how many types of resources a cell names for an action.
const maxTypes = 4

// happens names the types of the resources that a deployment touches.
func happens(made []changes.Change) string {
	var parts []string
	for _, action := range []changes.Action{changes.Replace, changes.Remove, changes.Add, changes.Update} {
		var types []string
		for _, c := range made {
			kind := c.Type[strings.LastIndex(c.Type, ":")+1:]
			if c.Action == action && !slices.Contains(types, kind) {
				types = append(types, kind)
			}
		}
		slices.Sort(types)
		if n := len(types) - maxTypes; n > 0 {
			types = append(types[:maxTypes], fmt.Sprintf("%d more types", n))
		}
		if len(types) > 0 {
			parts = append(parts, string(action)+"s "+strings.Join(types, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// sourced is a source that a reader can look up.
var sourced = regexp.MustCompile(`facts? [A-Z]\d+|CloudFormation resource schema`)

// check finds what docs/changes.md promises and rows do not keep. The share of the keys
// that change in place is of those that SageMaker lets change: models and endpoint
// configurations are fixed (facts C1 and C4), and every key of them is a new fleet.
func check(rows []row) (problems []string) {
	for _, r := range rows {
		switch {
		case r.verdict == changes.InPlace.String():
		case r.verdict == notValid: // the row says why
		case r.reason.why == "":
			problems = append(problems, r.key+" is not in place, and no reason says why")
		case r.verdict != notCompared && !sourced.MatchString(r.reason.source):
			problems = append(problems, fmt.Sprintf("%s: the source %q is no fact and no schema", r.key, r.reason.source))
		}
	}
	if inPlace, changeable := countInPlace(rows); inPlace*100 < 90*changeable {
		problems = append(problems, fmt.Sprintf("%d of %d keys that can be changed are in place: fewer than 90 %%",
			inPlace, changeable))
	}
	return problems
}

// countInPlace counts the keys that change in place, and those that could.
func countInPlace(rows []row) (inPlace, changeable int) {
	for _, r := range rows {
		if r.verdict == changes.InPlace.String() {
			inPlace++
		}
		if r.verdict != changes.NewFleet.String() {
			changeable++
		}
	}
	return inPlace, changeable
}

// TestCheck: each promise of the page can be broken.
func TestCheck(t *testing.T) {
	t.Parallel()
	good := row{key: "a", verdict: "in place"}
	rows := slices.Repeat([]row{good}, 9)
	fleet := row{key: "b", verdict: "new fleet", reason: reason{"it is exchanged", "facts C1, C4", ""}}
	replaced := row{key: "b", verdict: "replaced", reason: reason{"it is made anew", "facts C1, C4", ""}}
	if got := check(append(rows, append(slices.Repeat([]row{fleet}, 20), replaced)...)); got != nil {
		t.Errorf("got %q", got)
	}
	for want, wrong := range map[string][]row{
		"fewer than 90 %":  {replaced, replaced},
		"no reason":        {{key: "b", verdict: "refused"}},
		"no fact and no s": {{key: "b", verdict: "replaced", reason: reason{"why", "somebody says so", ""}}},
	} {
		if got := check(append(slices.Clone(rows), wrong...)); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// changesIntro is how the page begins, with ' for what quotes code.
var changesIntro = strings.ReplaceAll("# What a change of each key does\n\n"+
	"This page changes each key of an environment file once and says what AWS does where the former value is deployed. "+
	"Another value, or several keys at once, can do more. Before a deployment ask for your own:\n\n"+
	"'''sh\nmake changes ENV=prod\n'''\n\n"+
	"%d of %d keys change in place. The other %d bring a new fleet: most are of a model or an endpoint configuration, which "+
	"SageMaker does not change (facts C1 and C4). [The second deployment](second-deployment.md#what-an-edit-does) explains the "+
	"verdicts; a key that is *not valid* is in the schema and in no file that is accepted. *Deploy* is "+
	"'make deploy ENV=prod', and *another way* is the one that the reason names. The types are those of CloudFormation. "+
	"The edits are in [edits.yaml](../test/docs/testdata/changes/edits.yaml), and 'make changes-page' writes this page.\n",
	"'", "`")

// changesSections have the keys that begin so; the first has the others.
var changesSections = []struct{ title, keys string }{
	{"The environment", ""},
	{"network", "network"},
	{"model", "model"},
	{"endpoint", "endpoint"},
	{"update", "update"},
	{"variant", "variant"},
	{"capacity", "capacity"},
	{"scaling", "scaling"},
	{"schedule", "schedule[]"},
	{"events", "events[]"},
	{"variants", "variants[]"},
	{"components", "components[]"},
	{"frontend", "frontend"},
}

// written is the page of rows.
func written(rows []row) string {
	var reasons []reason
	tables := make([]strings.Builder, len(changesSections))
	for _, r := range rows {
		happens := r.happens
		if r.reason != (reason{}) {
			at := slices.Index(reasons, r.reason)
			if at < 0 {
				at, reasons = len(reasons), append(reasons, r.reason)
			}
			happens += fmt.Sprintf(" [%d]", at+1)
		}
		first, _, _ := strings.Cut(r.key, ".")
		at := 0
		for i, s := range changesSections {
			if s.keys == first {
				at = i
			}
		}
		fmt.Fprintf(&tables[at], "| `%s` | [%s] | %s | %s |\n", r.key, r.verdict, happens, r.way)
	}
	var b strings.Builder
	inPlace, changeable := countInPlace(rows)
	fmt.Fprintf(&b, changesIntro, inPlace, changeable, len(rows)-changeable)
	for i, s := range changesSections {
		if tables[i].Len() > 0 {
			const head = "| key | verdict | what happens | what to do |\n|---|---|---|---|\n"
			fmt.Fprintf(&b, "\n## %s\n\n%s%s", s.title, head, &tables[i])
		}
	}
	b.WriteString("\n## Reasons\n\n| | why | source | what to do |\n|---|---|---|---|\n")
	for i, r := range reasons {
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", i+1, r.why, r.source, r.way)
	}
	b.WriteString("\n")
	for _, v := range []string{"in place", "new fleet", "replaced", "refused", notCompared, notValid} {
		fmt.Fprintf(&b, "[%s]: second-deployment.md#what-an-edit-does\n", v)
	}
	for i := range reasons {
		fmt.Fprintf(&b, "[%d]: #reasons\n", i+1)
	}
	return b.String()
}
