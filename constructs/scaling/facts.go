package scaling

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// describe writes the facts into the target's Metadata, and the construct path
// where CDK writes none.
func describe(target awscdk.CfnResource, facts autoscaling.Facts) {
	if !reflect.ValueOf(facts).IsZero() {
		data, err := json.Marshal(facts)
		var metadata map[string]any
		if err == nil {
			err = json.Unmarshal(data, &metadata)
		}
		if err != nil {
			panic(fmt.Errorf("facts cannot be written: %w", err)) // Validate leaves none that cannot
		}
		target.AddMetadata(jsii.String(autoscaling.FactsKey), metadata)
	}
	if enabled := target.Node().TryGetContext(jsii.String("aws:cdk:enable-path-metadata")); enabled != true {
		target.AddMetadata(jsii.String(autoscaling.ConstructPathKey), *target.Node().Path())
	}
}

// filled returns facts, with the facts of others in place of its zero values.
func filled(facts, others autoscaling.Facts) autoscaling.Facts {
	into, from := reflect.ValueOf(&facts).Elem(), reflect.ValueOf(others)
	for i := range into.NumField() {
		if into.Field(i).IsZero() {
			into.Field(i).Set(from.Field(i))
		}
	}
	return facts
}
