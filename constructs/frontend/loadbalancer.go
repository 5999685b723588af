package frontend

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// The load balancer waits longer for a reply than the gateway does, so that
// the gateway's own error reaches the user (fact F17).
const idleGrace = 10 * time.Second

// LoadBalancerProps describes a LoadBalancer.
type LoadBalancerProps struct {
	// VPC is where it stands.
	VPC awsec2.IVpc
	// Subnets are the subnets of VPC that it stands in, in two or more zones.
	// Default: nil, the public ones when InternetFacing, else the private ones.
	Subnets *awsec2.SubnetSelection
	// SecurityGroup is what AllowedCIDRs are let into.
	// Default: nil, a new one that opens nothing else.
	SecurityGroup awsec2.ISecurityGroup
	// Gateway answers the requests: a *GatewayFunction or a *GatewayService.
	Gateway Gateway
	// CertificateARN is the HTTPS listener's certificate in AWS Certificate
	// Manager, in the load balancer's region.
	// Default: "", one is made for Domain; without either PlainHTTP has to be true.
	CertificateARN string
	// Domain is the name under which clients ask.
	// Default: nil, they ask under the load balancer's own name.
	Domain *settings.Domain
	// Authentication is as whom clients show themselves. With a login or a token,
	// subnets without public addresses need a way out to the provider.
	// Default: nil, whoever may connect may ask.
	Authentication *settings.Authentication
	// PlainHTTP serves without TLS.
	// Default: false.
	PlainHTTP bool
	// InternetFacing gives it public addresses.
	// Default: false, it is internal.
	InternetFacing bool
	// IPv6 gives it IPv6 addresses beside its IPv4 ones, out of IPv6 ranges that
	// its subnets have.
	// Default: false.
	IPv6 bool
	// AllowedCIDRs are the ranges that may connect, with IPv6 also IPv6 ones.
	// Default: none; a load balancer that nobody may reach is refused.
	AllowedCIDRs []string
	// DeletionProtection makes AWS refuse to delete it, with the stack too, until
	// it is switched off.
	// Default: false.
	DeletionProtection bool
	// AccessLogs is where it writes its access and connection logs.
	// Default: nil, nowhere.
	AccessLogs *AccessLogs
	// WAF is the firewall in front of it.
	// Default: nil, there is none.
	WAF *WAF
	// Canary is a second gateway that gets a share of the requests.
	// Default: nil, there is none.
	Canary *Canary
	// MinimumCapacityUnits keeps capacity units reserved all the time, 100 to
	// 15,000; a CapacitySchedule reserves them for events instead. The account's
	// quota of reserved units is 0 until AWS has raised it (fact F27).
	// Default: 0, it grows by itself.
	MinimumCapacityUnits int
}

// Validate returns everything wrong with the properties, joined.
func (p LoadBalancerProps) Validate() error {
	var ps problem.List
	if p.VPC == nil {
		ps.Add("VPC", nil, "a load balancer stands in a VPC", "give one")
	}
	if p.Gateway == nil {
		ps.Add("Gateway", nil, "a load balancer needs a gateway to forward to", "make one with NewGatewayFunction or NewGatewayService")
	}
	ps = append(ps, p.validateAccess()...)
	if p.AccessLogs != nil {
		ps = append(ps, p.AccessLogs.validate()...)
	}
	if p.WAF != nil {
		ps = append(ps, p.WAF.validate()...)
	}
	if p.Canary != nil {
		ps = append(ps, p.Canary.validate(p.Gateway).In("Canary")...)
	}
	if n := p.MinimumCapacityUnits; n != 0 && (n < frontend.MinReservedUnits || n > frontend.MaxReservedUnits) {
		ps.Add("MinimumCapacityUnits", n, fmt.Sprintf("a load balancer reserves %d to %d capacity units", frontend.MinReservedUnits, frontend.MaxReservedUnits), "leave it out to reserve none")
	}
	return ps.Err()
}

// LoadBalancer is an Application Load Balancer that forwards predictions for
// one endpoint to the gateway, and answers everything else with 404 itself.
type LoadBalancer struct {
	constructs.Construct
	// Resource is the load balancer.
	Resource elb.ApplicationLoadBalancer
	// Listener serves predictions: HTTPS on 443, or HTTP on 80 with PlainHTTP.
	Listener elb.ApplicationListener
	// Redirect sends HTTP on 80 to HTTPS; nil with PlainHTTP.
	Redirect elb.ApplicationListener
	// TargetGroup holds the gateway.
	TargetGroup elb.ApplicationTargetGroup
	// CanaryTargetGroup holds the canary; nil where there is none.
	CanaryTargetGroup elb.ApplicationTargetGroup
	// Logs holds its access and connection logs; nil where it writes none.
	Logs awss3.IBucket
	// Certificate was made for the domain; nil where one was given, or none is needed.
	Certificate awscertificatemanager.Certificate

	domain     string
	hostedZone awsroute53.IHostedZone
}

