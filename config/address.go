package config

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// inYAML is what is wrong with a T that stands at a YAML path.
func inYAML[T any](ps problem.List, at string) problem.List { return ps.YAML(reflect.TypeFor[T](), at) }

// inFile is what the scaling model says of the variant at a YAML path.
func (v ProductionVariant) inFile(ps problem.List, at variantPath) problem.List {
	ps = ps.Map(v.address)
	if at == "" {
		ps = inYAML[Environment](ps, "")
	} else {
		ps = inYAML[ProductionVariant](ps.Map(func(path string) string { return strings.TrimPrefix(path, "Variant.") }),
			string(at))
	}
	for i, p := range ps {
		if strings.HasSuffix(p.Path, "EndpointName") { // it is every variant's
			ps[i].Path = endpointName
		}
	}
	return ps
}

const endpointName = "endpoint.name"

var modelPolicy = regexp.MustCompile(`^((?:Step)?Policies)\[(\d+)\](?:\.(.+))?$`)

// address is where v has a field of the scaling model: policies of both kinds are
// in one list.
func (v ProductionVariant) address(path string) string {
	m := modelPolicy.FindStringSubmatch(path)
	switch {
	case path == "Policies":
		return "Scaling.Policies"
	case path == "MaxConcurrency":
		return "Variant.Serverless.MaxConcurrency"
	case m == nil:
		return policyForm.Replace(path)
	}
	n, _ := strconv.Atoi(m[2])
	for i, p := range v.Scaling.Policies {
		if (p.Step != nil) != (m[1] == "StepPolicies") {
			continue
		}
		if n == 0 {
			return strings.TrimSuffix(itemPath("Scaling.Policies", i)+"."+p.address(m[3]), ".")
		}
		n--
	}
	return "Scaling.Policies" // more than there are
}

// policyForm is what a policy's YAML has in another form than the model.
var policyForm = strings.NewReplacer(
	"Metric.Queries", "Metrics", "Queries", "Metrics", "MetricMath", "Metrics", "LowerBound", "From", "UpperBound", "To")

// address is where p has a field of the model's policy.
func (p Policy) address(field string) string {
	field = policyForm.Replace(field)
	switch {
	case p.Step != nil && field != "Name" && field != "":
		return "Step." + field
	case p.Track != "" && within(field, "Metric"):
		return "Track"
	default:
		return field
	}
}
