package artifact

import "github.com/sagemaker-autoscaling-inference/cdk/internal/problem"

// SageMaker's limits (CreateModel, VpcConfig; fact C63).
const (
	maxSubnets        = 16
	maxSecurityGroups = 5
)

// ValidateInterfaces checks the numbers of subnets and security groups that a model is
// connected to. No security groups mean a new one.
func ValidateInterfaces(subnets, securityGroups int) problem.List {
	var ps problem.List
	if securityGroups > maxSecurityGroups {
		ps.Add("SecurityGroups", securityGroups, "a network interface has at most 5 security groups", "join some")
	}
	if subnets < 1 || subnets > maxSubnets {
		ps.Add("Subnets", subnets, "a model is connected to 1 to 16 subnets", "select others")
	}
	return ps
}
