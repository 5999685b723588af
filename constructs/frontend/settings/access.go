package settings

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// known reports whether there is a value that can be judged: one that is known only at
// deployment, such as the ARN of a resource of the same app, is left to AWS.
func known(value string) bool { return value != "" && !problem.Unresolved(value) }

// Partition is the group of regions that the ARNs of a region begin with.
func Partition(region string) string {
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

// maxURL is the longest URL that a listener's rule takes.
const maxURL = 256

// validateURL wants an address that a load balancer can call: on the port that
// its security group opens.
func validateURL(field, address string) problem.List {
	var ps problem.List
	if !known(address) {
		return nil
	}
	parsed, err := url.Parse(address)
	switch {
	case err != nil, parsed.Scheme != "https", parsed.Hostname() == "", parsed.User != nil:
		ps.Add(field, address, "this is not an HTTPS address",
			"copy it from the provider's /.well-known/openid-configuration")
	case parsed.Port() != "" && parsed.Port() != "443":
		ps.Add(field, address, "a load balancer may connect to a provider on port 443 only", "serve it there")
	case len(address) > maxURL:
		ps.Add(field, address,
			fmt.Sprintf("a listener takes addresses of at most %d characters, this one has %d", maxURL,
				len(address)), "give a shorter one")
	}
	return ps
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")

// ValidateHeaderName wants the name of a header, as RFC 9110 has it and as long
// as AWS WAF takes it. The path of its problem is empty.
func ValidateHeaderName(name string) problem.List {
	var ps problem.List
	if headerName.MatchString(name) || problem.Unresolved(name) {
		return nil
	}
	fix := "such as Authorization"
	if bare := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(name), ":")); headerName.MatchString(bare) {
		fix = "write " + bare
	}
	ps.Add("", name,
		"a header's name is 1 to 64 letters, digits and any of !#$%&'*+-.^_`|~, without spaces or a colon", fix)
	return ps
}
