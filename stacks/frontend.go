package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
)

// newFrontend makes the load balancer and the gateway behind it.
func (made *Environment) newFrontend(e config.Environment, n network) {
	stack := newStack(made.Stage, e, "frontend", "the load balancer and the gateway")
	made.Frontend = stack
	n.addPrivateEndpoints(stack, e)
	made.PrivateEndpoints = n.privateEndpoints
	gateway, canary := newGateway(stack, "Gateway", e, n), newCanary(stack, e, n)
	made.Gateway = gateway
	if canary != nil {
		made.Canary = canary.Gateway
	}
	if listener := e.Frontend.ExistingListener; listener != nil {
		made.Route, made.URL = newRoute(stack, *listener, gateway, canary), listener.URL
		putURL(stack, made.URL)
		return
	}
	loadBalancer := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		DeletionProtection:   e.Frontend.DeletionProtection,
		AccessLogs:           accessLogs(stack, e.Frontend.AccessLogs),
		WAF:                  e.Frontend.WAF,
		VPC:                  n.vpc,
		Subnets:              n.subnets,
		SecurityGroup:        n.securityGroup,
		Gateway:              gateway,
		Canary:               canary,
		CertificateARN:       e.Frontend.CertificateARN,
		Domain:               e.Frontend.Domain,
		Authentication:       e.Frontend.Authentication,
		IPv6:                 e.Frontend.IPv6,
		PlainHTTP:            e.Frontend.PlainHTTP,
		InternetFacing:       e.Frontend.InternetFacing,
		AllowedCIDRs:         e.Frontend.AllowedCIDRs,
		MinimumCapacityUnits: e.Frontend.MinimumCapacityUnits,
	})
	if calendar, ok := e.CapacityUnits(); ok && len(calendar.Events) > 0 {
		made.CapacitySchedule = frontend.NewCapacitySchedule(stack, "CapacitySchedule", frontend.CapacityScheduleProps{
			LoadBalancer: loadBalancer.Resource, Calendar: calendar,
		})
	}
	made.LoadBalancer, made.URL = loadBalancer, loadBalancer.URL()
	putURL(stack, made.URL)
}

// accessLogs returns where the load balancer writes its logs; nil for none.
func accessLogs(stack awscdk.Stack, logs *config.AccessLogs) *frontend.AccessLogs {
	switch {
	case logs == nil:
		return nil
	case logs.Bucket != "":
		bucket := awss3.Bucket_FromBucketName(stack, jsii.String("Logs"), jsii.String(logs.Bucket))
		return &frontend.AccessLogs{Bucket: bucket}
	default:
		return &frontend.AccessLogs{Retention: logs.Retention()}
	}
}
