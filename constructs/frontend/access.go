package frontend

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateAccess checks TLS, domain name, authentication and allowed ranges.
func (p LoadBalancerProps) validateAccess() problem.List {
	account, region := environmentOf(p.VPC)
	ps := p.validateEncryption()
	ps = append(ps, settings.ValidateCertificate(p.CertificateARN, account, region).In("CertificateARN")...)
	if p.Domain != nil {
		ps = append(ps, p.Domain.Validate(p.CertificateARN != "").In("Domain")...)
	}
	if p.Authentication != nil {
		ps = append(ps, p.Authentication.Validate(region).In("Authentication")...)
	}
	return append(ps, p.validateRanges()...)
}

// environmentOf returns the account and region of a construct's stack, "" for each that
// is unknown at synthesis.
func environmentOf(c constructs.IConstruct) (account, region string) {
	if problem.IsNil(c) {
		return "", ""
	}
	stack := awscdk.Stack_Of(c)
	known := func(text *string) string {
		if problem.Unresolved(*text) {
			return ""
		}
		return *text
	}
	return known(stack.Account()), known(stack.Region())
}

func (p LoadBalancerProps) validateEncryption() problem.List {
	var ps problem.List
	switch {
	case p.PlainHTTP && p.CertificateARN != "":
		ps.Add("PlainHTTP", true, "plain HTTP has no use for a certificate", "keep one of the two")
	case p.PlainHTTP && p.Domain != nil:
		ps.Add("PlainHTTP", true, "a certificate is made for the domain, and plain HTTP has no use for it",
			"keep one of the two")
	case p.PlainHTTP && p.Authentication != nil:
		ps.Add("PlainHTTP", true, "clients show who they are over HTTPS only",
			"leave it out, and give CertificateARN or Domain")
	case !p.PlainHTTP && p.CertificateARN == "" && p.Domain == nil:
		ps.Add("CertificateARN", nil, "an HTTPS listener needs a certificate",
			"give the ARN of one in AWS Certificate Manager, "+
				"or a Domain to have one made, or ask for PlainHTTP by name")
	}
	return ps
}

// unresolvedIPv6 reports whether a range that is known only at deployment is an IPv6 one by
// the part of it that is known.
func unresolvedIPv6(cidr string) bool {
	return problem.Unresolved(cidr) && strings.Contains(problem.FillUnresolved(cidr, ""), ":")
}

// validateRanges checks AllowedCIDRs against IPv6 and InternetFacing.
func (p LoadBalancerProps) validateRanges() problem.List {
	var ps problem.List
	if len(p.AllowedCIDRs) == 0 && len(p.AllowedPeers) == 0 {
		ps.Add("AllowedCIDRs", nil, "nobody may connect", "give the ranges of the clients, \"0.0.0.0/0\" for everybody, "+
			"or their security groups in AllowedPeers")
	}
	for i, peer := range p.AllowedPeers {
		if problem.IsNil(peer) {
			ps.Add(fmt.Sprintf("AllowedPeers[%d]", i), nil, "this entry is nil",
				"give a security group, or a peer that awsec2.Peer_PrefixList makes")
		}
	}
	hasIPv6 := false
	for i, cidr := range p.AllowedCIDRs {
		at := fmt.Sprintf("AllowedCIDRs[%d]", i)
		if prefix, is := settings.IPv6(cidr); is {
			hasIPv6 = true
			ps = append(ps, settings.ValidateIPv6(prefix, p.IPv6).In(at)...)
		} else if problem.Unresolved(cidr) {
			hasIPv6 = hasIPv6 || unresolvedIPv6(cidr)
		} else if prefix, err := netip.ParsePrefix(cidr); err != nil || !prefix.Addr().Is4() {
			ps.Add(at, cidr, "a range is an IPv4 CIDR, or an IPv6 one with IPv6", "such as \"10.0.0.0/16\"")
		}
	}
	if p.IPv6 && !hasIPv6 && len(p.AllowedPeers) == 0 {
		ps.Add("IPv6", true, "nobody may connect over IPv6",
			"allow the clients' IPv6 ranges, \"::/0\" for everybody, or leave it out")
	}
	switch {
	case p.InternetFacing && len(p.AllowedPeers) == 0 && settings.AllPrivate(p.AllowedCIDRs):
		ps.Add("InternetFacing", true, "the load balancer is to be public, and only private ranges may connect, "+
			"from which nobody reaches it over the internet",
			"leave it out for an internal one, or allow the public ranges of its clients")
	case p.InternetFacing && p.Subnets != nil && p.Subnets.SubnetType != "" &&
		p.Subnets.SubnetType != awsec2.SubnetType_PUBLIC:
		ps.Add("InternetFacing", true, "the load balancer is to be public, and its subnets are private",
			"leave it out for an internal one, or give public subnets")
	}
	return ps
}

// validateClaims refuses gateways that believe claims which the load balancer does not
// verify: any client could write them.
func (p LoadBalancerProps) validateClaims() problem.List {
	var ps problem.List
	judge := func(path string, gateway Gateway) {
		if problem.IsNil(gateway) {
			return
		}
		if from := gateway.claimsFrom(); !p.Authentication.Verifies(from) {
			ps.Add(path, nil, "its Server takes claims from "+from+", which the load balancer does not verify",
				"verify it by «Authentication», or leave out ClaimsFrom")
		}
	}
	judge("Gateway", p.Gateway)
	if p.Canary != nil {
		judge("Canary.Gateway", p.Canary.Gateway)
	}
	return ps
}
