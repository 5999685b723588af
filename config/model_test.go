package config

import (
	"slices"
	"testing"
)

// TestModelVPCDefaults: a model's VPC is that of the environment, and its subnets are the
// private ones, where the file says nothing else. What WithDefaults was given stays.
func TestModelVPCDefaults(t *testing.T) {
	t.Parallel()
	private := []string{"subnet-0123456789abcdef1", "subnet-0123456789abcdef2"}
	e := valid(t, "models")
	for name, vpc := range map[string]*ModelVPC{"the model's": e.Model.VPC, "the variant's": e.Variants[1].Model.VPC} {
		if vpc.VpcID != "vpc-0123456789abcdef0" || !slices.Equal(vpc.SubnetIDs, private) {
			t.Errorf("%s: got %+v", name, vpc)
		}
	}
	for name, test := range map[string]struct {
		given ModelVPC
		want  []string
	}{
		"the same VPC": {ModelVPC{VpcID: "vpc-0123456789abcdef0"}, private},
		"another VPC":  {ModelVPC{VpcID: "vpc-0123456789abcdef9"}, nil},
		"subnets":      {ModelVPC{SubnetIDs: []string{"subnet-0123456789abcdef9"}}, []string{"subnet-0123456789abcdef9"}},
	} {
		given := test.given
		before := Environment{Network: e.Network, Model: Model{VPC: &given}}
		if got := before.WithDefaults().Model.VPC; !slices.Equal(got.SubnetIDs, test.want) {
			t.Errorf("%s: got %q, want %q", name, got.SubnetIDs, test.want)
		}
		if given.VpcID != test.given.VpcID || len(given.SubnetIDs) != len(test.given.SubnetIDs) {
			t.Errorf("%s: what was given is changed to %+v", name, given)
		}
	}
}
