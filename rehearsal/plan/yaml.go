package plan

import (
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// document has the keys of an environment file that a plan sets, in its order.
type document struct {
	Scaling scalingKeys `yaml:"scaling"`
	Events  []eventKeys `yaml:"events,omitempty"`
}

type scalingKeys struct {
	MinCapacity      int    `yaml:"minCapacity"`
	MaxCapacity      int    `yaml:"maxCapacity"`
	SafetyFactor     number `yaml:"safetyFactor"`
	ScaleOutCooldown string `yaml:"scaleOutCooldown"`
	ScaleInCooldown  string `yaml:"scaleInCooldown"`
	Align            string `yaml:"align,omitempty"`
	ReleaseSteps     int    `yaml:"releaseSteps,omitempty"`
}

type eventKeys struct {
	Name                  string      `yaml:"name"`
	Timezone              string      `yaml:"timezone"`
	Starts                string      `yaml:"starts"`
	Ends                  string      `yaml:"ends"`
	PeakRequestsPerSecond number      `yaml:"peakRequestsPerSecond"`
	Uncertainty           number      `yaml:"uncertainty,omitempty"`
	LeadTime              string      `yaml:"leadTime"`
	FloorShare            number      `yaml:"floorShare,omitempty"`
	Shape                 []shapeKeys `yaml:"shape"`
}

type shapeKeys struct {
	After string `yaml:"after"`
	Share number `yaml:"share"`
	// FloorShare is nil for the event's.
	FloorShare *number `yaml:"floorShare,omitempty"`
}

// number is written without trailing zeros.
type number float64

// MarshalYAML implements yaml.Marshaler.
func (n number) MarshalYAML() (any, error) {
	return yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(float64(n), 'f', -1, 64)}, nil
}

// YAML is the plan as keys of an environment file, a variant or a component.
func (p Plan) YAML() string {
	s, c := p.Setting, p.Calendar
	d := document{Scaling: scalingKeys{MinCapacity: s.MinCapacity, MaxCapacity: s.MaxCapacity,
		SafetyFactor:     number(s.SafetyFactor),
		ScaleOutCooldown: problem.Duration(s.ScaleOutCooldown), ScaleInCooldown: problem.Duration(s.ScaleInCooldown),
		ReleaseSteps: c.ReleaseSteps}}
	if c.Align != 0 {
		d.Scaling.Align = problem.Duration(c.Align)
	}
	for _, e := range c.Events {
		keys := eventKeys{Name: e.Name, Timezone: e.Timezone, Starts: e.Starts, Ends: e.Ends,
			PeakRequestsPerSecond: number(e.PeakRequestsPerSecond), LeadTime: problem.Duration(*e.LeadTime),
			FloorShare: number(e.FloorShare)}
		if e.Uncertainty > 1 {
			keys.Uncertainty = number(e.Uncertainty)
		}
		for _, step := range e.Shape {
			keys.Shape = append(keys.Shape, shapeKeys{problem.Duration(step.After), number(step.Share),
				(*number)(step.FloorShare)})
		}
		d.Events = append(d.Events, keys)
	}
	text, err := yaml.Dump(d, yaml.WithCompactSeqIndent(false))
	if err != nil {
		panic("plan: " + err.Error()) // its types are plain
	}
	return string(text)
}
