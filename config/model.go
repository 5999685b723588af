package config

import (
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Model is one container, or several, with what they may reach.
type Model struct {
	Container
	ContainerOptions
	// Containers are several containers, 2 to 15, in place of the keys of one. They are a
	// pipeline, each with the reply of the one before it, unless directInvocation is set.
	// Default: none, the model has one container.
	Containers []ModelContainer `json:"containers,omitempty" jsonschema:"minItems=1"`
	// DirectInvocation lets a request choose one of several containers by its
	// containerHostname. Default: false, they are a pipeline.
	DirectInvocation bool `json:"directInvocation,omitempty"`
	// AllowNetworkAccess lets the container reach the network, for instance to
	// download weights when it starts. Default: false, it runs isolated.
	AllowNetworkAccess bool `json:"allowNetworkAccess,omitempty"`
	// VPC connects the containers to a VPC. Default: none.
	VPC *ModelVPC `json:"vpc,omitempty"`
	// ExecutionRoleARN is the role that SageMaker assumes for the model, in the
	// environment's account. It gets the permissions that the containers need.
	// Default: none, a new role.
	ExecutionRoleARN string `json:"executionRoleArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=\\,.@/-]+$"`
}

// AllContainers are the model's containers, whichever way the file says them.
func (m Model) AllContainers() []ModelContainer {
	if len(m.Containers) > 0 {
		return m.Containers
	}
	return []ModelContainer{{Container: m.Container, ContainerOptions: m.ContainerOptions}}
}

// known is the model as its rules know it.
func (m Model) known() artifact.Model {
	known := artifact.Model{DirectInvocation: m.DirectInvocation, VPC: m.VPC != nil}
	for _, c := range m.AllContainers() {
		known.Containers = append(known.Containers, c.known())
	}
	return known
}

// validateOwnModel judges the environment's own model, where it has one.
func validateOwnModel(e Environment, src source) problem.List {
	if !src.given("model") {
		return nil
	}
	return validateModel("model", e.Model, e, src)
}

// validateModel judges the model at a path.
func validateModel(at string, m Model, e Environment, src source) problem.List {
	if src.faulty(at) {
		return nil
	}
	ps := validateModelVPC(keyPath(at, "vpc"), m.VPC, e, src)
	if e.Account != "" {
		ps = append(ps, artifact.OtherRoleAccount(m.ExecutionRoleARN, e.Account).In(keyPath(at, "executionRoleArn"))...)
	}
	list := keyPath(at, "containers")
	if src.faulty(list) {
		return ps
	}
	if len(m.Containers) == 0 {
		ps = append(ps, m.AllContainers()[0].validate(at, e.Region, src)...)
		return append(ps, inYAML[Model](m.known().Validate().Map(func(path string) string {
			return strings.TrimPrefix(path, "Containers[0].")
		}), at)...)
	}
	for _, key := range containerKeys() {
		if path := keyPath(at, key); src.given(path) {
			ps.Add(path, nil, "containers are given too: each has keys of its own", "move it into an entry of containers")
		}
	}
	for i, c := range m.Containers {
		if place := itemPath(list, i); !src.faulty(place) {
			ps = append(ps, c.validate(place, e.Region, src)...)
		}
	}
	if len(m.Containers) == 1 {
		ps.Add(list, nil, "several containers are 2 to 15, and this is one",
			"move its keys up to the model, or add containers")
		return ps
	}
	if !src.touched(list) {
		ps = append(ps, inYAML[Model](m.known().Validate(), at)...)
	}
	return ps
}

// environmentPath is where a container's environment variables stand.
var environmentPath = regexp.MustCompile(
	`^((variants\[\d+\]\.|shadowVariant\.)?model(\.containers\[\d+\])?|components\[\d+\])\.environment\b`)
