package config

import (
	"cmp"
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Canary is a second gateway behind the same load balancer, of another version,
// size or form, that gets a share of the requests. What it does not say is as the
// front end has it.
type Canary struct {
	// WeightPercent is its share of the requests, 0 to 100. Begin with 0: what
	// falls to a gateway that has no healthy target yet is answered with 503.
	WeightPercent int `json:"weightPercent" jsonschema:"minimum=0,maximum=100"`
	// Gateway is what it runs on, lambda or fargate. Default: what the gateway
	// does.
	Gateway GatewayForm `json:"gateway,omitempty" jsonschema:"pattern=^(lambda|fargate)$"`
	// Image is its image with fargate, as frontend.image. Default: that one where
	// both are on fargate, else built when it is deployed.
	Image string `json:"image,omitempty"`
	// TaskCPU is its tasks' share of a processor with fargate.
	// Default: frontend.taskCpu, and 1024 where the gateway is on lambda.
	TaskCPU int `json:"taskCpu,omitempty" jsonschema:"minimum=256,maximum=16384"`
	// TaskMemoryMB is its tasks' memory with fargate. Default:
	// frontend.taskMemoryMb beside the same taskCpu, else twice taskCpu.
	TaskMemoryMB int `json:"taskMemoryMb,omitempty" jsonschema:"minimum=512,maximum=122880"`
	// GatewayMemoryMB is the memory of its Lambda function. Default:
	// frontend.gatewayMemoryMb, and 256 where the gateway is on fargate.
	GatewayMemoryMB int `json:"gatewayMemoryMb,omitempty" jsonschema:"minimum=128,maximum=10240"`
}

const canaryPath = "frontend.canary"

// withDefaults is c with what f, which has its own defaults, says.
func (c Canary) withDefaults(f Frontend) *Canary {
	c.Gateway = cmp.Or(c.Gateway, f.Gateway)
	if c.Gateway == GatewayOnLambda {
		c.GatewayMemoryMB = cmp.Or(c.GatewayMemoryMB, f.GatewayMemoryMB, defaultGatewayMemoryMB)
		return &c
	}
	c.Image = cmp.Or(c.Image, f.Image)
	c.TaskCPU = cmp.Or(c.TaskCPU, f.TaskCPU, frontend.DefaultTaskCPU)
	if c.TaskCPU == f.TaskCPU {
		c.TaskMemoryMB = cmp.Or(c.TaskMemoryMB, f.TaskMemoryMB)
	}
	c.TaskMemoryMB = cmp.Or(c.TaskMemoryMB, 2*c.TaskCPU)
	return &c
}

// RunsOn reports whether the gateway or its canary runs on form.
func (f Frontend) RunsOn(form GatewayForm) bool {
	own := cmp.Or(f.Gateway, GatewayOnLambda)
	return own == form || f.Canary != nil && cmp.Or(f.Canary.Gateway, own) == form
}

// Canary is e, which is complete, as its canary's gateway has it, and whether it
// has one. It is sized for its share of the requests; one without traffic is
// prepared for one percent.
func (e Environment) Canary() (canary Environment, ok bool) {
	c := e.Frontend.Canary
	if c == nil {
		return e, false
	}
	e.Frontend.Canary, e.Frontend.SharePercent = nil, max(c.WeightPercent, 1)
	e.Frontend.Gateway, e.Frontend.Image = c.Gateway, c.Image
	e.Frontend.TaskCPU, e.Frontend.TaskMemoryMB, e.Frontend.GatewayMemoryMB = c.TaskCPU, c.TaskMemoryMB, c.GatewayMemoryMB
	return e, true
}

// share is the part of the requests that the gateway gets.
func (f Frontend) share() float64 {
	if f.SharePercent == 0 {
		return 1
	}
	return float64(f.SharePercent) / 100
}

// ofIt says in a sentence about the whole fleet which share of it is meant.
func (f Frontend) ofIt() string {
	if f.SharePercent == 0 {
		return ""
	}
	return fmt.Sprintf(", %d %% of it by the canary", f.SharePercent)
}

// validateCanary holds the canary against its form and the gateway beside it.
func validateCanary(e Environment, src source) problem.List {
	const form = canaryPath + ".gateway"
	var ps problem.List
	if e.Frontend.Canary == nil || src.faulty(form) {
		return nil
	}
	file := *e.Frontend.Canary
	e = e.WithDefaults()
	c := *e.Frontend.Canary
	others := []string{"image", "taskCpu", "taskMemoryMb"}
	if c.Gateway == GatewayOnFargate {
		others = []string{"gatewayMemoryMb"}
	}
	for _, key := range others {
		if path := canaryPath + "." + key; src.given(path) && !src.faulty(path) {
			ps.Add(path, nil, "the canary runs on "+string(c.Gateway)+", which has no such setting",
				"remove it, or change the canary's gateway")
		}
	}
	if c.Gateway == GatewayOnLambda {
		if n := e.Frontend.MaxRequestBytes; e.Frontend.onFargate() && n > maxLambdaRequestBytes &&
			!src.faulty("frontend.maxRequestBytes") {
			ps.Add(form, string(c.Gateway),
				fmt.Sprintf("a canary on lambda takes bodies of at most %d bytes, and the gateway beside it %d",
					maxLambdaRequestBytes, n),
				fmt.Sprintf("set frontend.maxRequestBytes to %d or less", maxLambdaRequestBytes))
		}
		return ps
	}
	ps = append(ps, validateImage(canaryPath+".image", file.Image, e)...)
	if !src.faulty(canaryPath+".taskCpu") && !src.faulty(canaryPath+".taskMemoryMb") &&
		(file.TaskCPU != 0 || file.TaskMemoryMB != 0) {
		ps = append(ps, validateTaskSize(canaryPath, c.TaskCPU, c.TaskMemoryMB)...)
	}
	if !e.Frontend.onFargate() {
		ps = append(ps,
			validateTaskRate(e.Frontend, src, "measure it in a load test, or remove gateway: fargate from the canary")...)
	}
	return ps
}
