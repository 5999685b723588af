package settings

import "github.com/sagemaker-autoscaling-inference/cdk/internal/problem"

// WAF is AWS WAF in front of a load balancer: a web ACL with AWS's managed rules
// and limits of rate, or one that stands. The rule on the size of bodies is
// counted only: the gateway bounds it.
type WAF struct {
	// WebACLARN is a regional web ACL that stands, in the load balancer's region
	// and account. Default: none, one is made of what follows.
	WebACLARN string `json:"webAclArn,omitempty"`
	// SessionHeader is the header that tells clients apart, such as
	// Authorization. Requests without it are not limited by it.
	// Default: none, there is no limit by it.
	SessionHeader string `json:"sessionHeader,omitempty"`
	// RequestsPerSession is how many requests in 5 minutes one value of
	// SessionHeader may make; further ones are answered with 429.
	// Default: none, required where SessionHeader is given.
	RequestsPerSession int `json:"requestsPerSession,omitempty" jsonschema:"minimum=10,maximum=2000000000"`
	// RequestsPerAddress is the same for one IP address, behind which a mobile
	// network puts thousands of people: set it high, and see what it counts before
	// BlockAddresses. Default: none, there is no limit by it.
	RequestsPerAddress int `json:"requestsPerAddress,omitempty" jsonschema:"minimum=10,maximum=2000000000"`
	// BlockAddresses answers with 429 what is over RequestsPerAddress.
	// Default: false, it is counted only.
	BlockAddresses bool `json:"blockAddresses,omitempty"`
	// FailOpen lets requests through when the load balancer cannot reach WAF.
	// Default: false, they are answered with 500.
	FailOpen bool `json:"failOpen,omitempty"`
}

// Bounds of a rate-based rule.
const (
	minRequestsPerKey = 10
	maxRequestsPerKey = 2_000_000_000
)

// Validate returns everything wrong with the firewall, by the names of the
// fields.
func (w WAF) Validate() problem.List {
	var ps problem.List
	limit := func(field string, n int) {
		if n < minRequestsPerKey || n > maxRequestsPerKey {
			ps.Add(field, n, "WAF limits to 10 up to 2,000,000,000 requests in 5 minutes", "give such a number")
		}
	}
	if w.WebACLARN != "" && (w.SessionHeader != "" || w.RequestsPerSession != 0 || w.RequestsPerAddress != 0 ||
		w.BlockAddresses) {
		ps.Add("WebACLARN", w.WebACLARN, "a web ACL that stands has its own rules", "leave it out, or the limits")
		return ps
	}
	switch {
	case w.SessionHeader != "":
		ps = append(ps, ValidateHeaderName(w.SessionHeader).In("SessionHeader")...)
		limit("RequestsPerSession", w.RequestsPerSession)
	case w.RequestsPerSession != 0:
		ps.Add("SessionHeader", nil, "RequestsPerSession needs the header that tells clients apart", "such as Authorization")
	}
	switch {
	case w.RequestsPerAddress != 0:
		limit("RequestsPerAddress", w.RequestsPerAddress)
	case w.BlockAddresses:
		ps.Add("RequestsPerAddress", nil, "BlockAddresses needs the limit over which they are blocked",
			"give it, or leave BlockAddresses out")
	}
	return ps
}
