package monitoring

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"
)

// notice is an event of AWS's that the topics are told of.
type notice struct {
	// id is the construct ID of the rule.
	id, description string
	pattern         map[string]any
	// paths are the parts of the event that message names in angle brackets.
	paths   map[string]string
	message string
}

// notices are what no metric shows. Application Auto Scaling sends one event, that a
// target has reached its maximum (fact N4): what SageMaker refuses is seen by AWS
// CloudTrail alone.
func (m *Monitoring) notices() []notice {
	name := m.subject.EndpointName
	found := []notice{{
		id: "EndpointState", description: "Endpoint " + name + " fails, or an update of it is rolled back",
		// Fact N3.
		pattern: map[string]any{
			"source": []string{"aws.sagemaker"}, "detail-type": []string{"SageMaker Endpoint State Change"},
			"detail": map[string]any{
				"EndpointName":   []string{name},
				"EndpointStatus": []string{"FAILED", "OUT_OF_SERVICE", "ROLLING_BACK", "UPDATE_ROLLBACK_FAILED"},
			},
		},
		paths: map[string]string{"endpoint": "$.detail.EndpointName", "status": "$.detail.EndpointStatus", "time": "$.time"},
		message: "The SageMaker endpoint <endpoint> is in the status <status> since <time>. " +
			"Look at its events in CloudFormation, and at FailureReason of describe-endpoint.",
	}}
	ids, components := m.resourceIDs()
	if len(ids) == 0 {
		return found
	}
	found = append(found, notice{
		id: "ScaledToMaximum", description: "What scales of endpoint " + name + " has reached its maximum",
		pattern: map[string]any{
			"source":      []string{"aws.application-autoscaling"},
			"detail-type": []string{"Application Auto Scaling Scaling Activity State Change"},
			"detail":      map[string]any{"resourceId": ids, "scaledToMax": []bool{true}},
		},
		paths: map[string]string{
			"resource": "$.detail.resourceId", "from": "$.detail.oldDesiredCapacity", "max": "$.detail.maxCapacity",
		},
		message: "<resource> has scaled out from <from> to <max>, which is its maximum: " +
			"further load finds no further capacity. Raise maxCapacity if that is not meant.",
	})
	refused := map[string]any{
		"eventSource": []string{"sagemaker.amazonaws.com"},
		"eventName":   []string{"UpdateEndpointWeightsAndCapacities", "UpdateInferenceComponentRuntimeConfig"},
		"errorCode":   []any{map[string]any{"exists": true}},
	}
	if len(components) > 0 {
		refused["requestParameters"] = map[string]any{"inferenceComponentName": components}
	} else {
		refused["requestParameters"] = map[string]any{"endpointName": []string{name}}
	}
	return append(found, notice{
		id: "ScalingRefused", description: "SageMaker refuses to scale endpoint " + name,
		// Fact N5.
		pattern: map[string]any{
			"source": []string{"aws.sagemaker"}, "detail-type": []string{"AWS API Call via CloudTrail"},
			"detail": refused,
		},
		paths: map[string]string{"error": "$.detail.errorCode", "message": "$.detail.errorMessage", "time": "$.time"},
		message: "At <time> SageMaker refused to scale endpoint " + name + ": <error>, <message>. " +
			"With ResourceLimitExceeded, ask for a higher quota; during a deployment, wait until it is done.",
	})
}

// resourceIDs are the names of what scales in Application Auto Scaling, and those of the
// inference components among it.
func (m *Monitoring) resourceIDs() (ids, components []string) {
	for _, v := range m.subject.Variants {
		if v.Capacity != nil {
			ids = append(ids, v.Capacity.Target.ResourceID)
		}
	}
	for _, c := range m.subject.Components {
		if c.Capacity != nil {
			ids, components = append(ids, c.Capacity.Target.ResourceID), append(components, c.Name)
		}
	}
	return ids, components
}

// addNotices makes a rule for each of notices.
func (m *Monitoring) addNotices() {
	for _, n := range m.notices() {
		paths := map[string]*string{}
		for name, path := range n.paths {
			paths[name] = jsii.String(path)
		}
		var targets []any
		for i, arn := range *m.topicARNs {
			targets = append(targets, &awsevents.CfnRule_TargetProperty{
				Id: jsii.String(fmt.Sprintf("Topic%d", i)), Arn: arn,
				InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
					InputPathsMap: &paths, InputTemplate: jsii.String(quoted(n.message)),
				},
			})
		}
		m.Rules = append(m.Rules, awsevents.NewCfnRule(m, jsii.String(n.id), &awsevents.CfnRuleProps{
			Description: jsii.String(n.description), EventPattern: n.pattern, Targets: &targets,
		}))
	}
}

// quoted is a message as an input template: a line of text is one JSON string.
func quoted(message string) string { return `"` + strings.ReplaceAll(message, `"`, "'") + `"` }
