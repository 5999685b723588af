package inference_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// validator are the properties of any construct.
type validator interface{ Validate() error }

// mistake is one mistake and what is said of it, in one line each.
type mistake struct {
	name  string
	props validator
	want  string
}

func check(t *testing.T, mistakes []mistake) {
	t.Helper()
	for _, test := range mistakes {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if err := test.props.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInstanceProblems(t *testing.T) {
	stack := template.NewStack(t)
	open := inference.NewModel(stack, "Open", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true})
	isolated := inference.NewModel(stack, "Isolated", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	on := func(instanceType string, p inference.InstanceProps) validator {
		return inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{Model: open, InstanceType: instanceType, Instances: p}}}
	}
	pools := func(pools ...inference.InstancePool) validator {
		return inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{Model: open, InstancePools: pools}}}
	}
	pool := func(instanceType string) inference.InstancePool {
		return inference.InstancePool{InstanceType: instanceType}
	}
	const at = "Variants[0].Instances."
	check(t, []mistake{
		{"a short wait for instances", on("ml.c6i.xlarge", inference.InstanceProps{InstanceProvisionTimeout: time.Minute}),
			at + `InstanceProvisionTimeout: got 1m: this is whole seconds from 5m to 1h; leave it out for SageMaker's own`},
		{"a reservation of EC2", on("ml.p5.48xlarge", inference.InstanceProps{CapacityReservationARN: "cr-0123"}),
			at + `CapacityReservationARN: got "cr-0123": the ARN of an ML capacity reservation is ` +
				`arn:aws:sagemaker:REGION:ACCOUNT:KIND/NAME; copy the ARN of the training plan or reservation`},
		{"an unknown strategy", on("ml.c6i.xlarge", inference.InstanceProps{RoutingStrategy: "ROUND_ROBIN"}),
			at + `RoutingStrategy: got "ROUND_ROBIN": a strategy is RANDOM or LEAST_OUTSTANDING_REQUESTS; such as ` +
				`"LEAST_OUTSTANDING_REQUESTS"`},
		{"prefixes without figures", on("ml.c6i.xlarge", inference.InstanceProps{RoutingStrategy: "PREFIX_AWARE"}),
			at + `RoutingStrategy: got "PREFIX_AWARE": prefix-aware routing needs a prefix length and a threshold; give ` +
				`PrefixAwareRouting in place of it`},
		{"two strategies", on("ml.c6i.xlarge", inference.InstanceProps{RoutingStrategy: "RANDOM",
			PrefixAwareRouting: &inference.PrefixAwareRouting{PrefixLength: 1024, ConcurrencyThreshold: 1}}),
			at + `RoutingStrategy: got "RANDOM": prefix-aware routing is a strategy of its own; leave out one of ` +
				`RoutingStrategy and PrefixAwareRouting`},
		{"a short prefix", on("ml.c6i.xlarge", inference.InstanceProps{PrefixAwareRouting: &inference.PrefixAwareRouting{
			PrefixLength: 1023, ConcurrencyThreshold: 8}}),
			at + `PrefixAwareRouting.PrefixLength: got 1023: a prefix has 1024 to 65536; such as 4096`},
		{"a high threshold", on("ml.c6i.xlarge", inference.InstanceProps{PrefixAwareRouting: &inference.PrefixAwareRouting{
			PrefixLength: 65536, ConcurrencyThreshold: 1025}}),
			at + `PrefixAwareRouting.ConcurrencyThreshold: got 1025: an instance gets 1 to 1024 requests at a time; take ` +
				`what one instance can serve at a time`},
		{"a large volume", on("ml.c6i.xlarge", inference.InstanceProps{VolumeSizeGB: 513}),
			at + `VolumeSizeGB: got 513: a volume has 1 to 512 GB; leave it out for SageMaker's own size`},
		{"a volume beside local storage", on("ml.g5.xlarge", inference.InstanceProps{VolumeSizeGB: 100}),
			at + `VolumeSizeGB: got 100: ml.g5.xlarge has local NVMe storage and no volume; leave it out, or take a type ` +
				`without local storage`},
		{"a volume of an unknown type", on("ml.z9.xlarge", inference.InstanceProps{VolumeSizeGB: 100}), ""},
		{"a long download", on("ml.c6i.xlarge", inference.InstanceProps{ModelDataDownloadTimeout: 2 * time.Hour}),
			at + `ModelDataDownloadTimeout: got 2h: this is whole seconds from 1m to 1h; leave it out for SageMaker's own`},
		{"a short start", on("ml.c6i.xlarge", inference.InstanceProps{ContainerStartupHealthCheckTimeout: 59 * time.Second}),
			at + `ContainerStartupHealthCheckTimeout: got 59s: this is whole seconds from 1m to 1h; leave it out for ` +
				`SageMaker's own`},
		{"an image of EC2", on("ml.g5.xlarge", inference.InstanceProps{InferenceAMIVersion: "ami-0123"}),
			at + `InferenceAMIVersion: got "ami-0123": an image is alN-ami-sagemaker-inference-gpu-VERSION or ` +
				`-neuron-VERSION; such as "al2023-ami-sagemaker-inference-gpu-4-1"`},
		{"an image for other accelerators",
			on("ml.inf2.xlarge", inference.InstanceProps{InferenceAMIVersion: "al2-ami-sagemaker-inference-gpu-2"}),
			at + `InferenceAMIVersion: got "al2-ami-sagemaker-inference-gpu-2": the image is for gpu accelerators, and ` +
				`ml.inf2.xlarge has neuron; take an image for neuron`},
		{"a core dump to nowhere", on("ml.c6i.xlarge", inference.InstanceProps{CoreDump: &inference.CoreDumpProps{}}),
			at + `CoreDump.DestinationS3URI: a core dump goes to S3; such as "s3://dumps-eu-west-1/odds"`},
		{"a core dump to a file", on("ml.c6i.xlarge", inference.InstanceProps{CoreDump: &inference.CoreDumpProps{
			DestinationS3URI: "/tmp"}}),
			at + `CoreDump.DestinationS3URI: got "/tmp": a path is s3://BUCKET/PREFIX of at most 512 characters, without ` +
				`*, ? and $; such as "s3://answers-eu-west-1/odds"`},
		{"a session without a network", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{Model: isolated, InstanceType: "ml.c6i.xlarge", Instances: inference.InstanceProps{EnableSSMAccess: true}}}},
			at + `EnableSSMAccess: got true: no session starts in a container that is isolated from the network; make the ` +
				`model with AllowNetworkAccess, or leave it out`},

		{"a session in an isolated component", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 2},
				Instances: inference.InstanceProps{EnableSSMAccess: true}}}},
			at + `EnableSSMAccess: got true: no session starts in a container that is isolated from the network; set ` +
				`AllowNetworkAccess, or leave it out`},

		{"pools beside a type", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{Model: open, InstanceType: "ml.c6i.xlarge", InstancePools: []inference.InstancePool{pool("ml.c7i.xlarge")}}}},
			`Variants[0].InstancePools: got 1: pools take the place of the one instance type; leave out one of ` +
				`InstanceType and InstancePools`},
		{"six pools", pools(pool("ml.g4dn.xlarge"), pool("ml.g5.xlarge"), pool("ml.g6.xlarge"), pool("ml.g6e.xlarge"),
			pool("ml.p3.2xlarge"), pool("ml.g7e.2xlarge")),
			`Variants[0].InstancePools: got 6: a variant has at most 5 pools; keep the types that you want most`},
		{"a pool of nothing", pools(pool("")),
			`Variants[0].InstancePools[0].InstanceType: a pool needs an instance type; such as "ml.g6.2xlarge"`},
		{"a pool of EC2's", pools(pool("g6.xlarge")),
			`Variants[0].InstancePools[0].InstanceType: got "g6.xlarge": a SageMaker instance type is ml.FAMILY.SIZE; ` +
				`write ml.g6.xlarge`},
		{"two pools of one type", pools(pool("ml.g6.xlarge"), pool("ml.g6.xlarge")),
			`Variants[0].InstancePools[1].InstanceType: got "ml.g6.xlarge": another pool has the same type; leave one of ` +
				`them out`},
		{"a priority of 6", pools(inference.InstancePool{InstanceType: "ml.g6.xlarge", Priority: 6}),
			`Variants[0].InstancePools[0].Priority: got 6: a priority is 1, the highest, to 5; leave it out for the place ` +
				`in the list`},
		{"two pools of one priority", pools(inference.InstancePool{InstanceType: "ml.g5.xlarge", Priority: 2}, pool("ml.g6.xlarge")),
			`Variants[0].InstancePools[1].Priority: got 2: another pool has the same priority; give each pool a priority ` +
				`of its own`},
		{"a pool's model beside components", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{InstancePools: []inference.InstancePool{{InstanceType: "ml.g6.xlarge", Model: open}},
				ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 2}}}},
			`Variants[0].InstancePools[0].Model: inference components have models of their own; leave it out`},

		{"instances of a serverless variant", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{{
			Model: open, Serverless: &inference.ServerlessProps{MemoryMB: 1024, MaxConcurrency: 1},
			InstancePools: []inference.InstancePool{pool("ml.g6.xlarge")},
			Instances:     inference.InstanceProps{VolumeSizeGB: 1, CoreDump: &inference.CoreDumpProps{}}}}},
			strings.Join([]string{
				`Variants[0].InstancePools: got 1: a serverless variant has no instances; leave it out, or leave Serverless out`,
				`Variants[0].Instances.VolumeSizeGB: a serverless variant has no instances; leave it out, or leave Serverless out`,
				`Variants[0].Instances.CoreDump: a serverless variant has no instances; leave it out, or leave Serverless out`,
			}, "\n")},
	})
}

