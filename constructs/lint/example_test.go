package lint_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
)

// The lint judges every scalable target of the app, whichever construct has made it.
func ExampleNewPlugin() {
	app := awscdk.NewApp(nil)

	plugin := lint.NewPlugin(lint.PluginProps{})
	awscdk.Validations_Of(app).AddPlugins(plugin)

	fmt.Println(*plugin.Name())
	// Output: sagemaker-scaling
}
