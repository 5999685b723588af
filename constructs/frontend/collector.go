package frontend

import (
	"net/netip"
	"net/url"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// allowCollector lets the tasks of group reach the trace collector at endpoint, a
// valid URL, or "" for none. A host name allows its port on any IPv4 address, since
// synthesis resolves no names.
func allowCollector(group awsec2.ISecurityGroup, endpoint string) {
	if endpoint == "" {
		return
	}
	u, err := url.Parse(endpoint)
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
