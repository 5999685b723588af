package artifact

import "github.com/sagemaker-autoscaling-inference/cdk/internal/problem"

// KeyOfRegion returns what is wrong with a key in AWS KMS of the Region in for what is in
// region. Either is "" where it is not known. got is the key's ARN, nil where it is not
// known.
func KeyOfRegion(got any, in, region string) problem.List {
	var ps problem.List
	if in != "" && region != "" && in != region {
		ps.Add("", got, "AWS encrypts with keys of the same region "+region+", this one is in "+in,
			"give a key in "+region+", such as the replica of a multi-Region key")
	}
	return ps
}
