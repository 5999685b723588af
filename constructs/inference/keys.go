package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// usedKey is a key in AWS KMS, and the property that it is in.
type usedKey struct {
	path string
	key  awskms.IKey
}

// keys are those that the endpoint uses.
func (p EndpointProps) keys() (keys []usedKey) {
	add := func(path string, key awskms.IKey) {
		if key != nil {
			keys = append(keys, usedKey{path, key})
		}
	}
	add("VolumeKey", p.VolumeKey)
	if a := p.Asynchronous; a != nil {
		add("Asynchronous.OutputKey", a.OutputKey)
		add("Asynchronous.InputKey", a.InputKey)
	}
	if p.DataCapture != nil {
		add("DataCapture.Key", p.DataCapture.Key)
	}
	for _, each := range p.placed() {
		if dump := each.variant.Instances.CoreDump; dump != nil {
			add(each.path+".Instances.CoreDump.Key", dump.Key)
		}
	}
	return keys
}

// validateKeyRegions checks that keys are in the endpoint's Region, where both are known.
func (p EndpointProps) validateKeyRegions(region string) problem.List {
	var ps problem.List
	for _, k := range p.keys() {
		ps = append(ps, validateKeyRegion(k.path, k.key, region)...)
	}
	return ps
}

// validateKeyRegion checks that key is in a Region, where both are known.
func validateKeyRegion(path string, key awskms.IKey, region string) problem.List {
	if problem.IsNil(key) {
		return nil
	}
	return artifact.KeyOfRegion(nil, known(*key.Env().Region), region).In(path)
}

// validateKeys refuses a key that is a nil pointer.
func (p EndpointProps) validateKeys() problem.List {
	var ps problem.List
	for _, k := range p.keys() {
		ps = append(ps, problem.NilIn(k.path, k.key)...)
	}
	return ps
}
