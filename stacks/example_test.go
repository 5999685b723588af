package stacks_test

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
)

// An app adds an alarm of its own to the load balancer that an environment made.
func ExampleNewEnvironment() {
	data, err := os.ReadFile("../config/testdata/valid/minimal.yaml")
	if err != nil {
		panic(err)
	}
	e, err := config.Parse("minimal.yaml", "minimal", data)
	if err != nil {
		panic(err)
	}
	made := stacks.NewEnvironment(awscdk.NewApp(nil), e)
	awscloudwatch.NewAlarm(made.Frontend, jsii.String("Slow"), &awscloudwatch.AlarmProps{
		Metric:    made.LoadBalancer.Resource.Metrics().TargetResponseTime(nil),
		Threshold: jsii.Number(1), EvaluationPeriods: jsii.Number(3),
	})
	fmt.Println("alarm of", *made.Frontend.Node().Path(), "beside", made.Scaling[0].Model.ResourceID)
	// Output: alarm of minimal/frontend beside endpoint/predictions/variant/main
}
