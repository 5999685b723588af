package config

import (
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const (
	certificatePath    = "frontend.certificateArn"
	plainHTTPPath      = "frontend.plainHttp"
	domainPath         = "frontend.domain"
	authenticationPath = "frontend.authentication"
	clientSecretPath   = authenticationPath + ".oidc.clientSecretArn"
	allowedCIDRsPath   = "frontend.allowedCidrs"
	ipv6Path           = "frontend.ipv6"
)

// validateAccess judges under which name, how encrypted and to whom the load
// balancer answers.
func validateAccess(e Environment, src source) problem.List {
	f := e.Frontend
	ps := validateEncryption(e, src)
	ps = append(ps, settings.ValidateCertificate(f.CertificateARN, e.Account, e.Region).In(certificatePath)...)
	if f.Domain != nil {
		ps = append(ps, inYAML[settings.Domain](f.Domain.Validate(f.CertificateARN != ""), domainPath)...)
	}
	if f.Authentication != nil {
		ps = append(ps, validateAuthentication(e, src)...)
	}
	return append(ps, validateRanges(e, src)...)
}

// validateEncryption wants a certificate, given or made, or plain HTTP by name.
func validateEncryption(e Environment, src source) problem.List {
	f := e.Frontend
	var ps problem.List
	switch {
	case src.faulty(plainHTTPPath):
	case f.PlainHTTP && e.Production:
		ps.Add(plainHTTPPath, true, "in production requests and predictions are encrypted on their way",
			"remove it, and give certificateArn or domain")
	case f.PlainHTTP && f.CertificateARN != "":
		ps.Add(plainHTTPPath, true, "a certificate is given too, and plain HTTP needs none",
			"remove plainHttp to serve HTTPS, or certificateArn to serve without TLS")
	case f.PlainHTTP && f.Domain != nil:
		ps.Add(plainHTTPPath, true, "a certificate is made for the domain, and plain HTTP needs none",
			"remove plainHttp to serve HTTPS, or domain to serve without TLS")
	case f.PlainHTTP && f.Authentication != nil:
		ps.Add(plainHTTPPath, true, "clients show who they are over HTTPS only",
			"remove plainHttp, and give certificateArn or domain")
	case !f.PlainHTTP && f.CertificateARN == "" && f.Domain == nil && !src.faulty(domainPath):
		ps.Add(certificatePath, nil, "the HTTPS listener needs a certificate",
			"add the ARN of one in AWS Certificate Manager, or domain to have one made, or plainHttp: true to serve "+
				"without TLS")
	}
	return ps
}

func validateAuthentication(e Environment, src source) problem.List {
	if src.faulty(authenticationPath) {
		return nil
	}
	a := e.Frontend.Authentication
	ps := inYAML[settings.Authentication](a.Validate(e.Region), authenticationPath)
	if src.touched(authenticationPath) { // what is said there may just be misspelt
		ps = slices.DeleteFunc(ps, func(p problem.Problem) bool { return p.Path == authenticationPath })
	}
	if a.LogsIn() && e.Network.NewVPC != nil && !e.Frontend.InternetFacing && !src.faulty("frontend.internetFacing") {
		way := authenticationPath + ".oidc"
		if a.OIDC == nil {
			way = authenticationPath + ".cognito"
		}
		ps.Add(way, nil, "an internal load balancer of a new VPC has no way out to the provider",
			"say internetFacing: true, or existingVpc with private subnets that have a way out")
	}
	return ps
}

// validateRanges judges who may connect.
func validateRanges(e Environment, src source) problem.List {
	f := e.Frontend
	var ps problem.List
	overIPv6 := false
	for i, cidr := range f.AllowedCIDRs {
		at := itemPath(allowedCIDRsPath, i)
		if prefix, is := settings.IPv6(cidr); is {
			overIPv6 = true
			if !src.faulty(ipv6Path) {
				ps = append(ps, settings.ValidateIPv6(prefix, f.IPv6).In(at)...)
			}
			continue
		}
		ps = append(ps, validateCIDR(at, cidr, 0, 32, "an IPv4 range has a mask")...)
	}
	if src.faulty("frontend.internetFacing") || src.touched(allowedCIDRsPath) || len(ps) > 0 {
		return ps
	}
	if f.InternetFacing && settings.AllPrivate(f.AllowedCIDRs) {
		ps.Add("frontend.internetFacing", true,
			"the load balancer is to be public, and only private ranges may connect, from which nobody reaches it over the "+
				"internet",
			"remove internetFacing for an internal one, or allow the public ranges of its clients")
	}
	everybody := f.InternetFacing && len(f.AllowedCIDRs) == 0
	if f.IPv6 && !overIPv6 && !everybody {
		ps.Add(ipv6Path, true, "nobody may connect over IPv6",
			"add the IPv6 ranges of the clients to allowedCidrs, or remove ipv6")
	}
	return ps
}