func TestEndpointProblems(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	open := inference.NewModel(stack, "Open", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true})
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	bucket := awss3.Bucket_FromBucketName(stack, jsii.String("Bucket"), jsii.String("given"))
	main := inference.VariantProps{Model: model, InstanceType: "ml.c6i.xlarge"}
	named := func(name, instanceType string) inference.VariantProps {
		return inference.VariantProps{Name: name, Model: model, InstanceType: instanceType}
	}
	serverless := inference.VariantProps{
		Name: "next", Model: open, Serverless: &inference.ServerlessProps{MemoryMB: 1024, MaxConcurrency: 1}}
	managed := inference.VariantProps{Name: "next", InstanceType: "ml.g6.xlarge",
		ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 2}}
	shadow := func(production, shadow inference.VariantProps) validator {
		return inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{production},
			ShadowVariants: []inference.VariantProps{shadow}}
	}
	capture := func(p inference.DataCaptureProps) validator {
		return inference.EndpointProps{EndpointName: "odds", DataCapture: &p, Variants: []inference.VariantProps{main}}
	}
	check(t, []mistake{
		{"a volume key beside local storage", inference.EndpointProps{EndpointName: "odds", VolumeKey: key,
			Variants: []inference.VariantProps{main, named("next", "ml.m6gd.large")}},
			`VolumeKey: Variants[1] has ml.m6gd.large, whose local NVMe storage takes no key; leave it out: the instance ` +
				`encrypts its local storage itself`},
		{"every 20s", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{main},
			Metrics: &inference.MetricsProps{PublishFrequency: 20 * time.Second}},
			`Metrics.PublishFrequency: got 20s: metrics are published every 10s, 30s, 1m, 2m, 3m, 4m or 5m; leave it out ` +
				`for 1m`},

		{"a shadow", shadow(main, named("next", "ml.c7i.xlarge")), ""},
		{"two shadows", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{main},
			ShadowVariants: []inference.VariantProps{named("a", "ml.c6i.xlarge"), named("b", "ml.c6i.xlarge")}},
			`ShadowVariants: got 2: an endpoint with a shadow variant has one production variant and one shadow variant; ` +
				`leave the others out`},
		{"a shadow of an asynchronous endpoint", inference.EndpointProps{EndpointName: "odds",
			Variants: []inference.VariantProps{main}, ShadowVariants: []inference.VariantProps{named("next", "ml.c6i.xlarge")},
			Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers"}},
			`ShadowVariants: got 1: an asynchronous endpoint has no shadow variant; leave out one of ShadowVariants and ` +
				`Asynchronous`},
		{"a shadow of the same name", shadow(main, named("", "ml.c6i.xlarge")),
			`ShadowVariants[0].Name: got "main": Variants[0] has the same name; give each variant a name of its own`},
		{"a serverless shadow", shadow(main, serverless),
			`ShadowVariants[0].Serverless: a shadow variant runs on instances; give InstanceType in place of it`},
		{"a shadow for components", shadow(main, managed),
			`ShadowVariants[0].ManagedInstances: a shadow variant serves a model; give Model in place of it`},
		{"a shadow of a serverless variant", shadow(serverless, main),
			`Variants[0].Serverless: a serverless endpoint has no shadow variant; leave out one of Serverless and ` +
				`ShadowVariants`},
		{"a shadow of components", shadow(managed, main),
			`Variants[0].ManagedInstances: a shadow gets the requests of a model, not of components; leave out one of ` +
				`ManagedInstances and ShadowVariants`},
		{"a shadow on Inf1", shadow(main, named("next", "ml.inf1.xlarge")),
			`ShadowVariants[0].InstanceType: got "ml.inf1.xlarge": Inf1 instances do not go with a shadow variant; take ` +
				`another type`},

		{"nothing is captured", capture(inference.DataCaptureProps{}),
			`DataCapture.SamplingPercent: got 0: 1 to 100 percent of the requests are captured; such as 10; leave ` +
				`DataCapture out to capture nothing`},
		{"capture to a file", capture(inference.DataCaptureProps{SamplingPercent: 1, DestinationS3URI: "/tmp"}),
			`DataCapture.DestinationS3URI: got "/tmp": a path is s3://BUCKET/PREFIX of at most 512 characters, without *, ` +
				`? and $; such as "s3://answers-eu-west-1/odds"`},
		{"capture to two places", capture(inference.DataCaptureProps{
			SamplingPercent: 1, DestinationS3URI: "s3://captured", Bucket: bucket, Prefix: "odds"}),
			"DataCapture.Bucket: DestinationS3URI names a bucket; leave out one of Bucket and DestinationS3URI\n" +
				`DataCapture.Prefix: got "odds": DestinationS3URI has the prefix; append it there`},
		{"a wild prefix", capture(inference.DataCaptureProps{SamplingPercent: 1, Prefix: "*"}),
			`DataCapture.Prefix: got "*": a prefix has at most 400 characters, without *, ?, $ and spaces, and begins with ` +
				`no slash; such as "captured/odds"`},
		{"a given bucket's lifecycle", capture(inference.DataCaptureProps{
			SamplingPercent: 1, Bucket: bucket, Retention: 24 * time.Hour}),
			`DataCapture.Retention: got 24h: a bucket that stands has its own lifecycle; leave it out`},
		{"an hour", capture(inference.DataCaptureProps{SamplingPercent: 1, Retention: time.Hour}),
			`DataCapture.Retention: got 1h: a bucket deletes after whole days, one or more; such as 30 × 24 hours`},
		{"an unknown mode", capture(inference.DataCaptureProps{SamplingPercent: 1, CaptureModes: []string{"Both"}}),
			`DataCapture.CaptureModes[0]: got "Both": "Input" and "Output" are captured; leave CaptureModes out for both`},
		{"a mode twice", capture(inference.DataCaptureProps{SamplingPercent: 1, CaptureModes: []string{"Input", "Input"}}),
			`DataCapture.CaptureModes[1]: got "Input": the mode is there twice; leave it out here`},
		{"no content type", capture(inference.DataCaptureProps{SamplingPercent: 1, CSVContentTypes: []string{"csv"}}),
			`DataCapture.CSVContentTypes[0]: got "csv": a content type is TYPE/SUBTYPE of letters, digits and hyphens; ` +
				`such as "text/csv" or "application/json"`},
		{"eleven content types", capture(inference.DataCaptureProps{SamplingPercent: 1,
			JSONContentTypes: strings.Split(strings.Repeat(",a/b", 11)[1:], ",")}),
			`DataCapture.JSONContentTypes: got 11: at most 10 content types are kept as text; leave some out`},
		{"capture of a serverless endpoint", inference.EndpointProps{EndpointName: "odds",
			DataCapture: &inference.DataCaptureProps{SamplingPercent: 1}, Variants: []inference.VariantProps{serverless}},
			`Variants[0].Serverless: a serverless endpoint captures no data; leave out one of Serverless and DataCapture`},
	})
}
