package config

import (
	"fmt"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
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
	// Streaming and the like are not keys: they come with the form.
	fargateKeys = []string{"frontend.image", "frontend.taskCpu", "frontend.taskMemoryMb", serverPath,
		requestsPerSecondPerTask, "frontend.capacity.minTasks", maxTasks}
	// A canary of that form has them from there.
	sharedKeys = []string{serverPath, reservedConcurrency, environmentsReady, requestsPerSecondPerTask,
		"frontend.capacity.minTasks", maxTasks}
)

// validateGatewayForm holds the front end against the form of its gateway.
func validateGatewayForm(e Environment, src source) problem.List {
	var ps problem.List
	if src.faulty(gatewayForm) {
		return ps
	}
	others, form, other, fix := fargateKeys, GatewayOnLambda, GatewayOnFargate, "remove it, or say gateway: fargate"
	if e.Frontend.onFargate() {
		others, form, other, fix = lambdaKeys, GatewayOnFargate, GatewayOnLambda, "remove it, or gateway: fargate"
	}
	for _, key := range others {
		if e.Frontend.RunsOn(other) && slices.Contains(sharedKeys, key) {
			continue
		}
		if src.given(key) && !src.faulty(key) {
			ps.Add(key, nil, "the gateway runs on "+string(form)+", which has no such setting", fix)
		}
	}
	ps = append(ps, validateCanary(e, src)...)
	if e.Frontend.RunsOn(GatewayOnFargate) {
		ps = append(ps, validateServer(e, src)...)
	}
	if !e.Frontend.sheds() {
		ps = append(ps, validateOfferedLoad(e)...)
	}
	if form == GatewayOnFargate {
		return append(ps, validateService(e, src)...)
	}
	if n := e.Frontend.MaxRequestBytes; n > maxLambdaRequestBytes && !src.faulty("frontend.maxRequestBytes") {
		ps.Add("frontend.maxRequestBytes", n,
			fmt.Sprintf("a load balancer hands a Lambda function at most %d bytes", maxLambdaRequestBytes),
			fmt.Sprintf("lower it to %d or less, or say gateway: fargate", maxLambdaRequestBytes))
	}
	return ps
}

// validateOfferedLoad refuses policies on a load that a Lambda function does not
// tell (fact F29), or without the gateway's metrics.
func validateOfferedLoad(e Environment) problem.List {
	var ps problem.List
	rule, fix := "a gateway on lambda sheds nothing, and so publishes no offered load that could scale",
		"remove it, or say gateway: fargate"
	switch {
	case e.Frontend.onFargate() && !e.Frontend.publishes():
		rule, fix = "without metrics the gateway publishes no offered load that could scale",
			"remove it, or metrics: false of the server"
	case e.Frontend.onFargate():
		rule, fix = "a canary on lambda does not publish its share of the offered load", "remove it while the canary is "+
			"there"
	}
	for i, v := range e.ProductionVariants() {
		if offered := v.Scaling.OfferedLoad; offered != nil && *offered && v.serving() == realTime {
			ps.Add(e.variantPath(i).of("scaling.offeredLoad"), true, rule, fix)
		}
	}
	return ps
}

// validateService judges the gateway's image and the size of its tasks.
func validateService(e Environment, src source) problem.List {
	ps := validateImage("frontend.image", e.Frontend.Image, e)
	if !src.faulty("frontend.taskCpu") && !src.faulty("frontend.taskMemoryMb") {
		d := e.WithDefaults().Frontend
		ps = append(ps, validateTaskSize("frontend", d.TaskCPU, d.TaskMemoryMB)...)
	}
	return append(ps, validateTaskRate(e.Frontend, src, "measure it in a load test, or remove gateway: fargate")...)
}

// validateImage judges the image of a gateway on Fargate; "" is built.
func validateImage(path, uri string, e Environment) problem.List {
	if uri == "" {
		return nil
	}
	image, err := artifact.ParseImage(uri, artifact.ECS)
	ps := problem.From(err).In(path)
	if err == nil && e.Region != "" && e.Network.NewVPC != nil && image.Region != e.Region {
		ps.Add(path, uri,
			"the private endpoints of a new VPC lead to Amazon ECR in its own region "+e.Region+
				", this image is in "+image.Region,
			"replicate the repository to "+e.Region+" and give the image there")
	}
	return ps
}

// validateTaskSize judges taskCpu and taskMemoryMb below path.
func validateTaskSize(path string, cpu, memoryMB int) problem.List {
	ps := frontend.ValidateTaskSize(cpu, memoryMB)
	for i, p := range ps {
		ps[i].Path = path + ".taskMemoryMb"
		if p.Path == "CPU" {
			ps[i].Path = path + ".taskCpu"
		}
	}
	return ps
}

func validateTaskRate(f Frontend, src source, fix string) problem.List {
	var ps problem.List
	if !slices.ContainsFunc([]string{"frontend.capacity", requestsPerSecondPerTask},
		src.faulty) && (f.Capacity == nil || f.Capacity.RequestsPerSecondPerTask == 0) {
		ps.Add(requestsPerSecondPerTask, nil, "the tasks of a gateway on fargate are counted by what one of them carries",
			fix)
	}
	return ps
}
