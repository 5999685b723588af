// Package changes says what CloudFormation and SageMaker do with a second
// deployment: which resources they update in place, which they replace, and what
// AWS refuses. It compares templates and calls nothing.
package changes

import (
	"encoding/json"
	"strings"
)

// Verdict is what a change does. A greater one is worse.
type Verdict int

// What a change does.
const (
	// InPlace leaves the fleet and everything that users reach as it is.
	InPlace Verdict = iota
	// NewFleet is a blue/green update of the endpoint: SageMaker starts the
	// instances of the new endpoint configuration beside the old ones (fact C19),
	// and nothing scales until they serve (fact C10).
	NewFleet
	// Replaced makes something anew that users reach or that holds data, or
	// deletes it.
	Replaced
	// Refused is a change that AWS refuses, as a whole or half-way.
	Refused
)

var verdicts = [...]string{InPlace: "in place", NewFleet: "new fleet", Replaced: "replaced", Refused: "refused"}

// String returns the verdict's words, such as "new fleet".
func (v Verdict) String() string { return verdicts[v] }

// MarshalText is String, for JSON.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Action is what CloudFormation does with a resource.
type Action string

// What CloudFormation does with a resource.
const (
	Add     Action = "add"
	Remove  Action = "remove"
	Update  Action = "update"
	Replace Action = "replace"
)

// Change is what a deployment does with one resource.
type Change struct {
	// Stack and LogicalID name the resource; Path is the construct's, where the
	// template says it.
	Stack     string  `json:"stack"`
	LogicalID string  `json:"logicalId"`
	Path      string  `json:"path,omitempty"`
	Type      string  `json:"type"`
	Action    Action  `json:"action"`
	Verdict   Verdict `json:"verdict"`
	// Properties are those whose values change, such as ProductionVariants.
	Properties []string `json:"properties,omitempty"`
	// Reason says what happens and why, Source where AWS says so, and Way what to
	// do instead. A change in place may have none of them.
	Reason string `json:"reason,omitempty"`
	Source string `json:"source,omitempty"`
	Way    string `json:"way,omitempty"`
	// Detach are the variants whose scaling has to be taken off before the change,
	// and Endpoint is the name of their endpoint, or its logical ID where it has none.
	Detach   []string `json:"detach,omitempty"`
	Endpoint string   `json:"endpoint,omitempty"`
	// Keys are the keys of the environment file that cause the change.
	Keys []string `json:"keys,omitempty"`
}

// Name is the construct's path, or the logical ID where the template has no path.
func (c Change) Name() string {
	if c.Path != "" {
		return c.Path
	}
	return c.Stack + "/" + c.LogicalID
}

// worsen makes the change's verdict v, unless it is as bad already.
func (c *Change) worsen(v Verdict, reason, source, way string) {
	if v > c.Verdict {
		c.Verdict, c.Reason, c.Source, c.Way = v, reason, source, way
	}
}

// Worst returns the worst verdict among changes, InPlace where there are none.
func Worst(changes []Change) Verdict {
	worst := InPlace
	for _, c := range changes {
		worst = max(worst, c.Verdict)
	}
	return worst
}

// Stack is a stack's name and template.
type Stack struct {
	// Name is the stack's name in CloudFormation.
	Name string
	// Template is what the stack is made of, and Body its text.
	Template Template
	Body     []byte
}

// ReadStack reads the template of a stack, which is written as JSON.
func ReadStack(name string, body []byte) (Stack, error) {
	s := Stack{Name: name, Body: body}
	return s, json.Unmarshal(body, &s.Template)
}

// Template is the part of a CloudFormation template that decides what a deployment
// does.
type Template struct {
	Resources map[string]Resource
	Outputs   map[string]struct{ Value any }
}

// Resource is a resource of a template.
type Resource struct {
	Type       string
	Properties map[string]any
	Metadata   map[string]any
	// DeletionPolicy and UpdateReplacePolicy say what becomes of the resource when
	// it leaves the template and when it is replaced.
	DeletionPolicy, UpdateReplacePolicy string
}

// retained says whether a policy keeps the resource in the account.
func retained(policy string) bool { return strings.HasPrefix(policy, "Retain") }

func (r Resource) path() string {
	path, _ := r.Metadata["aws:cdk:path"].(string)
	return path
}

// text returns a property that is a string, "" for any other.
func (r Resource) text(property string) string {
	s, _ := r.Properties[property].(string)
	return s
}
