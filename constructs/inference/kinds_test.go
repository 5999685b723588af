package inference_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

type object = map[string]any

func getAtt(id, name string) object { return object{"Fn::GetAtt": []any{id, name}} }

func TestAsynchronousEndpoint(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(
		stack,
		"Model",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}},
	)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.g6.xlarge"}},
		Asynchronous: &inference.AsynchronousProps{
			OutputPath: "s3://answers/odds/", FailurePath: "s3://failures", InputPath: "s3://requests/odds",
			OutputKey: awskms.NewKey(
				stack,
				jsii.String("Key"),
				nil,
			), ErrorTopic: awssns.NewTopic(stack, jsii.String("Errors"), nil),
			SuccessTopic: awssns.NewTopic(stack, jsii.String("Successes"), nil), IncludeResponse: true,
			MaxConcurrentInvocationsPerInstance: 4,
		},
	})
	caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	endpoint.GrantInvoke(caller)
	got := template.Of(t, stack)
	ids := map[string]string{}
	for id, r := range got.Resources {
		if r.Type == "AWS::SNS::Topic" {
			ids[strings.TrimRight(id, "0123456789ABCDEF")] = id
		}
	}
	want := object{
		"ClientConfig": object{"MaxConcurrentInvocationsPerInstance": 4.0},
		"OutputConfig": object{
			"S3OutputPath": "s3://answers/odds/", "S3FailurePath": "s3://failures", "KmsKeyId": getAtt(got.ID(t, "AWS::KMS::Key"), "Arn"),
			"NotificationConfig": object{
				"SuccessTopic": object{"Ref": ids["Successes"]}, "ErrorTopic": object{"Ref": ids["Errors"]},
				"IncludeInferenceResponseIn": []any{"SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"},
			},
		},
	}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties["AsyncInferenceConfig"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var allowed []object
	for _, s := range got.Statements() {
		for _, service := range []string{"s3:", "kms:", "sns:", "sagemaker:"} {
			if actions, ok := s["Action"].([]any); ok && strings.HasPrefix(actions[0].(string), service) ||
				!ok && strings.HasPrefix(s["Action"].(string), service) {
				allowed = append(allowed, s)
			}
		}
	}
	key := getAtt(got.ID(t, "AWS::KMS::Key"), "Arn")
	statements := []object{
		{
			"Effect":   "Allow",
			"Action":   "sagemaker:InvokeEndpointAsync",
			"Resource": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds",
		},
		{
			"Effect":   "Allow",
			"Action":   []any{"s3:AbortMultipartUpload", "s3:PutObject"},
			"Resource": []any{"arn:aws:s3:::answers/odds/*", "arn:aws:s3:::failures/*"},
		},
		{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::requests/odds/*"},
		{"Effect": "Allow", "Action": []any{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}, "Resource": key},
		{
			"Effect":   "Allow",
			"Action":   "sns:Publish",
			"Resource": []any{object{"Ref": ids["Errors"]}, object{"Ref": ids["Successes"]}},
		},
	}
	if diff := cmp.Diff(statements, allowed); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestAsynchronousEndpointInShort: without input, topics and key there are no
// permissions for them.
func TestAsynchronousEndpointInShort(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(
		stack,
		"Model",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}},
	)
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.g6.xlarge"}},
		Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers/odds"},
	})
	got := template.Of(t, stack)
	want := object{"OutputConfig": object{"S3OutputPath": "s3://answers/odds"}}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties["AsyncInferenceConfig"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, s := range got.Statements() {
		if action, _ := s["Action"].(string); action == "s3:GetObject" || strings.HasPrefix(action, "sns:") {
			t.Errorf("got %v, which nothing needs", s)
		}
	}
}

func TestServerlessEndpoint(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(
		stack,
		"Model",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true},
	)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants: []inference.VariantProps{{Model: model, Serverless: &inference.ServerlessProps{
			MemoryMB: 3072, MaxConcurrency: 50, ProvisionedConcurrency: 5}}},
	})
	got := template.Of(t, stack)
	want := []any{object{
		"VariantName": "main", "ModelName": getAtt(got.ID(t, "AWS::SageMaker::Model"), "ModelName"), "InitialVariantWeight": 1.0,
		"ServerlessConfig": object{"MemorySizeInMB": 3072.0, "MaxConcurrency": 50.0, "ProvisionedConcurrency": 5.0},
	}}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(autoscaling.Variant{EndpointName: "odds", Name: "main", MaxConcurrency: 50}, endpoint.Variant("main").ScalingVariant()); diff != "" {
		t.Error(diff)
	}
}

func TestInferenceComponent(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(
		stack,
		"Model",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image, ModelDataURL: archive}}},
	)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "Shared",
		Variants: []inference.VariantProps{
			{InstanceType: "ml.g6.12xlarge", ManagedInstances: &inference.ManagedInstancesProps{
				MinInstanceCount: 0, MaxInstanceCount: 6, Consolidate: true}},
		},
	})
	component := inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "Odds-A", Endpoint: endpoint, Model: model,
		MinMemoryMB: 1024, MaxMemoryMB: 2048, CPUCores: 0.5, Accelerators: 1, InitialCopyCount: 3,
		ModelDataDownloadTimeout: 10 * time.Minute, ContainerStartupHealthCheckTimeout: 2 * time.Minute, CacheData: true,
		RollingUpdate: &inference.RollingUpdateProps{
			BatchPercent: 25, WaitInterval: 5 * time.Minute, Timeout: time.Hour, RollbackAlarms: []string{"errors"}},
	})
	caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	component.GrantInvoke(caller)
	got := template.Of(t, stack)
	modelName := getAtt(got.ID(t, "AWS::SageMaker::Model"), "ModelName")

	t.Run("the variant has no model, and the configuration a role and isolation", func(t *testing.T) {
		var role string
		for id := range got.Resources {
			if strings.HasPrefix(id, "EndpointComponentRole") && got.Resources[id].Type == "AWS::IAM::Role" {
				role = id
			}
		}
		want := object{
			"EnableNetworkIsolation": true, "ExecutionRoleArn": getAtt(role, "Arn"),
			"ProductionVariants": []any{object{
				"VariantName": "main", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1.0,
				"ManagedInstanceScaling": object{
					"Status":           "ENABLED",
					"MinInstanceCount": 0.0,
					"MaxInstanceCount": 6.0,
					"ScaleInPolicy":    object{"Strategy": "CONSOLIDATION"},
				},
			}},
		}
		if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("the component is as described", func(t *testing.T) {
		want := object{
			"InferenceComponentName": "Odds-A", "EndpointName": "Shared", "VariantName": "main", "RuntimeConfig": object{"CopyCount": 3.0},
			"Specification": object{
				"ModelName": modelName, "DataCacheConfig": object{"EnableCaching": true},
				"ComputeResourceRequirements": object{
					"MinMemoryRequiredInMb":              1024.0,
					"MaxMemoryRequiredInMb":              2048.0,
					"NumberOfCpuCoresRequired":           0.5,
					"NumberOfAcceleratorDevicesRequired": 1.0,
				},
				"StartupParameters": object{
					"ModelDataDownloadTimeoutInSeconds":           600.0,
					"ContainerStartupHealthCheckTimeoutInSeconds": 120.0,
				},
			},
			"DeploymentConfig": object{
				"RollingUpdatePolicy": object{
					"MaximumBatchSize":                 object{"Type": "CAPACITY_PERCENT", "Value": 25.0},
					"WaitIntervalInSeconds":            300.0,
					"MaximumExecutionTimeoutInSeconds": 3600.0,
				},
				"AutoRollbackConfiguration": object{"Alarms": []any{object{"AlarmName": "errors"}}},
			},
		}
		if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::InferenceComponent").Properties); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("it comes after the endpoint and the permissions", func(t *testing.T) {
		depends := got.One(t, "AWS::SageMaker::InferenceComponent").DependsOn
		if !slices.Contains(depends, got.ID(t, "AWS::SageMaker::Endpoint")) ||
			!slices.Contains(depends, got.ID(t, "AWS::IAM::ManagedPolicy")) ||
			!slices.ContainsFunc(
				depends,
				func(id string) bool { return strings.HasPrefix(id, "EndpointComponentRoleDefaultPolicy") },
			) {
			t.Errorf("it depends on %v", depends)
		}
	})
	t.Run("the endpoint's role reads image and archive and writes the logs of both", func(t *testing.T) {
		var granted []any
		for id, r := range got.Resources {
			if r.Type == "AWS::IAM::Policy" && strings.HasPrefix(id, "EndpointComponentRole") {
				granted = append(granted, r.Properties["PolicyDocument"].(object)["Statement"].([]any)...)
			}
		}
		artifacts := got.One(t, "AWS::IAM::ManagedPolicy").Properties
		granted = append(granted, artifacts["PolicyDocument"].(object)["Statement"].([]any)...)
		var resources []string
		for _, s := range granted {
			switch r := s.(object)["Resource"].(type) {
			case string:
				resources = append(resources, r)
			case []any:
				for _, each := range r {
					if each := each.(string); !strings.HasSuffix(each, ":*") { // a log group's streams
						resources = append(resources, each)
					}
				}
			}
		}
		want := []string{
			"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/Shared",
			"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/InferenceComponents/Odds-A", "*", "*", "*",
			"arn:aws:ecr:eu-west-1:123456789012:repository/odds/model", "arn:aws:s3:::models-eu-west-1/odds/1.4.2/model.tar.gz",
		}
		if diff := cmp.Diff(want, resources); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("callers may call this component", func(t *testing.T) {
		actions := []any{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"}
		want := object{"Effect": "Allow", "Action": actions, "Resource": []any{
			"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/shared", "arn:aws:sagemaker:eu-west-1:123456789012:inference-component/odds-a"}}
		if diff := cmp.Diff(want, got.Statements()[0]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// TestInferenceComponentInShort sets no optional property.
func TestInferenceComponentInShort(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(
		stack,
		"Model",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}},
	)
	role := awsiam.NewRole(
		stack,
		jsii.String("Mine"),
		&awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil)},
	)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "shared", ComponentRole: role, AllowNetworkAccess: true,
		Variants: []inference.VariantProps{
			{
				InstanceType:     "ml.g6.xlarge",
				ManagedInstances: &inference.ManagedInstancesProps{MinInstanceCount: 1, MaxInstanceCount: 2},
			},
		},
	})
	inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds", Endpoint: endpoint, Model: model, MinMemoryMB: 128,
	})
	got := template.Of(t, stack)
	want := object{
		"InferenceComponentName": "odds", "EndpointName": "shared", "VariantName": "main",
		"Specification": object{
			"ModelName":                   getAtt(got.ID(t, "AWS::SageMaker::Model"), "ModelName"),
			"ComputeResourceRequirements": object{"MinMemoryRequiredInMb": 128.0},
		},
	}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::InferenceComponent").Properties); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	config := got.One(t, "AWS::SageMaker::EndpointConfig").Properties
	if config["EnableNetworkIsolation"] != false || len(got.All("AWS::IAM::Role")) != 2 {
		t.Errorf(
			"got isolation %v and %d roles, want none and the model's and the user's",
			config["EnableNetworkIsolation"],
			len(got.All("AWS::IAM::Role")),
		)
	}
}

func TestKindProblems(t *testing.T) {
	stack := template.NewStack(t)
	isolated := inference.NewModel(
		stack,
		"Isolated",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}},
	)
	open := inference.NewModel(
		stack,
		"Open",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true},
	)
	plain := inference.NewEndpoint(stack, "Plain", inference.EndpointProps{
		EndpointName: "plain", Variants: []inference.VariantProps{{Model: isolated, InstanceType: "ml.g6.xlarge"}}})
	shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{
		EndpointName: "shared", Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 1}}}})
	managed := inference.ManagedInstancesProps{MaxInstanceCount: 4}
	serverless := inference.ServerlessProps{MemoryMB: 2048, MaxConcurrency: 10}
	endpoint := func(variants ...inference.VariantProps) inference.EndpointProps {
		return inference.EndpointProps{EndpointName: "odds", Variants: variants}
	}
	asynchronous := func(p inference.AsynchronousProps) inference.EndpointProps {
		return inference.EndpointProps{
			EndpointName: "odds",
			Asynchronous: &p,
			Variants:     []inference.VariantProps{{Model: isolated, InstanceType: "ml.g6.xlarge"}},
		}
	}
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	for _, test := range []struct {
		name  string
		props interface{ Validate() error }
		want  []string
	}{
		{"a serverless variant", endpoint(inference.VariantProps{Model: open, Serverless: &serverless}), nil},
		{"serverless figures", endpoint(inference.VariantProps{Model: open, Serverless: &inference.ServerlessProps{MemoryMB: 1500, MaxConcurrency: 201}}), []string{
			`Variants[0].Serverless.MemoryMB: got 1500: a serverless variant has 1024, 2048, 3072, 4096, 5120 or 6144 MB; choose the next larger one`,
			`Variants[0].Serverless.MaxConcurrency: got 201: a serverless variant takes 1 to 200 requests at a time; run more than that on instances`}},
		{"more provisioned than taken", endpoint(inference.VariantProps{Model: open, Serverless: &inference.ServerlessProps{MemoryMB: 1024, MaxConcurrency: 5, ProvisionedConcurrency: 6}}), []string{
			`Variants[0].Serverless.ProvisionedConcurrency: got 6: no more can be provisioned than the variant takes, 5 requests at a time; set it from 1 to 5, or leave it out`}},
		{"serverless with instances", endpoint(inference.VariantProps{Model: isolated, InstanceType: "ml.g6.xlarge", InitialInstanceCount: 2, Serverless: &serverless}), []string{
			`Variants[0].InstanceType: got "ml.g6.xlarge": a serverless variant has no instances; leave it out, or leave Serverless out`,
			`Variants[0].InitialInstanceCount: got 2: a serverless variant has no instances; leave it out, or leave Serverless out`,
			`Variants[0].Model: a serverless variant cannot isolate its model from the network; make the model with AllowNetworkAccess, or run it on instances`}},
		{"serverless beside another", endpoint(inference.VariantProps{Model: open, Serverless: &serverless}, inference.VariantProps{Name: "next", Model: open, InstanceType: "ml.g6.xlarge"}), []string{
			`Variants[0].Serverless: a serverless endpoint has one variant; move the others to another endpoint`}},
		{"managed instances for a model", endpoint(inference.VariantProps{Model: open, InstanceType: "ml.g6.xlarge", ManagedInstances: &managed}), []string{
			`Variants[0].ManagedInstances: SageMaker manages the instances of inference components only, and this variant has a model; leave Model out and make an InferenceComponent with it, or scale the variant with NewVariantScaling`}},
		{"serverless managed instances", endpoint(inference.VariantProps{Serverless: &serverless, ManagedInstances: &managed}), []string{
			`Variants[0].Serverless: a serverless variant has no instances to manage; leave out one of Serverless and ManagedInstances`}},
		{"bounds of managed instances", endpoint(inference.VariantProps{InstanceType: "ml.g6.xlarge", InitialInstanceCount: 5, ManagedInstances: &managed},
			inference.VariantProps{Name: "next", InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MinInstanceCount: -1}},
			inference.VariantProps{Name: "last", Model: open, InstanceType: "ml.g6.xlarge"}), []string{
			`Variants[0].ManagedInstances.MaxInstanceCount: got 4: the first deployment starts 5 instances, outside the bounds of 0 to 4; change InitialInstanceCount or the bounds`,
			`Variants[1].ManagedInstances.MinInstanceCount: got -1: the minimum is 0 instances or more; set it to 0 to scale to zero, or to 1 or more`,
			`Variants[1].ManagedInstances.MaxInstanceCount: got 0: the maximum is 1 instance or more, and at least the minimum; set it to 1 or more`,
			`Variants[2].Model: another variant of the endpoint is for inference components; move one of the two to another endpoint`}},
		{"a role for no components", inference.EndpointProps{EndpointName: "odds", ComponentRole: isolated.ExecutionRole, AllowNetworkAccess: true,
			Variants: []inference.VariantProps{{Model: isolated, InstanceType: "ml.g6.xlarge"}}}, []string{
			`ComponentRole: no variant is for inference components, and a model has a role of its own; leave it out, or give ManagedInstances`,
			`AllowNetworkAccess: got true: no variant is for inference components, and a model says this for itself; give it to NewModel`}},
		{"asynchronous paths", asynchronous(inference.AsynchronousProps{
			OutputPath: "answers", FailurePath: "s3://failures/*", InputKey: key, IncludeResponse: true, MaxConcurrentInvocationsPerInstance: 1001}), []string{
			`Asynchronous.OutputPath: got "answers": a path is s3://BUCKET/PREFIX of at most 512 characters, without *, ? and $; such as "s3://answers-eu-west-1/odds"`,
			`Asynchronous.FailurePath: got "s3://failures/*": a path is s3://BUCKET/PREFIX of at most 512 characters, without *, ? and $; such as "s3://answers-eu-west-1/odds"`,
			`Asynchronous.InputKey: a key without a path has nothing to decrypt; give InputPath, or leave the key out`,
			`Asynchronous.IncludeResponse: got true: without a topic nobody is told; give SuccessTopic or ErrorTopic`,
			`Asynchronous.MaxConcurrentInvocationsPerInstance: got 1001: an instance is given 1 to 1000 requests at a time; leave it out for SageMaker's own choice`}},
		{"asynchronous without output", asynchronous(inference.AsynchronousProps{}), []string{
			`Asynchronous.OutputPath: an asynchronous endpoint writes its answers to S3; such as "s3://answers-eu-west-1/odds"`}},
		{"asynchronous and what does not go with it", inference.EndpointProps{EndpointName: "odds", Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers"},
			Variants: []inference.VariantProps{{Model: open, Serverless: &serverless}}}, []string{
			`Variants[0].Serverless: an asynchronous endpoint runs on instances; leave out one of Serverless and Asynchronous`}},

		{"a component on nothing", inference.InferenceComponentProps{}, []string{
			`InferenceComponentName: got "": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen; such as "odds"`,
			`Endpoint: a component runs on an endpoint; make one with NewEndpoint`,
			`Model: a component serves a model; make one with NewModel`,
			`MinMemoryMB: got 0: a copy is guaranteed 128 MB or more; measure what the container uses under load`}},
		{"a component on a plain endpoint", inference.InferenceComponentProps{InferenceComponentName: "odds", Endpoint: plain, VariantName: "next", Model: open, MinMemoryMB: 128}, []string{
			`Endpoint: got "plain": the endpoint's variants have models of their own; make it with variants that have ManagedInstances and no Model`,
			`VariantName: got "next": the endpoint "plain" has no such variant; give the name of one of its variants`}},
		{"a component's figures", inference.InferenceComponentProps{InferenceComponentName: "odds", Endpoint: shared, Model: open, MinMemoryMB: 1024, MaxMemoryMB: 512,
			CPUCores: 0.1, Accelerators: -1, InitialCopyCount: -1, ModelDataDownloadTimeout: time.Second, ContainerStartupHealthCheckTimeout: 2 * time.Hour,
			RollingUpdate: &inference.RollingUpdateProps{WaitInterval: -1, Timeout: time.Minute, RollbackAlarms: []string{" "}}}, []string{
			`MaxMemoryMB: got 512: the most memory is below the 1024 MB that a copy is guaranteed; raise it, or leave it out`,
			`CPUCores: got 0.1: a copy is guaranteed a quarter of a core or more; leave it out for none`,
			`Accelerators: got -1: a copy is guaranteed 1 accelerator or more; leave it out for none`,
			`InitialCopyCount: got -1: the first deployment starts 1 copy or more; leave it out for SageMaker's own`,
			`ModelDataDownloadTimeout: got 1s: this is whole seconds from 1m to 1h; leave it out for SageMaker's own`,
			`ContainerStartupHealthCheckTimeout: got 2h: this is whole seconds from 1m to 1h; leave it out for SageMaker's own`,
			`RollingUpdate.BatchPercent: got 0: 5 to 50 per cent of the copies are replaced at a time; such as 25`,
			`RollingUpdate.WaitInterval: got -1ns: a batch is watched for whole seconds, up to an hour; such as 5m`,
			`RollingUpdate.Timeout: got 1m: this is whole seconds from 10m to 8h; leave it out for SageMaker's own`,
			`RollingUpdate.RollbackAlarms[0]: got " ": the name of an alarm has 1 to 255 characters; give the alarm's AlarmName`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if err := test.props.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(strings.Join(test.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
