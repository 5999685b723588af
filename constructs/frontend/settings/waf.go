package settings

import (
	"fmt"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// WAF is AWS WAF in front of a load balancer: a web ACL with AWS's managed rules
// and limits of rate, or one that stands. The rule on the size of bodies is
// counted only: the gateway bounds it.
type WAF struct {
	// WebACLARN is a regional web ACL that stands, in the load balancer's region
	// and account. Default: none, one is made of what follows.
	WebACLARN string `json:"webAclArn,omitempty"`
	// SessionHeader is the header that tells clients apart, such as
	// Authorization. Requests without it are not limited by it (fact I2), unless
	// RequireSession blocks them. Default: none, there is no limit by it.
	SessionHeader string `json:"sessionHeader,omitempty"`
	// RequestsPerSession is how many requests in 5 minutes one value of
	// SessionHeader may make; further ones are answered with 429.
	// Default: none, required where SessionHeader is given.
	RequestsPerSession int `json:"requestsPerSession,omitempty" jsonschema:"minimum=10,maximum=2000000000"`
	// RequireSession blocks requests without SessionHeader with 403, but for
	// OPTIONS: browsers send no such header before a request from another origin.
	// Default: nil, they pass without a limit, and a warning says so; false is
	// the same without the warning.
	RequireSession *bool `json:"requireSession,omitempty"`
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
	// LogRetentionDays is for how many days a log group keeps the web ACL's log
	// of requests: one of the numbers that CloudWatch Logs takes, such as 90, or
	// 0 for no log. Authorization and Cookie are replaced in it, and the values of
	// SessionHeader hashed. Default: nil, no log; in an environment file 90 where
	// it is in production.
	LogRetentionDays *int `json:"logRetentionDays,omitempty" jsonschema:"minimum=0,maximum=3653"`
}

// LogDays is LogRetentionDays, 0 for none.
func (w WAF) LogDays() int {
	if w.LogRetentionDays == nil {
		return 0
	}
	return *w.LogRetentionDays
}

// logRetentionDays are the retentions that CloudWatch Logs takes, in days.
// (CloudWatch Logs, API_PutRetentionPolicy)
var logRetentionDays = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

// ValidateLogRetention wants a number of days that CloudWatch Logs takes, or 0 for no
// log.
func ValidateLogRetention(days int) problem.List {
	var ps problem.List
	if days != 0 && !slices.Contains(logRetentionDays, days) {
		longer, _ := slices.BinarySearch(logRetentionDays, days)
		ps.Add("", days, "CloudWatch Logs takes certain numbers of days only",
			fmt.Sprintf("write %d, or 0 for no log", logRetentionDays[min(longer, len(logRetentionDays)-1)]))
	}
	return ps
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
		w.BlockAddresses || w.RequireSession != nil || w.LogDays() != 0) {
		ps.Add("WebACLARN", w.WebACLARN, "a web ACL that stands has its own rules and log",
			"leave it out, or the limits and the log")
		return ps
	}
	switch {
	case w.SessionHeader != "":
		ps = append(ps, ValidateHeaderName(w.SessionHeader).In("SessionHeader")...)
		limit("RequestsPerSession", w.RequestsPerSession)
	case w.RequestsPerSession != 0:
		ps.Add("SessionHeader", nil, "RequestsPerSession needs the header that tells clients apart", "such as Authorization")
	}
	if w.RequireSession != nil && w.SessionHeader == "" {
		ps.Add("SessionHeader", nil, "RequireSession needs the header that requests must have", "such as Authorization")
	}
	ps = append(ps, ValidateLogRetention(w.LogDays()).In("LogRetentionDays")...)
	switch {
	case w.RequestsPerAddress != 0:
		limit("RequestsPerAddress", w.RequestsPerAddress)
	case w.BlockAddresses:
		ps.Add("RequestsPerAddress", nil, "BlockAddresses needs the limit over which they are blocked",
			"give it, or leave BlockAddresses out")
	}
	return ps
}
