package frontend

import (
	"net/netip"
	"net/url"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// allowCollector lets the tasks of group reach the trace collector at endpoint, a
// valid URL, or "" for none. A host name allows its port on any IPv4 address, since
// synthesis resolves no names. So does a host that is known only at deployment, unless the
// port is part of what is not known.
func allowCollector(scope constructs.Construct, group awsec2.ISecurityGroup, endpoint string) {
	if endpoint == "" {
		return
	}
	u, err := url.Parse(problem.FillUnresolved(endpoint, "unresolved"))
	if problem.Unresolved(endpoint) && (err != nil || u.Port() == "") {
		warnNotAllowed(scope, "collector-not-allowed", "the port of OTLPEndpoint is known only at deployment: the tasks' "+
			"security group has no rule for the collector of traces, and allows HTTPS alone; add an egress rule to "+
			"SecurityGroup unless that is its port")
		return
	}
	if err != nil {
		panic(err) // cannot happen: Validate has parsed it
	}
	port := 80
	if u.Scheme == "https" {
		port = 443
	}
	if given, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		port = int(given)
	}
	peer := awsec2.Peer_AnyIpv4()
	addr, err := netip.ParseAddr(u.Hostname())
	switch {
	case err == nil && addr.Is6():
		peer = awsec2.Peer_Ipv6(jsii.String(addr.String() + "/128"))
	case port == 443:
		return // the group allows HTTPS to any IPv4 address already
	case err == nil:
		peer = awsec2.Peer_Ipv4(jsii.String(addr.String() + "/32"))
	}
	group.AddEgressRule(peer, awsec2.Port_Tcp(jsii.Number(port)), jsii.String("The collector of traces"), nil)
}
