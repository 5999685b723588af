// Command pipelines is an app that a pipeline deploys by itself: each push goes to the account of
// staging, and, once a person has agreed, to that of production.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
)

// Replace these by your own. The accounts of the environments are in their files.
const (
	account    = "111122223333" // of the pipeline
	region     = "eu-west-1"
	repository = "example/predictions"
	branch     = "main"
	connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/00000000-0000-4000-8000-000000000001"
)

// Versions of what CodeBuild runs.
const (
	cli    = "2.1148.1" // of the CDK CLI
	assets = "4.7.3"    // of cdk-assets
)

func main() {
	if _, err := load(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	build(app)
	app.Synth(nil)
}

// build adds the pipeline and its environments to app, and the rules that judge their templates.
func build(app awscdk.App) {
	pipeline := newPipeline(awscdk.NewStack(app, jsii.String("delivery"), &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
		TerminationProtection: jsii.Bool(true),
	}))
	environments, err := load()
	if err != nil {
		panic(err) // main has printed it
	}
	awscdk.Validations_Of(app).AddPlugins(lint.NewPlugin(lint.PluginProps{
		Spell: stacks.InFiles(environments), Acknowledgment: stacks.AcknowledgeInFiles(environments),
	}))
	for _, e := range environments {
		stage := stacks.NewEnvironment(app, e).Stage
		awscdk.Validations_Of(stage).AddPlugins(policy.NewPlugin(policy.PluginProps{Production: e.Production}))
		var before []pipelines.Step
		if e.Production {
			before = append(before, pipelines.NewManualApprovalStep(jsii.String("Approve"),
				&pipelines.ManualApprovalStepProps{Comment: jsii.String("Is staging well, and no event under way?")}))
		}
		pipeline.AddStage(stage, &pipelines.AddStageOpts{Pre: &before})
	}
}

// load reads the environments, in the order of their deployment. The error has every mistake.
func load() (environments []config.Environment, err error) {
	for _, name := range []string{"staging", "prod"} {
		found, e := config.Load("environments", name)
		environments, err = append(environments, found...), errors.Join(err, e)
	}
	return environments, err
}

// newPipeline makes the pipeline, which first of all updates itself.
func newPipeline(stack awscdk.Stack) pipelines.CodePipeline {
	role := awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("codepipeline.amazonaws.com"), nil),
	})
	// CDK allows this under the former name of the service alone, codestar-connections.
	role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("codeconnections:UseConnection"), Resources: jsii.Strings(connection),
	}))
	return pipelines.NewCodePipeline(stack, jsii.String("Pipeline"), &pipelines.CodePipelineProps{
		Role: role, UsePipelineRoleForActions: jsii.Bool(true),
		ArtifactBucket: awss3.NewBucket(stack, jsii.String("Artifacts"), &awss3.BucketProps{
			Encryption: awss3.BucketEncryption_KMS, // by a key, which other accounts can be allowed to use
			EnforceSSL: jsii.Bool(true), BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
			LifecycleRules: &[]*awss3.LifecycleRule{{
				Expiration: awscdk.Duration_Days(jsii.Number(90)),
			}},
		}),
		CrossAccountKeys: jsii.Bool(true),
		CliVersion:       jsii.String(cli), CdkAssetsCliVersion: jsii.String(assets),
		Synth: pipelines.NewShellStep(jsii.String("Synth"), &pipelines.ShellStepProps{
			Input: pipelines.CodePipelineSource_Connection(jsii.String(repository), jsii.String(branch),
				&pipelines.ConnectionSourceOptions{ConnectionArn: jsii.String(connection)}),
			Commands: jsii.Strings("make test"), // whose synthesis compiles the gateway, too
		}),
		SynthCodeBuildDefaults: &pipelines.CodeBuildOptions{
			BuildEnvironment: &awscodebuild.BuildEnvironment{ComputeType: awscodebuild.ComputeType_LARGE},
			PartialBuildSpec: awscodebuild.BuildSpec_FromObject(&map[string]any{"phases": map[string]any{
				"install": map[string]any{"runtime-versions": map[string]string{"golang": "1.25", "nodejs": "22"}},
			}}),
		},
	})
}
