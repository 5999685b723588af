package frontend

import (
	"fmt"
	"slices"

	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Canary is a second gateway to the same endpoint. The load balancer sends it a
// random share of the requests.
type Canary struct {
	// Gateway is the second gateway: a *GatewayFunction or a *GatewayService. It takes
	// request bodies as large as the first one does, or larger.
	Gateway Gateway
	// WeightPercent is the share of the requests, 0 to 100 percent. Deploy a new
	// canary with 0: the load balancer answers 503 to requests for a gateway that
	// has no healthy target yet.
	WeightPercent int
}

func (c Canary) validate(gateway Gateway) problem.List {
	var ps problem.List
	if c.WeightPercent < 0 || c.WeightPercent > 100 {
		ps.Add("WeightPercent", c.WeightPercent, "a share is 0 to 100 percent", "begin with 0, then 10")
	}
	if problem.IsNil(c.Gateway) {
		ps.Add("Gateway", nil, "a canary is a gateway of its own",
			"make one with NewGatewayFunction or NewGatewayService, or leave Canary out")
		return ps
	}
	if problem.IsNil(gateway) {
		return ps
	}
	if c.Gateway == gateway {
		ps.Add("Gateway", nil, "this is the gateway that it is to be compared with", "make another one")
	}
	if c.Gateway.maxRequestBytes() < gateway.maxRequestBytes() {
		ps.Add("Gateway", c.Gateway.maxRequestBytes(), fmt.Sprintf(
			"a canary takes bodies as large as the gateway does, which are %d bytes", gateway.maxRequestBytes()),
			"raise its MaxRequestBytes, or lower that of the gateway")
	}
	canary, _ := c.Gateway.endpoint()
	endpoint, _ := gateway.endpoint()
	if known := !problem.Unresolved(canary) && !problem.Unresolved(endpoint); known && canary != endpoint {
		ps.Add("Gateway", canary, "a canary calls the same endpoint as the gateway, which is "+endpoint,
			"change its EndpointName")
	}
	return ps
}

// targets are the target groups of the gateway and of its canary, if any.
type targets struct {
	endpointName    string
	gateway, canary elb.ApplicationTargetGroup
	weightPercent   int // the canary's
	// streams and canaryStreams say whether each passes on response streams.
	streams, canaryStreams bool
	// protocols are the paths of other protocols, which the canary serves too or not.
	protocols       []string
	canaryProtocols bool
	// preflights says that the gateway answers preflight requests.
	preflights bool
}

// newTargets makes the target groups. Their construct IDs begin with prefix.
func newTargets(scope constructs.Construct, prefix string, gateway Gateway, canary *Canary) targets {
	t := targets{gateway: gateway.targetGroup(scope, prefix+"Gateway"), streams: gateway.streams(),
		protocols: gateway.protocols(), preflights: gateway.preflights()}
	t.endpointName, _ = gateway.endpoint()
	if canary != nil {
		t.canary = canary.Gateway.targetGroup(scope, prefix+"Canary")
		t.weightPercent, t.canaryStreams = canary.WeightPercent, canary.Gateway.streams()
		served := canary.Gateway.protocols()
		t.canaryProtocols = !slices.ContainsFunc(t.protocols, func(path string) bool {
			return !slices.Contains(served, path)
		})
	}
	return t
}

// rule is a listener rule, with id as its construct ID. Its priority is place after the
// first one's, whatever rules there are: a rule that came later could not have another's.
type rule struct {
	id     string
	place  int
	paths  []string
	action elb.ListenerAction
}

// maxRuleValues is AWS's limit of values in the conditions of a rule.
const maxRuleValues = 5

// rules returns the rules that forward the gateway's paths. Streams share a rule
// with predictions where its values, of which others are taken already, suffice and
// the canary streams too. A gateway that cannot stream gets no rule for streams. Other
// protocols, of at most 3 paths, have a rule of their own.
func (t targets) rules(others int) []rule {
	paths := []string{"/invocations", "/endpoints/" + t.endpointName + "/invocations", "/ping"}
	predictions := rule{"Predictions", 0, paths, t.forward(true)}
	var protocols []rule
	if len(t.protocols) > 0 {
		protocols = []rule{{"Protocols", 2, t.protocols, t.forward(t.canaryProtocols)}}
	}
	if !t.streams {
		return append([]rule{predictions}, protocols...)
	}
	streams := []string{"/invocations-response-stream", "/endpoints/" + t.endpointName + "/invocations-response-stream"}
	withoutCanary := t.canary != nil && !t.canaryStreams
	if !withoutCanary && len(paths)+len(streams)+others <= maxRuleValues {
		predictions.paths = append(paths, streams...)
		return append([]rule{predictions}, protocols...)
	}
	return append([]rule{predictions, {"Streams", 1, streams, t.forward(!withoutCanary)}}, protocols...)
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

func (r rule) conditions() []elb.ListenerCondition {
	return []elb.ListenerCondition{elb.ListenerCondition_PathPatterns(jsii.Strings(r.paths...))}
}
