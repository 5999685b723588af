package settings

import (
	"cmp"
	"fmt"
	"regexp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var certificateARN = regexp.MustCompile(`^arn:(aws[a-z-]*):acm:([a-z0-9-]+):([0-9]{12}):` +
	`certificate/[A-Za-z0-9-]{1,64}$`)

// ValidateCertificate wants a certificate that a load balancer in account and
// region can use: neither can be another one's. An account or region that is
// empty is not known. The paths of its problems are empty.
func ValidateCertificate(arn, account, region string) problem.List {
	var ps problem.List
	if !known(arn) {
		return nil
	}
	form := fmt.Sprintf("arn:%s:acm:%s:%s:certificate/ID", Partition(region), cmp.Or(region, "REGION"),
		cmp.Or(account, "ACCOUNT"))
	parts := certificateARN.FindStringSubmatch(arn)
	if parts == nil {
		ps.Add("", arn, "this is not the ARN of a certificate in AWS Certificate Manager, "+form,
			"copy it from the certificate")
		return ps
	}
	if region != "" && parts[2] != region {
		ps.Add("", arn, "a load balancer takes certificates of its own region "+region+", this one is in "+parts[2],
			"request the certificate in "+region+" too")
	} else if region != "" && parts[1] != Partition(region) {
		ps.Add("", arn, "an ARN in "+region+" begins with arn:"+Partition(region), "copy it from the certificate")
	}
	if account != "" && parts[3] != account {
		ps.Add("", arn, "a load balancer takes certificates of its own account "+account+", this one is in "+parts[3],
			"request the certificate in account "+account)
	}
	return ps
}
