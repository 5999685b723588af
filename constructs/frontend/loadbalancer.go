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

// idleGrace is added to the gateway's time-out for the load balancer's idle time-out,
// so that clients get the gateway's own error (fact F17: the default is 60 s).
const idleGrace = 10 * time.Second

// LoadBalancerProps describes a LoadBalancer.
type LoadBalancerProps struct {
	// VPC is the VPC of the load balancer.
	VPC awsec2.IVpc
	// Subnets are the subnets of the load balancer, in two or more Availability
	// Zones.
	// Default: nil, the public subnets with InternetFacing, else the private ones.
	Subnets *awsec2.SubnetSelection
	// SecurityGroup is the load balancer's security group. It gets a rule for each
	// of AllowedCIDRs and AllowedPeers.
	// Default: nil, a new one.
	SecurityGroup awsec2.ISecurityGroup
	// Gateway answers the requests: a *GatewayFunction or a *GatewayService.
	Gateway Gateway
	// CertificateARN is the HTTPS listener's certificate in AWS Certificate
	// Manager, in the load balancer's region.
	// Default: "", a new certificate for Domain. Without either, PlainHTTP has to
	// be true.
	CertificateARN string
	// Domain is the domain name of the load balancer.
	// Default: nil, clients use the load balancer's DNS name.
	Domain *settings.Domain
	// Authentication authenticates clients. With a login or a token, an internal
	// load balancer needs a NAT gateway to reach the identity provider.
	// Default: nil, no authentication.
	Authentication *settings.Authentication
	// PlainHTTP serves HTTP on port 80, without TLS.
	// Default: false, HTTPS on port 443.
	PlainHTTP bool
	// InternetFacing gives the load balancer public addresses. A change replaces the
	// load balancer, its listeners and its target groups.
	// Default: false, it is internal.
	InternetFacing bool
	// IPv6 makes the load balancer dual-stack. Its subnets need IPv6 ranges.
	// Default: false, IPv4 only.
	IPv6 bool
	// AllowedCIDRs are the IPv4 ranges, and with IPv6 also the IPv6 ranges, that may
	// connect. A range that is known only at deployment is an IPv4 one, unless what is
	// known of it has a colon.
	// Default: none, which AllowedPeers are required for.
	AllowedCIDRs []string
	// AllowedPeers may connect too: the security groups of clients, and what
	// awsec2.Peer_PrefixList and its like make. A security group of another stack
	// makes the load balancer's stack depend on that one.
	// Default: none, which AllowedCIDRs are required for.
	AllowedPeers []awsec2.IPeer
	// DeletionProtection makes AWS refuse to delete the load balancer, or its
	// stack, until it is false again.
	// Default: false.
	DeletionProtection bool
	// AccessLogs is where the load balancer writes its access and connection logs.
	// Default: nil, no logs.
	AccessLogs *AccessLogs
	// WAF is the web application firewall of the load balancer.
	// Default: nil, no firewall.
	WAF *settings.WAF
	// Canary is a second gateway that gets a share of the requests.
	// Default: nil, no canary.
	Canary *Canary
	// MinimumCapacityUnits is the number of capacity units that stay reserved, 100
	// to 15,000. A CapacitySchedule reserves them for events instead (fact F27: the
	// account's quota is 0 until AWS raises it).
	// Default: 0, no reservation.
	MinimumCapacityUnits int
}

