package frontend

import (
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Canary is a second gateway to the same endpoint, of another version or form,
// that gets a share of the requests by lot.
type Canary struct {
	// Gateway answers them: a *GatewayFunction or a *GatewayService.
	Gateway Gateway
	// WeightPercent is its share of the requests, 0 to 100. At 0 it stands
	// without traffic: begin there, since requests that fall to a gateway that has
	// no healthy target yet are answered with 503.
	WeightPercent int
}

func (c Canary) validate(gateway Gateway) problem.List {
	var ps problem.List
	if c.WeightPercent < 0 || c.WeightPercent > 100 {
		ps.Add("WeightPercent", c.WeightPercent, "a share is 0 to 100 percent", "begin with 0, then 10")
	}
	if c.Gateway == nil {
		ps.Add("Gateway", nil, "a canary is a gateway of its own", "make one with NewGatewayFunction or NewGatewayService, or leave Canary out")
		return ps
	}
	if gateway == nil {
		return ps
	}
	if c.Gateway == gateway {
		ps.Add("Gateway", nil, "this is the gateway that it is to be compared with", "make another one")
	}
	canary, _ := c.Gateway.calls()
	if endpoint, _ := gateway.calls(); canary != endpoint {
		ps.Add("Gateway", canary, "a canary calls the same endpoint as the gateway, which is "+endpoint, "change its EndpointName")
	}
	return ps
}

// targets is where predictions for one endpoint are forwarded to.
type targets struct {
	endpointName string
	// gateway holds the gateway, canary its canary; nil where there is none.
	gateway, canary elb.ApplicationTargetGroup
	weightPercent   int
	// streams says that the gateway passes on response streams, canaryStreams
	// that the canary does.
	streams, canaryStreams bool
}

// newTargets makes the target groups in scope.
func newTargets(scope constructs.Construct, gateway Gateway, canary *Canary) targets {
	t := targets{gateway: gateway.targetGroup(scope, "Gateway"), streams: gateway.streams()}
	t.endpointName, _ = gateway.calls()
	if canary != nil {
		t.canary = canary.Gateway.targetGroup(scope, "Canary")
		t.weightPercent, t.canaryStreams = canary.WeightPercent, canary.Gateway.streams()
	}
	return t
}

// rule is a rule of a listener.
type rule struct {
	id     string
	paths  []string
	action elb.ListenerAction
}

// maxRuleValues is how many values the conditions of a rule may have.
const maxRuleValues = 5

// rules send to the gateway what it serves, in one rule where the paths fit
// beside the given number of other values. A canary that cannot stream takes no
// streams; where the gateway itself cannot, there are none.
func (t targets) rules(others int) []rule {
	predictions := rule{"Predictions", []string{"/invocations", "/endpoints/" + t.endpointName + "/invocations", "/ping"}, t.forward(true)}
	if !t.streams {
		return []rule{predictions}
	}
	streams := []string{"/invocations-response-stream", "/endpoints/" + t.endpointName + "/invocations-response-stream"}
	apart := t.canary != nil && !t.canaryStreams
	if !apart && len(predictions.paths)+len(streams)+others <= maxRuleValues {
		predictions.paths = append(predictions.paths, streams...)
		return []rule{predictions}
	}
	return []rule{predictions, {"Streams", streams, t.forward(!apart)}}
}

func (t targets) forward(withCanary bool) elb.ListenerAction {
	if t.canary == nil || !withCanary {
		return elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{t.gateway}, nil)
	}
	return elb.ListenerAction_WeightedForward(&[]*elb.WeightedTargetGroup{
		{TargetGroup: t.gateway, Weight: jsii.Number(100 - t.weightPercent)},
		{TargetGroup: t.canary, Weight: jsii.Number(t.weightPercent)},
	}, nil)
}

// conditions is what a request has to fit.
func (r rule) conditions() []elb.ListenerCondition {
	return []elb.ListenerCondition{elb.ListenerCondition_PathPatterns(jsii.Strings(r.paths...))}
}
