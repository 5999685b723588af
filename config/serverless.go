package config

import (
	"cmp"
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Serverless runs a variant without instances: it starts a copy of the model for
// each request at a time. Each starts cold, but for those that are provisioned.
type Serverless struct {
	// MemoryMB is what one copy has: 1024, 2048, 3072, 4096, 5120 or 6144 MB.
	MemoryMB int `json:"memoryMb"`
	// MaxConcurrency is the most requests at a time, 1 to 200; more are refused.
	MaxConcurrency int `json:"maxConcurrency" jsonschema:"minimum=1,maximum=200"`
	// InitialProvisionedConcurrency is the copies that the first deployment keeps
	// warm, at most scaling.maxCapacity; scaling raises them to scaling.minCapacity
	// at once (fact B7). An update of the endpoint may return to it (fact C8: what an
	// update keeps is instance counts and weights). A change makes a new endpoint
	// configuration, and so updates the endpoint, with cold starts.
	// Default: 1, whatever the bounds are.
	InitialProvisionedConcurrency int `json:"initialProvisionedConcurrency,omitempty" jsonschema:"minimum=1"`
}

func (s Serverless) withDefaults() *Serverless {
	s.InitialProvisionedConcurrency = cmp.Or(s.InitialProvisionedConcurrency, 1)
	return &s
}

const serverlessPath = "variant.serverless"

const (
	gigabyteMB            = 1024
	maxServerlessMemoryMB = 6144
)

// notServerlessKeys are where the features of artifact.Model.NotServerless are said.
var notServerlessKeys = map[string]string{
	"several containers":             "containers",
	"a VPC":                          "vpc",
	"many models":                    "multiModel",
	"an image in a private registry": "privateRegistry",
	"files that are not compressed":  "modelDataUrl",
}

func validateServerless(e Environment, src source) problem.List {
	var ps problem.List
	s := e.Variant.Serverless
	if s == nil {
		return nil
	}
	if m := s.MemoryMB; m < gigabyteMB || m > maxServerlessMemoryMB || m%gigabyteMB != 0 {
		ps.Add(serverlessPath+".memoryMb", m, "a serverless variant has 1024, 2048, 3072, 4096, 5120 or 6144 MB",
			"choose the next larger one")
	}
	if network := "model.allowNetworkAccess"; !e.Model.AllowNetworkAccess && !src.faulty(network) { // fact G23
		ps.Add(network, e.Model.AllowNetworkAccess, "a serverless variant cannot isolate its model from the network",
			"write allowNetworkAccess: true, or run it on instances")
	}
	if !src.touched("model") {
		for _, feature := range e.Model.known().NotServerless() {
			ps.Add("model."+notServerlessKeys[feature], nil, "a serverless variant serves no model with "+feature,
				"run it on instances")
		}
	}
	initial := serverlessPath + ".initialProvisionedConcurrency"
	most := e.Scaling.MaxCapacity
	if n := s.InitialProvisionedConcurrency; n > most && most > 0 && !src.faulty(initial) && !src.faulty(maxCapacity) {
		ps.Add(initial, n, fmt.Sprintf("the first deployment keeps more warm than the maximum of %d", most),
			fmt.Sprintf("set it from 1 to %d, or raise scaling.maxCapacity", most))
	}
	if f := e.Frontend.Capacity; f != nil && f.ReservedConcurrency != 0 && f.ReservedConcurrency < s.MaxConcurrency {
		ps.Add(reservedConcurrency, f.ReservedConcurrency,
			fmt.Sprintf("the gateway turns requests away before the variant has its %d at a time", s.MaxConcurrency),
			fmt.Sprintf("raise it to %d or more, or leave it out", s.MaxConcurrency))
	}
	return ps
}
