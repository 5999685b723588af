package config

import (
	"regexp"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const defaultLogRetentionDays = 90

// AccessLogs is the bucket that the load balancer writes its access and
// connection logs to: a new one, or one that stands.
type AccessLogs struct {
	// Bucket is the name of a bucket in the environment's region that encrypts
	// with Amazon S3's own keys, and whose policy lets load balancers write under
	// access/ and connections/. Default: none, a new bucket is made, which stays
	// when the environment is destroyed.
	Bucket string `json:"bucket,omitempty"`
	// RetentionDays is after how many days the new bucket deletes a log, up to
	// 3653. Default: 90.
	RetentionDays int `json:"retentionDays,omitempty" jsonschema:"minimum=1,maximum=3653"`
}

// Retention is how long a new bucket keeps a log; 0 for a bucket that stands.
func (a AccessLogs) Retention() time.Duration {
	return time.Duration(a.RetentionDays) * 24 * time.Hour
}

// withLoadBalancerDefaults is f with what users depend on protected and logged.
func (f Frontend) withLoadBalancerDefaults(production bool) Frontend {
	f.DeletionProtection = f.DeletionProtection || production
	var logs AccessLogs
	switch {
	case f.AccessLogs != nil:
		logs = *f.AccessLogs
	case !production:
		return f
	}
	if logs.Bucket == "" && logs.RetentionDays == 0 {
		logs.RetentionDays = defaultLogRetentionDays
	}
	f.AccessLogs = &logs
	return f
}

// withWAFDefaults is f with the log of a web ACL that is made in production.
func (f Frontend) withWAFDefaults(production bool) Frontend {
	if f.WAF == nil || f.WAF.WebACLARN != "" || f.WAF.LogRetentionDays != nil || !production {
		return f
	}
	waf, days := *f.WAF, defaultLogRetentionDays
	waf.LogRetentionDays = &days
	f.WAF = &waf
	return f
}

// bucketName is a bucket's name, by the rules for those of today.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func validateLoadBalancer(e Environment, src source) problem.List {
	const logs, protection = "frontend.accessLogs", "frontend.deletionProtection"
	var ps problem.List
	if e.Production && src.given(protection) && !src.faulty(protection) && !e.Frontend.DeletionProtection {
		ps.Add(protection, false, "a load balancer in production is protected against deletion",
			"leave it out; to take the environment down, first deploy it with production: false")
	}
	if a := e.Frontend.AccessLogs; a != nil && a.Bucket != "" {
		if !bucketName.MatchString(a.Bucket) {
			ps.Add(logs+".bucket", a.Bucket, "a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens",
				"write the name alone, not its ARN or an s3:// address")
		}
		if src.given(logs + ".retentionDays") {
			ps.Add(logs+".retentionDays", a.RetentionDays, "a bucket that stands has its own lifecycle",
				"remove it, or remove bucket to have one made")
		}
	}
	if e.Frontend.MinimumCapacityUnits != 0 && e.Frontend.ReserveLoadBalancerCapacity && !src.faulty(reserveUnits) {
		ps.Add("frontend.minimumCapacityUnits", e.Frontend.MinimumCapacityUnits,
			"units that are reserved for events are released after them, and each deployment would reserve these again",
			"keep it, or "+reserveUnits)
	}
	if e.Frontend.WAF != nil {
		ps = append(ps, validateWAF(*e.Frontend.WAF, e, src)...)
	}
	return ps
}

func validateWAF(w settings.WAF, e Environment, src source) problem.List {
	const path = "frontend.waf."
	var ps problem.List
	if w.WebACLARN != "" {
		ps = append(ps, settings.ValidateWebACL(w.WebACLARN, e.Account, e.Region).In(path+"webAclArn")...)
		for _, key := range []string{
			"sessionHeader", "requestsPerSession", "requireSession", "requestsPerAddress", "blockAddresses", "logRetentionDays",
		} {
			if src.given(path + key) {
				ps.Add(path+key, nil, "a web ACL that stands has its own rules and log",
					"remove it, or remove webAclArn to have one made")
			}
		}
		return ps
	}
	if w.SessionHeader != "" {
		ps = append(ps, settings.ValidateHeaderName(w.SessionHeader).In(path+"sessionHeader")...)
	}
	if w.SessionHeader != "" && !src.given(path+"requestsPerSession") {
		ps.Add(path+"requestsPerSession", nil, "a limit by sessionHeader needs its number", "give the requests in 5 minutes")
	}
	if src.given(path+"requestsPerSession") && !src.given(path+"sessionHeader") {
		ps.Add(path+"sessionHeader", nil, "requestsPerSession needs the header that tells clients apart",
			"such as Authorization")
	}
	if w.RequireSession != nil && !src.given(path+"sessionHeader") {
		ps.Add(path+"sessionHeader", nil, "requireSession needs the header that requests must have",
			"such as Authorization")
	}
	ps = append(ps, settings.ValidateLogRetention(w.LogDays()).In(path+"logRetentionDays")...)
	if w.BlockAddresses && !src.given(path+"requestsPerAddress") {
		ps.Add(path+"requestsPerAddress", nil, "blockAddresses needs the limit over which they are blocked",
			"give it, or remove blockAddresses")
	}
	return ps
}
