package inference

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ServerlessProps describes a serverless variant. SageMaker runs one copy of the
// model for each concurrent request; copies beyond the provisioned concurrency
// start cold.
type ServerlessProps struct {
	// MemoryMB is the memory of one copy, a multiple of 1024 MB up to 6144.
	MemoryMB int
	// MaxConcurrency is the most concurrent requests, 1 to 200. SageMaker refuses
	// requests beyond it.
	MaxConcurrency int
	// ProvisionedConcurrency is the number of copies that the first deployment
	// keeps warm, 1 to MaxConcurrency. NewProvisionedConcurrencyScaling scales it
	// afterwards. An update of the endpoint may return to it (fact C8: what an update
	// keeps is instance counts and weights), and a change of it is such an update.
	// Default: 0, every copy starts cold.
	ProvisionedConcurrency int
}

const (
	gigabyteMB         = 1024
	maxServerlessMemMB = 6144
)

func (p ServerlessProps) validate() problem.List {
	var ps problem.List
	if m := p.MemoryMB; m < gigabyteMB || m > maxServerlessMemMB || m%gigabyteMB != 0 {
		ps.Add("MemoryMB", m, "a serverless variant has 1024, 2048, 3072, 4096, 5120 or 6144 MB",
			"choose the next larger one")
	}
	if c := p.MaxConcurrency; c < 1 || c > autoscaling.MaxServerlessConcurrency {
		ps.Add("MaxConcurrency", c,
			fmt.Sprintf("a serverless variant takes 1 to %d requests at a time", autoscaling.MaxServerlessConcurrency),
			"run more than that on instances")
	} else if n := p.ProvisionedConcurrency; n < 0 || n > c {
		ps.Add("ProvisionedConcurrency", n,
			fmt.Sprintf("no more can be provisioned than the variant takes, %d requests at a time", c),
			fmt.Sprintf("set it from 1 to %d, or leave it out", c))
	}
	return ps
}

// validateServerless checks the properties that a serverless variant cannot have
// (fact G23 lists what it excludes).
func (p VariantProps) validateServerless() problem.List {
	var ps problem.List
	const rule, fix = "a serverless variant has no instances", "leave it out, or leave Serverless out"
	if p.InstanceType != "" {
		ps.Add("InstanceType", p.InstanceType, rule, fix)
	}
	if p.InitialInstanceCount != 0 {
		ps.Add("InitialInstanceCount", p.InitialInstanceCount, rule, fix)
	}
	if len(p.InstancePools) > 0 {
		ps.Add("InstancePools", len(p.InstancePools), rule, fix)
	}
	for _, field := range p.Instances.given() {
		ps.Add("Instances."+field, nil, rule, fix)
	}
	if p.Model != nil {
		for _, feature := range p.Model.props.known().NotServerless() {
			ps.Add("Model", nil, "a serverless variant serves no model with "+feature, "run it on instances")
		}
	}
	if p.isolated() {
		ps.Add("Model", nil, "a serverless variant cannot isolate its model from the network",
			"make the model with AllowNetworkAccess, or run it on instances")
	}
	return ps
}

// isolated reports whether the variant's model is isolated from the network.
func (p VariantProps) isolated() bool { return p.Model != nil && !p.Model.props.AllowNetworkAccess }

func (p ServerlessProps) property() *awssagemaker.CfnEndpointConfig_ServerlessConfigProperty {
	return &awssagemaker.CfnEndpointConfig_ServerlessConfigProperty{
		MemorySizeInMb: jsii.Number(p.MemoryMB), MaxConcurrency: jsii.Number(p.MaxConcurrency),
		ProvisionedConcurrency: optionalNumber(p.ProvisionedConcurrency),
	}
}
