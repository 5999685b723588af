package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ShadowVariant gets copies of the requests to the one production variant, and its
// answers are dropped. It does not scale.
type ShadowVariant struct {
	// Name is the shadow's name. Default: shadow.
	Name string `json:"name,omitempty"`
	// Model is the container that is tried.
	// Default: the environment's model, such as on another instance type.
	Model *ShadowModel `json:"model,omitempty"`
	// InstanceType is the type of every instance, such as ml.c6i.xlarge.
	// Default: none, required unless instancePools are given.
	InstanceType string `json:"instanceType,omitempty"`
	// InstancePools are up to 5 instance types in place of one: instances start in the
	// pool of the highest priority that has capacity (fact G9).
	// Default: none, all instances are of instanceType.
	InstancePools autoscaling.InstancePools `json:"instancePools,omitempty" jsonschema:"minItems=1"`
	// InitialInstanceCount is the instances that it has: scaling does not find a
	// shadow. Default: 1.
	InitialInstanceCount int `json:"initialInstanceCount,omitempty" jsonschema:"minimum=1"`
	// Weight decides, with the weight of the production variant, how large a share of
	// the requests is copied. Default: 1.
	Weight *float64 `json:"weight,omitempty" jsonschema:"minimum=0"`
	// Routing is how SageMaker chooses the instance of a request: random, or
	// least-outstanding-requests, which prefers the instance with the fewest requests
	// (fact G16). Default: random.
	Routing Routing `json:"routing,omitempty" jsonschema:"pattern=^(random|least-outstanding-requests)$"`
	autoscaling.InstanceSettings
}

// ShadowModel is a model of one container that serves one model: others do not go with a
// shadow variant (fact C61).
type ShadowModel struct {
	Container
	Registry
	// AllowNetworkAccess lets the container reach the network, for instance to
	// download weights when it starts. Default: false, it runs isolated.
	AllowNetworkAccess bool `json:"allowNetworkAccess,omitempty"`
	// VPC connects the container to a VPC. Default: none.
	VPC *ModelVPC `json:"vpc,omitempty"`
	// ExecutionRoleARN is the role that SageMaker assumes for the model, in the
	// environment's account. It gets the permissions that the container needs.
	// Default: none, a new role.
	ExecutionRoleARN string `json:"executionRoleArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=\\,.@/-]+$"`
}

// Model is m as other variants have it, nil for none.
func (m *ShadowModel) Model() *Model {
	if m == nil {
		return nil
	}
	return &Model{
		Container: m.Container, ContainerOptions: ContainerOptions{Registry: m.Registry},
		AllowNetworkAccess: m.AllowNetworkAccess, VPC: m.VPC, ExecutionRoleARN: m.ExecutionRoleARN,
	}
}

const (
	shadowPath        = "shadowVariant"
	defaultShadowName = "shadow"
)

func (s ShadowVariant) withDefaults(network Network) *ShadowVariant {
	if s.Model != nil {
		model := *s.Model
		model.VPC = model.VPC.withDefaults(network)
		s.Model = &model
	}
	s.Name = cmp.Or(s.Name, defaultShadowName)
	s.InitialInstanceCount = cmp.Or(s.InitialInstanceCount, 1)
	return &s
}

// variant is s as far as rules of instances know it.
func (s ShadowVariant) variant() ProductionVariant {
	return ProductionVariant{
		InstanceType: s.InstanceType, InstancePools: s.InstancePools, InstanceSettings: s.InstanceSettings,
	}
}

// checkShadowForm wants instances for a shadow variant.
func (d *document) checkShadowForm() {
	if n := d.nodes[shadowPath]; n.isMapping() && !n.omit && !d.saysTypes(shadowPath) {
		d.missing(n, schemaAt([]string{shadowPath}), "instanceType")
	}
}

// validateShadow judges the shadow variant (fact C28: one, beside one production
// variant; fact C61: what shadows do not go with).
func validateShadow(e Environment, src source) problem.List {
	e = e.WithDefaults()
	s := e.ShadowVariant
	if s == nil || src.faulty(shadowPath) || saysComponents(src.given, src.faulty) {
		return nil
	}
	var ps problem.List
	switch {
	case servingUnknown(src.faulty):
	case src.given(asynchronousPath):
		ps.Add(shadowPath, nil, "an asynchronous endpoint has no shadow variant", "remove it, or "+asynchronousPath)
	case src.given(serverlessPath):
		ps.Add(shadowPath, nil, "a serverless endpoint has no shadow variant", "remove it, or "+serverlessPath)
	case len(e.Variants) > 1:
		ps.Add(shadowPath, nil, "an endpoint with a shadow variant has one production variant",
			"move the other variants to another endpoint, or remove it")
	}
	for _, p := range (autoscaling.Variant{Name: s.Name, InstanceType: s.InstanceType}).Validate() {
		if p.Path != "EndpointName" {
			ps = append(ps, inYAML[ShadowVariant](problem.List{p}, shadowPath)...)
		}
	}
	if s.Model != nil {
		ps = append(ps, validateModel(shadowPath+".model", *s.Model.Model(), e, src)...)
	}
	if src.given("model") {
		ps = append(ps, withoutSeveral("model", &e.Model, src)...)
	}
	ps = append(ps, validateInstances(s.variant(), shadowPath)...)
	ps = append(ps, withoutInf1(s.variant(), shadowPath)...)
	if src.given(serverlessPath) {
		return ps
	}
	for i, v := range e.ProductionVariants() {
		at := e.variantPath(i)
		if v.Name == s.Name && v.Name != "" {
			ps.Add(shadowPath+".name", s.Name, at.of("variant.name")+" is the same", "give each variant a name of its own")
		}
		ps = append(ps, withoutInf1(v, at)...)
		ps = append(ps, withoutSeveral(at.of("model"), e.ownModel(i), src)...)
	}
	return ps
}

// ownModel is the model that an entry of variants has of its own, nil for none.
func (e Environment) ownModel(i int) *Model {
	if i >= len(e.Variants) {
		return nil
	}
	return e.Variants[i].Model
}

// withoutSeveral refuses a model that does not go with a shadow variant, m at a path.
func withoutSeveral(at string, m *Model, src source) problem.List {
	if m == nil || src.faulty(at) || src.touched(keyPath(at, "containers")) {
		return nil
	}
	var ps problem.List
	if several := m.known().Several(); several != "" {
		ps.Add(at, nil, "a model of "+several+" does not go with a shadow variant", "serve it by another endpoint")
	}
	return ps
}

// withoutInf1 refuses instances that do not go with a shadow variant, of v at a path.
func withoutInf1(v ProductionVariant, at variantPath) problem.List {
	var ps problem.List
	types := v.instanceTypes()
	i := slices.IndexFunc(types, func(t string) bool { return strings.HasPrefix(t, "ml.inf1.") })
	if i < 0 {
		return nil
	}
	key := "variant.instanceType"
	if len(v.InstancePools) > 0 {
		key = "variant.instancePools"
	}
	ps.Add(at.of(key), types[i], "Inf1 instances do not go with a shadow variant", "take another type")
	return ps
}
