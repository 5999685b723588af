package settings

import (
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// MutualTLS is which authorities' certificates clients have to show: those of a
// trust store that stands, or of a bundle that one is made of. Elastic Load
// Balancing reads the bundle with the rights of who deploys.
type MutualTLS struct {
	// TrustStoreARN is a trust store that stands, in the load balancer's region.
	// Default: none, one is made of CABundleURL.
	TrustStoreARN string `json:"trustStoreArn,omitempty"`
	// CABundleURL is the authorities' certificates in PEM, s3://BUCKET/KEY.
	// Default: none, TrustStoreARN has them.
	CABundleURL string `json:"caBundleUrl,omitempty"`
	// CABundleVersion is the version of that object, so that another bundle is
	// read when it changes.
	// Default: none, the one that is there when the trust store is made.
	CABundleVersion string `json:"caBundleVersion,omitempty"`
}

var (
	trustStoreARN = regexp.MustCompile(`^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):[0-9]{12}:` +
		`truststore/[A-Za-z0-9-]{1,32}/[0-9a-f]+$`)
	objectURL = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/([^/].{0,999})$`)
)

// Bundle is the bucket and the key of CABundleURL. Either may hold what is known only at
// deployment. Both are "" where the URL does not tell them apart.
func (m MutualTLS) Bundle() (bucket, key string) {
	if !objectURL.MatchString(problem.FillUnresolved(m.CABundleURL, "xxx")) {
		return "", ""
	}
	bucket, key, _ = strings.Cut(strings.TrimPrefix(m.CABundleURL, "s3://"), "/")
	return bucket, key
}

func (m MutualTLS) validate(region string) problem.List {
	var ps problem.List
	switch {
	case m.TrustStoreARN == "" && m.CABundleURL == "":
		ps.Add("CABundleURL", nil, "clients' certificates are checked with those of their authorities",
			"give them in PEM as s3://BUCKET/KEY, or a trust store that stands")
	case m.TrustStoreARN != "" && m.CABundleURL != "":
		ps.Add("CABundleURL", m.CABundleURL, "a trust store that stands has its own authorities", "keep one of the two")
	case m.CABundleURL == "" && m.CABundleVersion != "":
		ps.Add("CABundleVersion", m.CABundleVersion, "a trust store that stands has its own authorities", "remove it")
	}
	bucket, _ := m.Bundle()
	switch {
	case m.CABundleURL == "" || bucket != "":
	case problem.Unresolved(m.CABundleURL):
		ps.AddUnresolved("CABundleURL", "the trust store names bucket and key apart: only they may be known later, "+
			"as in s3://BUCKET/KEY")
	default:
		ps.Add("CABundleURL", m.CABundleURL, "this is not an object in Amazon S3", "write s3://BUCKET/KEY")
	}
	if !known(m.TrustStoreARN) {
		return ps
	}
	switch parts := trustStoreARN.FindStringSubmatch(m.TrustStoreARN); {
	case parts == nil:
		ps.Add("TrustStoreARN", m.TrustStoreARN, "this is not the ARN of a trust store", "copy it from the trust store")
	case region != "" && parts[1] != region:
		ps.Add("TrustStoreARN", m.TrustStoreARN,
			"a load balancer takes trust stores of its own region "+region+", this one is in "+parts[1], "make the trust "+
				"store in "+region+" too")
	}
	return ps
}
