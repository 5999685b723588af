package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ExistingListener is a listener of an Application Load Balancer that stands. Who
// may connect, TLS, WAF, logs, and an idle time-out above requestTimeout, are
// that load balancer's matter.
type ExistingListener struct {
	// ARN is the listener's, in the environment's account and region.
	ARN string `json:"arn"`
	// SecurityGroupID is the load balancer's security group, which has to let it
	// out to port 8080 of the gateway's tasks on Fargate.
	SecurityGroupID string `json:"securityGroupId" jsonschema:"pattern=^sg-([0-9a-f]{8}|[0-9a-f]{17})$"`
	// Priority is where the rule stands among the listener's, and no other's. The
	// next one is taken too where response streams need a rule of their own: with
	// hosts and fargate, and with a canary on lambda.
	Priority int `json:"priority" jsonschema:"minimum=1,maximum=50000"`
	// Hosts are the host names that the rule is for, 2 at most, with * and ? for
	// wildcards.
	// Default: none, any host: /ping of other users of the listener too.
	Hosts []string `json:"hosts,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// URL is where clients reach the listener, such as
	// https://predictions.example.com, without a path.
	URL string `json:"url"`
}

const existingListenerPath = "frontend.existingListener"

// routeKeys are the keys of frontend that are about the gateway; the others are
// about a load balancer that is made.
var routeKeys = []string{"existingListener", "canary", "capacity", "gateway", "gatewayMemoryMb", "image",
	"maxRequestBytes",
	"requestTimeout", "server", "taskCpu", "taskMemoryMb"}

// maxRouteHosts is what is left of the 5 values of a rule.
const maxRouteHosts = 2

// HasNetwork reports whether there is a network stack: a Lambda function behind a
// load balancer that stands needs none.
func (e Environment) HasNetwork() bool {
	return e.HasFrontend() && (e.Frontend.ExistingListener == nil || e.Frontend.RunsOn(GatewayOnFargate))
}

var (
	listenerARN = regexp.MustCompile(`^arn:(aws[a-z-]*):elasticloadbalancing:([a-z0-9-]+):([0-9]{12}):` +
		`listener/app/[A-Za-z0-9-]{1,32}/[0-9a-f]{16}/[0-9a-f]{16}$`)
	hostPattern = regexp.MustCompile(`^[A-Za-z0-9.*?-]{1,128}$`)
)

func validateExistingListener(e Environment, src source) problem.List {
	var ps problem.List
	l := *e.Frontend.ExistingListener
	for _, key := range keys(schemaAt([]string{"frontend"})) {
		if path := "frontend." + key; !slices.Contains(routeKeys, key) && src.given(path) && !src.faulty(path) {
			ps.Add(path, nil, "the load balancer stands, and this is its own matter",
				"remove it, or existingListener to have one made")
		}
	}
	if arn := existingListenerPath + ".arn"; l.ARN != "" {
		parts := listenerARN.FindStringSubmatch(l.ARN)
		switch {
		case parts == nil:
			ps.Add(arn, l.ARN,
				"this is not the ARN of a listener of an Application Load Balancer, "+
					"arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID",
				"copy it from the listener, not from the load balancer")
		case e.Region != "" && (parts[2] != e.Region || parts[1] != settings.Partition(e.Region)), e.Account != "" &&
			parts[3] != e.Account:
			ps.Add(arn, l.ARN,
				fmt.Sprintf("a rule stands in the environment's own account and region, %s in %s", e.Account, e.Region),
				"take a listener there, or have a load balancer made")
		}
	}
	if n := len(l.Hosts); n > maxRouteHosts {
		ps.Add(existingListenerPath+".hosts", nil,
			fmt.Sprintf("beside its paths a rule has room for %d hosts, these are %d", maxRouteHosts,
				n), "use a wildcard, such as *.example.com")
	}
	for i, host := range l.Hosts {
		if path := itemPath(existingListenerPath+".hosts", i); !hostPattern.MatchString(host) && !src.faulty(path) {
			ps.Add(path, host, "a host has up to 128 letters, digits, dots and hyphens, with * and ? for wildcards",
				"such as predictions.example.com")
		}
	}
	if u, err := url.Parse(l.URL); l.URL != "" &&
		(err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" ||
			*u != (url.URL{Scheme: u.Scheme, Host: u.Host})) {
		ps.Add(existingListenerPath+".url", l.URL, "this is where clients reach the listener, a scheme and a host",
			"such as https://predictions.example.com")
	}
	return ps
}

// validateRouteNetwork wants the network of the tasks behind a load balancer that
// stands, and none where there are no tasks.
func validateRouteNetwork(e Environment, src source) problem.List {
	var ps problem.List
	n := e.Network
	switch {
	case !e.HasNetwork():
		ps.Add("network", nil, "a Lambda function behind a load balancer that stands needs no network", "remove it")
	case n.NewVPC != nil:
		ps.Add("network.newVpc", nil, "the tasks stand in the VPC of the load balancer, which stands",
			"give it as existingVpc")
	case n.ExistingVPC != nil:
		ps = append(ps, validateExistingVPC(*n.ExistingVPC, e.Region).In("network.existingVpc")...)
		ps = append(ps,
			validateZones("privateSubnets", n.ExistingVPC.PrivateSubnets, "private",
				"the gateway on Fargate").In("network.existingVpc")...)
	case !src.faulty("network.existingVpc"):
		ps.Add("network", nil, "the gateway's tasks stand in the VPC of the load balancer, and none is given",
			"add existingVpc")
	}
	return ps
}
