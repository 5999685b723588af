package frontend

import (
	"fmt"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// RouteProps describes a Route.
type RouteProps struct {
	// Listener is a listener of an Application Load Balancer: one of this app, such
	// as LoadBalancer.Listener, or an imported one. Its load balancer's security
	// group is allowed to reach the tasks of a GatewayService, and they admit it.
	// The rules of a LoadBalancer have the priorities 8 to 12, and match any host: a
	// Route with Hosts on its Listener has a Priority below 6. They authenticate
	// clients and the rules of a Route do not; mutual TLS is the listener's.
	// Default: nil, the listener of ListenerARN.
	Listener elb.IApplicationListener
	// ListenerARN is a listener of an existing Application Load Balancer, in the
	// stack's region and account, with its SecurityGroup.
	// Default: "", which Listener is required for.
	ListenerARN string
	// SecurityGroup is the security group of the load balancer of ListenerARN. The
	// tasks of a GatewayService admit it; it has to allow port 8080 of the tasks out.
	// Default: nil, with Listener, which knows its own.
	SecurityGroup awsec2.ISecurityGroup
	// Priority is the priority of the listener rule, 1 to 50,000. No other rule of
	// the listener may have it: those of a LoadBalancer have 8 to 12. Priority + 1 is used
	// too where streams need a rule of their own: with Hosts, or with a Canary that cannot
	// stream; Priority + 2 where the gateway's Server has OpenAI or V2Model.
	Priority int
	// Hosts are the host names of the rule, with * and ? as wildcards, at most 2
	// (AWS allows 5 values in a rule, and the paths take the rest).
	// Default: none, any host: the rule then takes /ping of the whole listener.
	Hosts []string
	// Gateway answers the requests: a *GatewayFunction or a *GatewayService.
	Gateway Gateway
	// Canary is a second gateway that gets a share of the requests.
	// Default: nil, no canary.
	Canary *Canary
}

const (
	maxPriority   = 50_000
	maxRouteHosts = 2
)

var (
	listenerARN = regexp.MustCompile(`^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):([0-9]{12}):` +
		`listener/app/[A-Za-z0-9-]{1,32}/[0-9a-f]{16}/[0-9a-f]{16}$`)
	hostPattern = regexp.MustCompile(`^[A-Za-z0-9.*?-]{1,128}$`)
)

// Validate returns everything wrong with the properties, joined.
func (p RouteProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	if p.Listener != nil {
		ps = append(ps, p.validateListener()...)
	} else {
		ps = append(ps, p.validateListenerARN()...)
	}
	if p.Priority < 1 || p.Priority > maxPriority {
		ps.Add("Priority", p.Priority, fmt.Sprintf("a rule's priority is 1 to %d", maxPriority),
			"take one that no other rule of the listener has")
	}
	if n := len(p.Hosts); n > maxRouteHosts {
		rule := fmt.Sprintf("beside its paths a rule has room for %d hosts, these are %d", maxRouteHosts, n)
		ps.Add("Hosts", nil, rule, "use a wildcard, such as *.example.com")
	}
	for i, host := range p.Hosts {
		if !problem.Unresolved(host) && !hostPattern.MatchString(host) {
			ps.Add(fmt.Sprintf("Hosts[%d]", i), host,
				"a host has up to 128 letters, digits, dots and hyphens, with * and ? for wildcards",
				"such as predictions.example.com")
		}
	}
	if problem.IsNil(p.Gateway) {
		ps.Add("Gateway", nil, "a route needs a gateway to lead to",
			"make one with NewGatewayFunction or NewGatewayService")
	}
	if p.Canary != nil {
		ps = append(ps, p.Canary.validate(p.Gateway).In("Canary")...)
	}
	return ps.Err()
}

// validateListener checks that Listener is the only way that a listener is given.
func (p RouteProps) validateListener() problem.List {
	ps := problem.NilIn("Listener", p.Listener)
	if p.ListenerARN != "" {
		ps.Add("ListenerARN", p.ListenerARN, "the listener is given by «Listener» too", "keep one of the two")
	}
	if p.SecurityGroup != nil {
		ps.Add("SecurityGroup", nil, "«Listener» knows the security group of its load balancer", "leave it out")
	}
	if len(ps) > 0 {
		return ps
	}
	for _, c := range *p.Listener.Node().Root().Node().FindAll(constructs.ConstructOrder_PREORDER) {
		r, ok := c.(elb.CfnListenerRule)
		if ok && *r.ListenerArn() == *p.Listener.ListenerArn() && int(*r.Priority()) == p.Priority {
			ps.Add("Priority", p.Priority, "this is the priority of "+*r.Node().Path()+", a rule of the same listener",
				"take another one: a lower number goes first")
		}
	}
	return ps
}

func (p RouteProps) validateListenerARN() problem.List {
	var ps problem.List
	account, region := environmentOf(p.Gateway)
	parts := listenerARN.FindStringSubmatch(p.ListenerARN)
	switch {
	case problem.Unresolved(p.ListenerARN):
	case parts == nil:
		ps.Add("ListenerARN", p.ListenerARN, "a rule stands in a listener of an Application Load Balancer, "+
			"arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID",
			"copy it from the listener, not from the load balancer, or give a listener of the app as «Listener»")
	case region != "" && parts[1] != region || account != "" && parts[2] != account:
		ps.Add("ListenerARN", p.ListenerARN, fmt.Sprintf(
			"a rule stands in the gateway's own account and region, %s in %s", account, region),
			"take a listener there, or make the gateway in the account and region of this one")
	}
	if problem.IsNil(p.SecurityGroup) {
		ps.Add("SecurityGroup", nil, "the gateway's tasks have to let the load balancer in",
			"give the load balancer's security group")
	}
	return ps
}

// Route forwards predictions for one endpoint from a listener that stands to the
// gateway. Several endpoints share a load balancer by a Route each. Allowed ranges, TLS,
// WAF, logs and an idle time-out above the gateway's time-out are configured at that load
// balancer.
type Route struct {
	constructs.Construct
	// Listener is the listener that the rules are in.
	Listener elb.IApplicationListener
	// Rules are the new rules of the listener, by priority.
	Rules []elb.ApplicationListenerRule
	// TargetGroup is the gateway's target group.
	TargetGroup elb.ApplicationTargetGroup
	// CanaryTargetGroup is the canary's target group, nil without Canary.
	CanaryTargetGroup elb.ApplicationTargetGroup
}

// ToString makes the struct itself usable as a construct.
func (r *Route) ToString() *string { return r.Construct.ToString() }

// NewRoute makes a Route. It panics with what props.Validate returns.
func NewRoute(scope constructs.Construct, id string, props RouteProps) *Route {
	if err := props.Validate(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	r := &Route{}
	constructs.NewConstruct_Override(r, scope, jsii.String(id))
	r.Listener = props.Listener
	if r.Listener == nil {
		listener := &elb.ApplicationListenerAttributes{
			ListenerArn: jsii.String(props.ListenerARN), SecurityGroup: props.SecurityGroup,
		}
		r.Listener = elb.ApplicationListener_FromApplicationListenerAttributes(r, jsii.String("Listener"), listener)
	}
	t := newTargets(r, "", props.Gateway, props.Canary)
	r.TargetGroup, r.CanaryTargetGroup = t.gateway, t.canary
	for _, rule := range t.rules(len(props.Hosts)) {
		conditions := rule.conditions()
		if len(props.Hosts) > 0 {
			conditions = append(conditions, elb.ListenerCondition_HostHeaders(jsii.Strings(props.Hosts...)))
		}
		r.Rules = append(r.Rules, elb.NewApplicationListenerRule(r, jsii.String(rule.id), &elb.ApplicationListenerRuleProps{
			Listener: r.Listener, Priority: jsii.Number(props.Priority + rule.place), Conditions: &conditions,
			Action: rule.action,
		}))
	}
	return r
}
