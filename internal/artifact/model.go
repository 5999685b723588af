package artifact

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxContainers is SageMaker's limit (CreateModel, Containers).
const maxContainers = 15

// Model is a model as far as it is known before the deployment.
type Model struct {
	Containers       []Container
	DirectInvocation bool
	// VPC says that the containers are connected to one.
	VPC bool
}

// OtherRoleAccount says that an execution role is of another account than the endpoint.
func OtherRoleAccount(arn, account string) problem.List {
	var ps problem.List
	parts := strings.Split(arn, ":")
	if len(parts) < 6 || problem.Unresolved(parts[4]) || parts[4] == account {
		return nil
	}
	ps.Add("", arn, "SageMaker assumes a role of the endpoint's account "+account+", this one is of "+parts[4],
		"give a role of "+account+", or leave it out for a new one")
	return ps
}

// place is the path of a container.
func place(i int) string { return fmt.Sprintf("Containers[%d]", i) }

// Validate returns what is wrong with the containers together. Their own problems are
// those of Container.
func (m Model) Validate() problem.List {
	var ps problem.List
	rule := fmt.Sprintf("a model has 1 to %d containers", maxContainers)
	switch n := len(m.Containers); {
	case n < 1:
		ps.Add("Containers", n, rule, "add a container")
	case n > maxContainers:
		ps.Add("Containers", n, rule, "join some, or move some to another model")
	}
	multi, total := 0, 0
	for i, c := range m.Containers {
		if c.PrivateRegistry && !m.VPC {
			ps.Add(place(i)+".PrivateRegistry", true, "SageMaker reaches a private registry through the model's VPC",
				"give «VPC»")
		}
		if c.MultiModel {
			multi++
		}
		total += EnvironmentBytes(c.Environment)
	}
	if multi > 1 {
		ps.Add("Containers", multi, "one container of a model may have «MultiModel»", "serve the others by another model")
	}
	ps = append(ps, m.validateHostnames()...)
	if len(m.Containers) > 1 && total > MaxEnvironmentBytes {
		ps.Add("Containers", total, fmt.Sprintf(
			"the environment variables of all containers have at most %d bytes together, names and values",
			MaxEnvironmentBytes), "move some into a file of the model data")
	}
	return ps
}

// validateHostnames checks the names of several containers.
func (m Model) validateHostnames() problem.List {
	var ps problem.List
	several := len(m.Containers) > 1
	if m.DirectInvocation && !several {
		ps.Add("DirectInvocation", true, "a request chooses among several containers, and the model has one",
			"leave it out, or add containers")
	}
	named := 0
	seen := map[string]int{}
	for i, c := range m.Containers {
		name := c.ContainerHostname
		if name == "" {
			continue
		}
		named++
		if first, twice := seen[name]; twice {
			ps.Add(place(i)+".ContainerHostname", name, "«"+place(first)+"» has the same name",
				"give each container a name of its own")
			continue
		}
		seen[name] = i
	}
	for i, c := range m.Containers {
		field := place(i) + ".ContainerHostname"
		switch {
		case !several && c.ContainerHostname != "":
			ps.Add(field, c.ContainerHostname, "SageMaker ignores the name of a single container", "leave it out")
		case several && c.ContainerHostname == "" && m.DirectInvocation:
			ps.Add(field, nil, "a request chooses a container by its name", "give each container one")
		case several && c.ContainerHostname == "" && named > 0:
			ps.Add(field, nil, "other containers have a name, and either all have one or none", "give each container one")
		}
	}
	return ps
}

// NotServerless are the model's features that a serverless variant does not have
// (facts G23 and G63).
func (m Model) NotServerless() (features []string) {
	if len(m.Containers) == 0 {
		return nil // it is imported
	}
	if len(m.Containers) > 1 {
		features = append(features, "several containers")
	}
	if m.VPC {
		features = append(features, "a VPC")
	}
	c := m.Containers[0]
	if c.MultiModel {
		features = append(features, "many models")
	}
	if c.PrivateRegistry {
		features = append(features, "an image in a private registry")
	}
	if c.Prefix() && !c.MultiModel {
		features = append(features, "files that are not compressed")
	}
	return features
}

// Several says which of the model's features an endpoint of several containers or models
// has, "" for none.
func (m Model) Several() string {
	switch {
	case len(m.Containers) > 1:
		return "several containers"
	case len(m.Containers) == 1 && m.Containers[0].MultiModel:
		return "many models"
	}
	return ""
}