// Validate returns everything wrong with the properties, joined.
func (p LoadBalancerProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	if problem.IsNil(p.VPC) {
		ps.Add("VPC", nil, "a load balancer stands in a VPC", "give one")
	} else if s := p.subnets(); s.Subnets != nil && len(*s.Subnets) < 2 {
		ps.Add("Subnets", len(*s.Subnets), "a load balancer needs subnets in at least 2 zones",
			"give those of the VPC, which may not know them")
	}
	ps = append(ps, problem.NilIn("SecurityGroup", p.SecurityGroup)...)
	if problem.IsNil(p.Gateway) {
		ps.Add("Gateway", nil, "a load balancer needs a gateway to forward to",
			"make one with NewGatewayFunction or NewGatewayService")
	}
	if a := p.Authentication; a != nil && a.LogsIn() && !problem.IsNil(p.Gateway) && p.Gateway.preflights() {
		ps.Add("Gateway", nil, "a browser's preflight request has no session, which the login of «Authentication» asks for",
			"leave out CORSOrigins of its Server, or verify tokens by JWT")
	}
	ps = append(ps, p.validateClaims()...)
	ps = append(ps, p.validateAccess()...)
	if p.AccessLogs != nil {
		ps = append(ps, p.AccessLogs.validate()...)
	}
	if p.WAF != nil {
		account, region := environmentOf(p.VPC)
		ps = append(ps, p.WAF.Validate().In("WAF")...)
		ps = append(ps, settings.ValidateWebACL(p.WAF.WebACLARN, account, region).In("WAF.WebACLARN")...)
	}
	if p.Canary != nil {
		ps = append(ps, p.Canary.validate(p.Gateway).In("Canary")...)
	}
	const low, high = frontend.MinReservedUnits, frontend.MaxReservedUnits
	if n := p.MinimumCapacityUnits; n != 0 && (n < low || n > high) {
		ps.Add("MinimumCapacityUnits", n, fmt.Sprintf("a load balancer reserves %d to %d capacity units", low, high),
			"leave it out to reserve none")
	}
	return ps.Err()
}

// subnets are Subnets, or their default.
func (p LoadBalancerProps) subnets() *awsec2.SubnetSelection {
	switch {
	case p.Subnets != nil:
		return p.Subnets
	case p.InternetFacing:
		return &awsec2.SubnetSelection{Subnets: p.VPC.PublicSubnets()}
	default:
		return privateSubnets(p.VPC)
	}
}

// LoadBalancer is an Application Load Balancer that forwards predictions for one
// endpoint to the gateway, and answers other paths with 404.
type LoadBalancer struct {
	constructs.Construct
	// Resource is the AWS::ElasticLoadBalancingV2::LoadBalancer.
	Resource elb.ApplicationLoadBalancer
	// Listener serves predictions: HTTPS on 443, or HTTP on 80 with PlainHTTP.
	Listener elb.ApplicationListener
	// Redirect redirects HTTP on 80 to HTTPS, nil with PlainHTTP.
	Redirect elb.ApplicationListener
	// TargetGroup is the gateway's target group.
	TargetGroup elb.ApplicationTargetGroup
	// CanaryTargetGroup is the canary's target group, nil without Canary.
	CanaryTargetGroup elb.ApplicationTargetGroup
	// Logs is the bucket of the access and connection logs, nil without AccessLogs.
	Logs awss3.IBucket
	// Certificate is the new certificate for Domain, nil without Domain or with
	// CertificateARN.
	Certificate awscertificatemanager.Certificate

	domain     string
	hostedZone awsroute53.IHostedZone
}

// ToString makes the struct itself usable as a construct.
func (l *LoadBalancer) ToString() *string { return l.Construct.ToString() }

