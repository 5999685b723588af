package frontend

import (
	"time"

	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
)

// Gateway is what a LoadBalancer forwards to: a GatewayFunction or a
// GatewayService.
type Gateway interface {
	constructs.Construct
	// calls is the endpoint that it calls, and how long one request may take.
	calls() (endpointName string, timeout time.Duration)
	// streams reports whether it passes on response streams.
	streams() bool
	// targetGroup is made in the load balancer.
	targetGroup(scope constructs.Construct) elb.ApplicationTargetGroup
}

var (
	_ Gateway = (*GatewayFunction)(nil)
	_ Gateway = (*GatewayService)(nil)
)
