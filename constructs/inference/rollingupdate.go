package inference

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// RollingUpdateProps describes an update of an inference component in batches.
type RollingUpdateProps struct {
	// BatchPercent is the percentage of the copies in a batch, 5 to 50.
	BatchPercent int
	// WaitInterval is the time between batches in which SageMaker watches
	// RollbackAlarms, up to an hour, in whole seconds.
	// Default: 0, no wait.
	WaitInterval time.Duration
	// Timeout limits the whole update, 10 minutes to 8 hours, in whole seconds.
	// Default: 0, SageMaker's default.
	Timeout time.Duration
	// RollbackAlarms are the names of CloudWatch alarms, 10 at most. Any of them
	// rolls the update back.
	// Default: none.
	RollbackAlarms []string
}

func (p RollingUpdateProps) validate() problem.List {
	var ps problem.List
	if b := p.BatchPercent; b < 5 || b > 50 {
		ps.Add("BatchPercent", b, "5 to 50 per cent of the copies are replaced at a time", "such as 25")
	}
	if w := p.WaitInterval; w < 0 || w > time.Hour || w%time.Second != 0 {
		ps.Add("WaitInterval", w, "a batch is watched for whole seconds, up to an hour", "such as 5m")
	}
	ps.AddDuration("Timeout", p.Timeout, 10*time.Minute, 8*time.Hour)
	if n := len(p.RollbackAlarms); n > 10 {
		ps.Add("RollbackAlarms", n, "at most 10 alarms take an update back", "join some in a composite alarm")
	}
	for i, name := range p.RollbackAlarms {
		if strings.TrimSpace(name) == "" || len(name) > 255 && !problem.Unresolved(name) {
			ps.Add(fmt.Sprintf("RollbackAlarms[%d]", i), name, "the name of an alarm has 1 to 255 characters",
				"give the alarm's AlarmName")
		}
	}
	return ps
}

// deployment returns an untyped nil without RollingUpdate, so that the template
// omits the property.
func (p InferenceComponentProps) deployment() any {
	if p.RollingUpdate == nil {
		return nil
	}
	u := p.RollingUpdate
	policy := &awssagemaker.CfnInferenceComponent_InferenceComponentRollingUpdatePolicyProperty{
		MaximumBatchSize: &awssagemaker.CfnInferenceComponent_InferenceComponentCapacitySizeProperty{
			Type: jsii.String("CAPACITY_PERCENT"), Value: jsii.Number(u.BatchPercent),
		},
		WaitIntervalInSeconds:            jsii.Number(u.WaitInterval.Seconds()),
		MaximumExecutionTimeoutInSeconds: optionalNumber(u.Timeout.Seconds()),
	}
	out := &awssagemaker.CfnInferenceComponent_InferenceComponentDeploymentConfigProperty{RollingUpdatePolicy: policy}
	if len(u.RollbackAlarms) > 0 {
		alarms := make([]any, len(u.RollbackAlarms))
		for i, name := range u.RollbackAlarms {
			alarms[i] = &awssagemaker.CfnInferenceComponent_AlarmProperty{AlarmName: jsii.String(name)}
		}
		out.AutoRollbackConfiguration = &awssagemaker.CfnInferenceComponent_AutoRollbackConfigurationProperty{
			Alarms: alarms,
		}
	}
	return out
}
