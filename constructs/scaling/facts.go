package scaling

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// describe writes into a target's Metadata what its properties cannot say: the
// facts, and the construct's path where CDK does not.
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

// filled is facts with those of others for what it does not say.
func filled(facts, others autoscaling.Facts) autoscaling.Facts {
	into, from := reflect.ValueOf(&facts).Elem(), reflect.ValueOf(others)
	for i := range into.NumField() {
		if into.Field(i).IsZero() {
			into.Field(i).Set(from.Field(i))
		}
	}
	return facts
}