// ToString makes the struct itself usable as a construct.
func (l *LoadBalancer) ToString() *string { return l.Construct.ToString() }

// URL is where predictions are asked for, without a path.
func (l *LoadBalancer) URL() string {
	scheme := "https://"
	if l.domain != "" {
		return scheme + l.domain
	}
	if l.Redirect == nil {
		scheme = "http://"
	}
	return scheme + *l.Resource.LoadBalancerDnsName()
}

// NewLoadBalancer makes a LoadBalancer. It panics with what props.Validate returns.
func NewLoadBalancer(scope constructs.Construct, id string, props LoadBalancerProps) *LoadBalancer {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	l := &LoadBalancer{}
	constructs.NewConstruct_Override(l, scope, jsii.String(id))

	_, timeout := props.Gateway.calls()
	if props.Canary != nil {
		_, other := props.Canary.Gateway.calls()
		timeout = max(timeout, other)
	}
	subnets := props.Subnets
	if subnets == nil {
		subnets = &awsec2.SubnetSelection{Subnets: props.VPC.PublicSubnets()}
		if !props.InternetFacing {
			private := append(*props.VPC.PrivateSubnets(), *props.VPC.IsolatedSubnets()...)
			subnets.Subnets = &private
		}
	}
	l.Resource = elb.NewApplicationLoadBalancer(l, jsii.String("Resource"), &elb.ApplicationLoadBalancerProps{
		Vpc:                     props.VPC,
		VpcSubnets:              subnets,
		SecurityGroup:           props.SecurityGroup,
		InternetFacing:          jsii.Bool(props.InternetFacing),
		IpAddressType:           addresses(props.IPv6),
		DropInvalidHeaderFields: jsii.Bool(true),
		IdleTimeout:             seconds(timeout + idleGrace),
		DeletionProtection:      jsii.Bool(props.DeletionProtection),
		MinimumCapacityUnit:     unlessZero(props.MinimumCapacityUnits),
	})
	if props.AccessLogs != nil {
		l.Logs = props.AccessLogs.write(l, l.Resource)
	}
	if props.WAF != nil {
		props.WAF.protect(l, l.Resource)
	}
	targets := newTargets(l, props.Gateway, props.Canary)
	l.TargetGroup, l.CanaryTargetGroup = targets.gateway, targets.canary
	if props.PlainHTTP {
		l.Listener = l.Resource.AddListener(jsii.String("Http"), &elb.BaseApplicationListenerProps{
			Port: jsii.Number(80), Protocol: elb.ApplicationProtocol_HTTP, Open: jsii.Bool(false), DefaultAction: notFound(),
		})
	} else {
		l.Listener = l.Resource.AddListener(jsii.String("Https"), &elb.BaseApplicationListenerProps{
			Port: jsii.Number(443), Protocol: elb.ApplicationProtocol_HTTPS, Open: jsii.Bool(false), DefaultAction: notFound(),
			Certificates:         &[]elb.IListenerCertificate{l.certificate(props)},
			MutualAuthentication: mutual(l, props.Authentication),
			SslPolicy:            elb.SslPolicy_TLS13_12_RES_PQ,
		})
		l.Redirect = l.Resource.AddListener(jsii.String("Redirect"), &elb.BaseApplicationListenerProps{
			Port: jsii.Number(80), Protocol: elb.ApplicationProtocol_HTTP, Open: jsii.Bool(false),
			DefaultAction: elb.ListenerAction_Redirect(&elb.RedirectOptions{
				Protocol: jsii.String("HTTPS"), Port: jsii.String("443"), Permanent: jsii.Bool(true),
			}),
		})
	}
	l.forward(targets, props.Authentication)
	l.allow(props.AllowedCIDRs)
	if props.Domain != nil {
		l.lead(*props.Domain, props.IPv6)
	}
	return l
}

// allow opens the listeners' ports to the given ranges and no others.
func (l *LoadBalancer) allow(cidrs []string) {
	for _, cidr := range cidrs {
		peer := awsec2.Peer_Ipv4
		if _, is := settings.IPv6(cidr); is {
			peer = awsec2.Peer_Ipv6
		}
		from := peer(jsii.String(cidr))
		l.Listener.Connections().AllowDefaultPortFrom(from, jsii.String("Predictions from "+cidr))
		if l.Redirect != nil {
			l.Redirect.Connections().AllowDefaultPortFrom(from, jsii.String("Redirected to HTTPS from "+cidr))
		}
	}
}

func notFound() elb.ListenerAction {
	return elb.ListenerAction_FixedResponse(jsii.Number(404), &elb.FixedResponseOptions{
		ContentType: jsii.String("application/json"),
		MessageBody: jsii.String(`{"code":"NotFound","message":"ask for POST /invocations"}`),
	})
}
