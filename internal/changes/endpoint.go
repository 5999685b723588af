package changes

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// Variant is a production variant as an endpoint configuration has it.
type Variant struct {
	// Name is the variant's name.
	Name string
	// InstanceType is the type of its instances, "" for a serverless variant. Of a variant
	// with pools it is all of their types.
	InstanceType string
	// InitialInstanceCount is the number of instances that a new variant starts
	// with, 0 for a serverless variant. One that stands keeps its count (fact C7).
	InitialInstanceCount int
}

// endpoints judges the endpoints whose configuration is replaced: that is a new
// fleet, and AWS refuses it where a variant that scales goes or changes its
// instance type (fact C9).
func (c *comparison) endpoints(changes []Change) {
	for i := range changes {
		change := &changes[i]
		switch {
		case change.Type == endpointConfigType || change.Type == modelType && c.ofFleet(change.Stack, change.LogicalID):
			if change.Action == Replace && change.Verdict == InPlace {
				change.Verdict = NewFleet
				change.Reason = "it cannot change in place; the endpoint goes over to a new one"
				change.Source = "facts C1, C4: every property but Tags is create-only"
			}
		case change.Type == endpointType && change.Action == Update &&
			slices.Contains(change.Properties, "EndpointConfigName"):
			was := c.from[change.Stack].Resources[change.LogicalID]
			is := c.to[change.Stack].Resources[change.LogicalID]
			c.newFleet(change, was, is)
		case change.Type == endpointType && change.Action == Update && !slices.Equal(change.Properties, []string{"Tags"}):
			change.worsen(NewFleet, "SageMaker updates the endpoint, and AWS does not say whether an update with the same "+
				"endpoint configuration starts a new fleet",
				"CloudFormation resource schema: EndpointName alone is create-only, the rest is an UpdateEndpoint", "")
		}
	}
}

// ofFleet says whether an endpoint configuration holds the model. That of an inference
// component is no matter of the fleet: the component goes over to it by itself.
func (c *comparison) ofFleet(stack, model string) bool {
	for _, r := range c.to[stack].Resources {
		if r.Type == endpointConfigType && cloudformation.RefersTo(r.Properties, map[string]bool{model: true}) != "" {
			return true
		}
	}
	return false
}

func (c *comparison) newFleet(change *Change, was, is Resource) {
	old := c.from[change.Stack].Variants(was)
	made := c.to[change.Stack].Variants(is)
	var refused []string
	for _, v := range old {
		if !c.registered(change.Stack, change.LogicalID, was, v.Name) {
			continue
		}
		at := slices.IndexFunc(made, func(m Variant) bool { return m.Name == v.Name })
		switch {
		case at < 0:
			refused = append(refused, fmt.Sprintf("variant %s goes", v.Name))
		case made[at].InstanceType != v.InstanceType:
			refused = append(refused, fmt.Sprintf("variant %s changes its instance type from %s to %s",
				v.Name, orServerless(v.InstanceType), orServerless(made[at].InstanceType)))
		default:
			continue
		}
		change.Detach = append(change.Detach, v.Name)
	}
	if len(refused) > 0 {
		change.Endpoint = cmp.Or(was.text("EndpointName"), change.LogicalID)
		change.worsen(Refused, strings.Join(refused, ", and ")+" while it is registered with Application Auto Scaling"+
			started(old, made),
			"SageMaker developer guide, \"Update or delete endpoints that use automatic scaling\" (fact C9)",
			"make deploy takes the scaling off first, updates the endpoint, and puts it back")
		return
	}
	change.worsen(NewFleet, fleet(is)+started(old, made), "facts C1, C10, C19", "")
}

// started says how many instances the variants start with that do not stand yet.
func started(old, made []Variant) string {
	text := ""
	for _, m := range made {
		stands := slices.ContainsFunc(old, func(v Variant) bool { return v.Name == m.Name })
		if !stands && m.InitialInstanceCount > 0 && len(old) > 0 {
			text += fmt.Sprintf("; variant %s is new and starts with its initial instance count, which is %d (fact C7)",
				m.Name, m.InitialInstanceCount)
		}
	}
	return text
}

func orServerless(instanceType string) string {
	if instanceType == "" {
		return "none (serverless)"
	}
	return instanceType
}

// fleet says how SageMaker goes over to the new instances.
func fleet(endpoint Resource) string {
	how := "SageMaker starts a second fleet as large as the first and moves all requests at once"
	deployment, _ := endpoint.Properties["DeploymentConfig"].(map[string]any)
	routing, _ := at(deployment, "BlueGreenUpdatePolicy/TrafficRoutingConfiguration/Type").(string)
	switch {
	case deployment["RollingUpdatePolicy"] != nil:
		how = "SageMaker exchanges the instances batch by batch"
	case routing == "CANARY" || routing == "LINEAR":
		how = "SageMaker starts a second fleet as large as the first and moves requests in steps (" +
			strings.ToLower(routing) + ")"
	}
	if keeps, _ := endpoint.Properties["RetainAllVariantProperties"].(bool); !keeps {
		how += "; every variant starts with its initial count, not the present one (fact C7)"
	}
	return how + "; nothing scales meanwhile"
}

// Variants returns the production variants of an endpoint's configuration, none
// where the template does not hold it.
func (t Template) Variants(endpoint Resource) (variants []Variant) {
	v, _ := endpoint.Properties["EndpointConfigName"].(map[string]any)
	id, _ := referred(v)
	list, _ := t.Resources[id].Properties["ProductionVariants"].([]any)
	for _, e := range list {
		v, _ := e.(map[string]any)
		name, _ := v["VariantName"].(string)
		kind, _ := v["InstanceType"].(string)
		if pools, _ := v["InstancePools"].([]any); kind == "" {
			kind = poolTypes(pools)
		}
		instances, _ := v["InitialInstanceCount"].(float64)
		variants = append(variants, Variant{Name: name, InstanceType: kind, InitialInstanceCount: int(instances)})
	}
	return variants
}

// poolTypes are the instance types of a variant's pools.
func poolTypes(pools []any) string {
	var types []string
	for _, p := range pools {
		pool, _ := p.(map[string]any)
		kind, _ := pool["InstanceType"].(string)
		types = append(types, kind)
	}
	slices.Sort(types)
	return strings.Join(types, " or ")
}

// registered says whether a scalable target that stands is the variant's.
func (c *comparison) registered(stack, id string, endpoint Resource, variant string) bool {
	for name, t := range c.from {
		for _, r := range t.Resources {
			if r.Type != scalableTargetType || r.text("ServiceNamespace") != "sagemaker" {
				continue
			}
			of := flat(r.Properties["ResourceId"])
			known := of == "endpoint/"+endpoint.text("EndpointName")+"/variant/"+variant
			if known || name == stack && of == "endpoint/{"+id+"}/variant/"+variant {
				return true
			}
		}
	}
	return false
}

var placeholder = regexp.MustCompile(`\$\{([^!.}][^.}]*)[^}]*\}`)

// flat is a text with the logical IDs that it refers to in braces.
func flat(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if id, ok := referred(v); ok {
			return "{" + id + "}"
		}
		if join, ok := v["Fn::Join"].([]any); ok && len(join) == 2 {
			separator, _ := join[0].(string)
			var parts []string
			list, _ := join[1].([]any)
			for _, part := range list {
				parts = append(parts, flat(part))
			}
			return strings.Join(parts, separator)
		}
		if text, ok := v["Fn::Sub"].(string); ok {
			return placeholder.ReplaceAllString(text, "{$1}")
		}
	}
	return ""
}
