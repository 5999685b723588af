// The app: every environment file becomes a Stage of four stacks.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
)

func main() {
	stderr := os.Stderr
	flush := filterStderr()
	err := synthesize()
	jsii.Close() // also after a failure: it ends the Node.js process and removes its files
	flush()
	if err != nil {
		fmt.Fprintln(stderr, err)
		os.Exit(1)
	}
}

// synthesize reads the files named by the context, -c env=NAME for one of them
// and -c environments=DIR for another folder, and writes the cloud assembly.
func synthesize() (err error) {
	app := awscdk.NewApp(nil)
	undo := undoOutput(*app.Outdir())
	defer func() {
		// Constructs report what they cannot work with by a panic.
		if p := recover(); p != nil {
			err = fmt.Errorf("synthesis failed: %v", p)
		}
		if err != nil {
			undo()
		}
	}()
	environments, err := config.Load(context(app, "environments", "config/environments"), context(app, "env", ""))
	if err != nil {
		return err
	}
	awscdk.Validations_Of(app).AddPlugins(lint.NewPlugin(lint.PluginProps{
		Spell: stacks.InFiles(environments), Acknowledgment: stacks.AcknowledgeInFiles(environments),
	}))
	for _, e := range environments {
		stage := stacks.NewEnvironment(app, e).Stage
		awscdk.Validations_Of(stage).AddPlugins(policy.NewPlugin(policy.PluginProps{Production: e.Production}))
	}
	app.Synth(nil)
	return nil
}

// context is a value of the CDK's context as a string.
func context(app awscdk.App, key, otherwise string) string {
	if value := app.Node().TryGetContext(jsii.String(key)); value != nil {
		return fmt.Sprint(value)
	}
	return otherwise
}
