package config

import (
	"cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ModelVPC is the VPC that a model's containers are connected to. SageMaker fetches model
// data through it, so its subnets need a way to Amazon S3; AWS asks for two zones or more
// (fact C63).
type ModelVPC struct {
	// VpcID is the VPC's id. Default: that of network.existingVpc.
	VpcID string `json:"vpcId,omitempty" jsonschema:"pattern=^vpc-([0-9a-f]{8}|[0-9a-f]{17})$"`
	// SubnetIDs are subnets of the VPC, 1 to 16.
	// Default: the private subnets of network.existingVpc, where that is the VPC.
	SubnetIDs []string `json:"subnetIds,omitempty" jsonschema:"minItems=1,uniqueItems=true,pattern=^subnet-([0-9a-f]{8}|[0-9a-f]{17})$"`
	// SecurityGroupIDs are security groups of the VPC, 1 to 5, for the containers.
	// Default: a new one that lets HTTPS out and nothing in.
	SecurityGroupIDs []string `json:"securityGroupIds,omitempty" jsonschema:"minItems=1,uniqueItems=true,pattern=^sg-([0-9a-f]{8}|[0-9a-f]{17})$"`
}

// withDefaults is v with what the environment's network says.
func (v *ModelVPC) withDefaults(n Network) *ModelVPC {
	if v == nil || n.ExistingVPC == nil {
		return v
	}
	out := *v
	out.VpcID = cmp.Or(v.VpcID, n.ExistingVPC.VpcID)
	if len(out.SubnetIDs) == 0 && out.VpcID == n.ExistingVPC.VpcID {
		for _, s := range n.ExistingVPC.PrivateSubnets {
			out.SubnetIDs = append(out.SubnetIDs, s.ID)
		}
	}
	return &out
}

// validateModelVPC judges the VPC of a model at a path.
func validateModelVPC(at string, v *ModelVPC, e Environment, src source) problem.List {
	var ps problem.List
	if v == nil {
		return nil
	}
	found := *v.withDefaults(e.Network)
	ps = append(ps, artifact.ValidateInterfaces(max(len(found.SubnetIDs), 1), len(found.SecurityGroupIDs)).Map(
		func(path string) string {
			return map[string]string{"Subnets": "SubnetIDs", "SecurityGroups": "SecurityGroupIDs"}[path]
		})...)
	ps = inYAML[ModelVPC](ps, at)
	if src.touched("network") || src.touched(at) {
		return ps
	}
	switch {
	case found.VpcID == "" && e.Network.NewVPC != nil:
		ps.Add(keyPath(at, "vpcId"), nil, "the private subnets of network.newVpc lead nowhere, not to Amazon S3 either",
			"give the VPC of what the containers reach, and its subnetIds")
	case found.VpcID == "":
		ps.Add(keyPath(at, "vpcId"), nil, "there is no network.existingVpc to take the VPC from", "give it, with subnetIds")
	case len(found.SubnetIDs) == 0 && e.Network.ExistingVPC != nil && found.VpcID == e.Network.ExistingVPC.VpcID:
		ps.Add(keyPath(at, "subnetIds"), nil, "network.existingVpc has no private subnets to take", "give 1 to 16 of the VPC")
	case len(found.SubnetIDs) == 0:
		ps.Add(keyPath(at, "subnetIds"), nil, "the subnets of this VPC are not known", "give 1 to 16 of them")
	}
	return ps
}
