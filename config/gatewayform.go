package config

import (
	"fmt"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// GatewayForm is what the gateway runs on.
type GatewayForm string

// The two forms of the gateway.
const (
	GatewayOnLambda  GatewayForm = "lambda"
	GatewayOnFargate GatewayForm = "fargate"
)

func (f Frontend) onFargate() bool { return f.Gateway == GatewayOnFargate }

const gatewayForm = "frontend.gateway"

// What belongs to one form only.
var (
	lambdaKeys = []string{"frontend.gatewayMemoryMb", reservedConcurrency, environmentsReady}
	// Streaming, shedding and the like are not keys: they come with the form.
	fargateKeys = []string{"frontend.image", "frontend.taskCpu", "frontend.taskMemoryMb",
		requestsPerSecondPerTask, "frontend.capacity.minTasks", maxTasks}
)

// validateGatewayForm holds the front end against the form of its gateway.
func validateGatewayForm(e Environment, src source) invalid.Problems {
	var ps invalid.Problems
	if src.faulty(gatewayForm) {
		return ps
	}
	others, form, fix := fargateKeys, GatewayOnLambda, "remove it, or say gateway: fargate"
	if e.Frontend.onFargate() {
		others, form, fix = lambdaKeys, GatewayOnFargate, "remove it, or gateway: fargate"
	}
	for _, key := range others {
		if src.given(key) && !src.faulty(key) {
			ps.Add(key, nil, "the gateway runs on "+string(form)+", which has no such setting", fix)
		}
	}
	if form == GatewayOnFargate {
		return append(ps, validateService(e, src)...)
	}
	if n := e.Frontend.MaxRequestBytes; n > maxLambdaRequestBytes && !src.faulty("frontend.maxRequestBytes") {
		ps.Add("frontend.maxRequestBytes", n, fmt.Sprintf("a load balancer hands a Lambda function at most %d bytes", maxLambdaRequestBytes),
			fmt.Sprintf("lower it to %d or less, or say gateway: fargate", maxLambdaRequestBytes))
	}
	for i, v := range e.ProductionVariants() {
		at := variantPath("")
		if len(e.Variants) > 0 {
			at = variantPath(itemPath("variants", i))
		}
		if offered := v.Scaling.OfferedLoad; offered != nil && *offered && v.serving() == realTime {
			ps.Add(at.of("scaling.offeredLoad"), true, "a gateway on lambda sheds nothing, and so publishes no offered load that could scale", "remove it, or say gateway: fargate")
		}
	}
	return ps
}

// validateService judges the gateway's image and the size of its tasks.
func validateService(e Environment, src source) invalid.Problems {
	f := e.Frontend
	var ps invalid.Problems
	if f.Image != "" {
		image, err := artifact.ParseImage(f.Image)
		ps = append(ps, invalid.From(err).In("frontend.image")...)
		if err == nil && e.Region != "" && e.Network.NewVPC != nil && image.Region != e.Region {
			ps.Add("frontend.image", f.Image, "the private endpoints of a new VPC lead to Amazon ECR in its own region "+e.Region+", this image is in "+image.Region,
				"replicate the repository to "+e.Region+" and give the image there")
		}
	}
	if !src.faulty("frontend.taskCpu") && !src.faulty("frontend.taskMemoryMb") {
		d := e.withDefaults().Frontend
		for _, p := range autoscaling.ValidateTaskSize(d.TaskCPU, d.TaskMemoryMB) {
			if p.Path == "CPU" {
				p.Path = "frontend.taskCpu"
			} else {
				p.Path = "frontend.taskMemoryMb"
			}
			ps = append(ps, p)
		}
	}
	if !slices.ContainsFunc([]string{"frontend.capacity", requestsPerSecondPerTask}, src.faulty) && (f.Capacity == nil || f.Capacity.RequestsPerSecondPerTask == 0) {
		ps.Add(requestsPerSecondPerTask, nil, "the tasks of a gateway on fargate are counted by what one of them carries", "measure it in a load test, or remove gateway: fargate")
	}
	return ps
}
