// Command examples is an app of another module with a stack for each example.
package main

import (
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
)

// examples are the stacks of the app.
var examples = slices.Concat(models, endpoints, scalings, frontends)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	awscdk.Validations_Of(app).AddPlugins(
		lint.NewPlugin(lint.PluginProps{}), policy.NewPlugin(policy.PluginProps{}))
	for _, example := range examples {
		example(awscdk.NewStack(app, jsii.String(name(example)), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
		}))
	}
	app.Synth(nil)
}

// name is an example's function, without its package.
func name(example func(awscdk.Stack)) string {
	function := runtime.FuncForPC(reflect.ValueOf(example).Pointer()).Name()
	return strings.TrimPrefix(function, "main.")
}