// URL returns the base URL for predictions, without a path.
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
		panic(problem.Of(scope, id, err))
	}
	l := &LoadBalancer{}
	constructs.NewConstruct_Override(l, scope, jsii.String(id))

	_, timeout := props.Gateway.endpoint()
	if props.Canary != nil {
		_, canaryTimeout := props.Canary.Gateway.endpoint()
		timeout = max(timeout, canaryTimeout)
	}
	l.Resource = elb.NewApplicationLoadBalancer(l, jsii.String("Resource"), &elb.ApplicationLoadBalancerProps{
		Vpc:                     props.VPC,
		VpcSubnets:              props.subnets(),
		SecurityGroup:           props.SecurityGroup,
		InternetFacing:          jsii.Bool(props.InternetFacing),
		IpAddressType:           ipAddressType(props.IPv6),
		DropInvalidHeaderFields: jsii.Bool(true),
		IdleTimeout:             seconds(timeout + idleGrace),
		DeletionProtection:      jsii.Bool(props.DeletionProtection),
		MinimumCapacityUnit:     optionalNumber(props.MinimumCapacityUnits),
	})
	if props.AccessLogs != nil {
		l.Logs = props.AccessLogs.enable(l, l.Resource)
	}
	if props.WAF != nil {
		associateWAF(*props.WAF, l, l.Resource)
	}
	targets := newTargets(l, targetGroupPrefix(props.InternetFacing), props.Gateway, props.Canary)
	l.TargetGroup, l.CanaryTargetGroup = targets.gateway, targets.canary
	l.addListeners(props)
	l.forward(targets, props.Authentication)
	l.allow(props.AllowedCIDRs, props.AllowedPeers)
	if props.Domain != nil {
		l.addRecords(*props.Domain, props.IPv6)
	}
	return l
}

// targetGroupPrefix gives the target groups another logical ID where the load balancer
// is replaced, which InternetFacing does: the new load balancer cannot use the target
// groups of the old one (fact I3: a target group has one load balancer).
func targetGroupPrefix(internetFacing bool) string {
	if internetFacing {
		return ""
	}
	return "Internal"
}

// addListeners adds the listeners. The one on port 80 keeps its construct ID when it
// begins or ceases to redirect: CloudFormation then updates it in place, and adds no
// second listener on that port (fact I7: it adds before it removes).
func (l *LoadBalancer) addListeners(props LoadBalancerProps) {
	port80 := func(action elb.ListenerAction) elb.ApplicationListener {
		return l.Resource.AddListener(jsii.String("Redirect"), &elb.BaseApplicationListenerProps{
			Port: jsii.Number(80), Protocol: elb.ApplicationProtocol_HTTP, Open: jsii.Bool(false), DefaultAction: action,
		})
	}
	if props.PlainHTTP {
		l.Listener = port80(notFound())
		return
	}
	l.Listener = l.Resource.AddListener(jsii.String("Https"), &elb.BaseApplicationListenerProps{
		Port: jsii.Number(443), Protocol: elb.ApplicationProtocol_HTTPS, Open: jsii.Bool(false), DefaultAction: notFound(),
		Certificates:         &[]elb.IListenerCertificate{l.certificate(props)},
		MutualAuthentication: mutualAuthentication(l, props.Authentication),
		SslPolicy:            elb.SslPolicy_TLS13_12_RES_PQ,
	})
	l.Redirect = port80(elb.ListenerAction_Redirect(&elb.RedirectOptions{
		Protocol: jsii.String("HTTPS"), Port: jsii.String("443"), Permanent: jsii.Bool(true),
	}))
}

// allow lets the given ranges and peers connect to the listeners' ports.
func (l *LoadBalancer) allow(cidrs []string, peers []awsec2.IPeer) {
	for _, cidr := range cidrs {
		peer := awsec2.Peer_Ipv4
		if _, is := settings.IPv6(cidr); is || unresolvedIPv6(cidr) {
			peer = awsec2.Peer_Ipv6
		}
		l.allowFrom(peer(jsii.String(cidr)), cidr)
	}
	for _, peer := range peers {
		l.allowFrom(peer, "an allowed peer") // its name may be known at deployment only
	}
}

func (l *LoadBalancer) allowFrom(peer awsec2.IPeer, called string) {
	l.Listener.Connections().AllowDefaultPortFrom(peer, jsii.String("Predictions from "+called))
	if l.Redirect != nil {
		l.Redirect.Connections().AllowDefaultPortFrom(peer, jsii.String("Redirected to HTTPS from "+called))
	}
}

func notFound() elb.ListenerAction {
	return elb.ListenerAction_FixedResponse(jsii.Number(404), &elb.FixedResponseOptions{
		ContentType: jsii.String("application/json"),
		MessageBody: jsii.String(`{"code":"NotFound","message":"ask for POST /invocations"}`),
	})
}
