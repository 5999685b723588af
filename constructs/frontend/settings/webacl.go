package settings

import (
	"regexp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var webACLARN = regexp.MustCompile(`^arn:(aws[a-z-]*):wafv2:([a-z0-9-]+):([0-9]{12}):` +
	`regional/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$`)

// ValidateWebACL wants a web ACL that a load balancer in account and region can use. An
// account or region that is empty is not known. The paths of its problems are empty.
func ValidateWebACL(arn, account, region string) problem.List {
	var ps problem.List
	if !known(arn) {
		return nil
	}
	parts := webACLARN.FindStringSubmatch(arn)
	switch {
	case parts == nil:
		ps.Add("", arn, "this is not the ARN of a regional web ACL",
			"copy it from the web ACL; those of CloudFront are not for load balancers")
	case region != "" && parts[2] != region, account != "" && parts[3] != account:
		ps.Add("", arn, "a load balancer takes web ACLs of its own account and region", "make the web ACL there too")
	}
	return ps
}
