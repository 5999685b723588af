package policy_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
)

// A team chooses the rules that its app keeps.
func ExampleNewPlugin() {
	app := awscdk.NewApp(nil)

	plugin := policy.NewPlugin(policy.PluginProps{Rules: []string{"bucket-private", "policy-names-resources"}})
	awscdk.Validations_Of(app).AddPlugins(plugin)

	fmt.Println(*plugin.Name())
	// Output: sagemaker-policy
}
