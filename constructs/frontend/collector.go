package frontend

import (
	"net/netip"
	"net/url"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// reachCollector lets group reach the collector of traces at endpoint, which is
// a valid URL, or "" for none. A name has no address that could be told without
// asking for it: there it is the port alone.
func reachCollector(group awsec2.ISecurityGroup, endpoint string) {
	if endpoint == "" {
		return
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		panic(err) // Validate has parsed it
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
		return // open for AWS's own services
	case err == nil:
		peer = awsec2.Peer_Ipv4(jsii.String(addr.String() + "/32"))
	}
	group.AddEgressRule(peer, awsec2.Port_Tcp(jsii.Number(port)), jsii.String("The collector of traces"), nil)
}
