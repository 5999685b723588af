package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// Bounds of a request's time: a Lambda function's, and the longest stream that a
// deployment of the service waits for.
const (
	minRequestTimeout = Duration(time.Second)
	maxRequestTimeout = Duration(15 * time.Minute)
)

func validateFrontend(e Environment, src source) invalid.Problems {
	const certificate, plain = "frontend.certificateArn", "frontend.plainHttp"
	f := e.Frontend
	var ps invalid.Problems
	switch {
	case f.CertificateARN != "" && f.PlainHTTP:
		ps.Add(plain, true, "a certificate is given too, and plain HTTP needs none", "remove plainHttp to serve HTTPS, or certificateArn to serve without TLS")
	case f.CertificateARN == "" && !f.PlainHTTP && !src.faulty(plain):
		ps.Add(certificate, nil, "the HTTPS listener needs a certificate", "add the ARN of one in AWS Certificate Manager, or plainHttp: true to serve without TLS")
	}
	ps = append(ps, validateCertificate(certificate, f.CertificateARN, e.Account, e.Region)...)
	for i, cidr := range f.AllowedCIDRs {
		ps = append(ps, validateCIDR(itemPath("frontend.allowedCidrs", i), cidr, 0, 32, "an IPv4 range has a mask")...)
	}
	if t := f.RequestTimeout; src.given("frontend.requestTimeout") && (t < minRequestTimeout || t > maxRequestTimeout) {
		ps.Add("frontend.requestTimeout", t, "a request may take from 1s to 15m", "such as 70s, which lets a model take its 60 s")
	}
	ps = append(ps, validateGatewayForm(e, src)...)
	return append(ps, validateFrontendCapacity(e, src)...)
}

var certificateARN = regexp.MustCompile(`^arn:(aws[a-z-]*):acm:([a-z0-9-]+):([0-9]{12}):certificate/[A-Za-z0-9-]{1,64}$`)

// validateCertificate wants a certificate that a load balancer in account and
// region can use: neither can be another one's.
func validateCertificate(path, arn, account, region string) invalid.Problems {
	var ps invalid.Problems
	if arn == "" {
		return nil
	}
	form := fmt.Sprintf("arn:%s:acm:%s:%s:certificate/ID", partition(region), cmp.Or(region, "REGION"), cmp.Or(account, "ACCOUNT"))
	parts := certificateARN.FindStringSubmatch(arn)
	if parts == nil {
		ps.Add(path, arn, "this is not the ARN of a certificate in AWS Certificate Manager, "+form, "copy it from the certificate")
		return ps
	}
	if region != "" && parts[2] != region {
		ps.Add(path, arn, "a load balancer takes certificates of its own region "+region+", this one is in "+parts[2],
			"request the certificate in "+region+" too")
	} else if region != "" && parts[1] != partition(region) {
		ps.Add(path, arn, "an ARN in "+region+" begins with arn:"+partition(region), "copy it from the certificate")
	}
	if account != "" && parts[3] != account {
		ps.Add(path, arn, "a load balancer takes certificates of its own account "+account+", this one is in "+parts[3],
			"request the certificate in account "+account)
	}
	return ps
}

// partition is the group of regions that ARNs begin with.
func partition(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"},
		{"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}
