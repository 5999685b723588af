package frontend

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
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
	// Default: "", which is an error unless PlainHTTP is true.
	CertificateARN string
	// PlainHTTP serves without TLS.
	// Default: false.
	PlainHTTP bool
	// InternetFacing gives it public addresses.
	// Default: false, it is internal.
	InternetFacing bool
	// AllowedCIDRs are the IPv4 ranges that may connect.
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
}

// Validate returns everything wrong with the properties, joined.
func (p LoadBalancerProps) Validate() error {
	var ps invalid.Problems
	if p.VPC == nil {
		ps.Add("VPC", nil, "a load balancer stands in a VPC", "give one")
	}
	if p.Gateway == nil {
		ps.Add("Gateway", nil, "a load balancer needs a gateway to forward to", "make one with NewGatewayFunction or NewGatewayService")
	}
	switch {
	case p.CertificateARN == "" && !p.PlainHTTP:
		ps.Add("CertificateARN", nil, "an HTTPS listener needs a certificate", "give the ARN of one in AWS Certificate Manager, or ask for PlainHTTP by name")
	case p.CertificateARN != "" && p.PlainHTTP:
		ps.Add("PlainHTTP", true, "plain HTTP has no use for a certificate", "keep one of the two")
	}
	if len(p.AllowedCIDRs) == 0 {
		ps.Add("AllowedCIDRs", nil, "nobody may connect", "give the ranges of the clients, \"0.0.0.0/0\" for everybody")
	}
	for i, cidr := range p.AllowedCIDRs {
		if prefix, err := netip.ParsePrefix(cidr); err != nil || !prefix.Addr().Is4() {
			ps.Add(fmt.Sprintf("AllowedCIDRs[%d]", i), cidr, "a range is an IPv4 CIDR", "such as \"10.0.0.0/16\"")
		}
	}
	if p.AccessLogs != nil {
		ps = append(ps, p.AccessLogs.validate()...)
	}
	if p.WAF != nil {
		ps = append(ps, p.WAF.validate()...)
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
	// Logs holds its access and connection logs; nil where it writes none.
	Logs awss3.IBucket
}

// ToString makes the struct itself usable as a construct.
func (l *LoadBalancer) ToString() *string { return l.Construct.ToString() }

// URL is where predictions are asked for, without a path.
func (l *LoadBalancer) URL() string {
	scheme := "https://"
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

	endpointName, timeout := props.Gateway.calls()
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
		DropInvalidHeaderFields: jsii.Bool(true),
		IdleTimeout:             seconds(timeout + idleGrace),
		DeletionProtection:      jsii.Bool(props.DeletionProtection),
	})
	if props.AccessLogs != nil {
		l.Logs = props.AccessLogs.write(l, l.Resource)
	}
	if props.WAF != nil {
		props.WAF.protect(l, l.Resource)
	}
	l.TargetGroup = props.Gateway.targetGroup(l)
	if props.PlainHTTP {
		l.Listener = l.Resource.AddListener(jsii.String("Http"), &elb.BaseApplicationListenerProps{
			Port: jsii.Number(80), Protocol: elb.ApplicationProtocol_HTTP, Open: jsii.Bool(false), DefaultAction: notFound(),
		})
	} else {
		l.Listener = l.Resource.AddListener(jsii.String("Https"), &elb.BaseApplicationListenerProps{
			Port: jsii.Number(443), Protocol: elb.ApplicationProtocol_HTTPS, Open: jsii.Bool(false), DefaultAction: notFound(),
			Certificates: &[]elb.IListenerCertificate{elb.ListenerCertificate_FromArn(jsii.String(props.CertificateARN))},
			SslPolicy:    elb.SslPolicy_TLS13_12_RES_PQ,
		})
		l.Redirect = l.Resource.AddListener(jsii.String("Redirect"), &elb.BaseApplicationListenerProps{
			Port: jsii.Number(80), Protocol: elb.ApplicationProtocol_HTTP, Open: jsii.Bool(false),
			DefaultAction: elb.ListenerAction_Redirect(&elb.RedirectOptions{
				Protocol: jsii.String("HTTPS"), Port: jsii.String("443"), Permanent: jsii.Bool(true),
			}),
		})
	}
	l.forward(endpointName, props.Gateway.streams())
	l.allow(props.AllowedCIDRs)
	return l
}

// forward sends what the gateway serves to it, in one rule, which has at most
// five values.
func (l *LoadBalancer) forward(endpointName string, streams bool) {
	paths := []string{"/invocations", "/endpoints/" + endpointName + "/invocations", "/ping"}
	if streams {
		paths = append(paths, "/invocations-response-stream", "/endpoints/"+endpointName+"/invocations-response-stream")
	}
	l.Listener.AddAction(jsii.String("Predictions"), &elb.AddApplicationActionProps{
		Priority:   jsii.Number(10),
		Conditions: &[]elb.ListenerCondition{elb.ListenerCondition_PathPatterns(jsii.Strings(paths...))},
		Action:     elb.ListenerAction_Forward(&[]elb.IApplicationTargetGroup{l.TargetGroup}, nil),
	})
}

// allow opens the listeners' ports to the given ranges and no others.
func (l *LoadBalancer) allow(cidrs []string) {
	for _, cidr := range cidrs {
		from := awsec2.Peer_Ipv4(jsii.String(cidr))
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
