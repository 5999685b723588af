package inference_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// alarmed is the properties of an alarm on m, without those of the alarm itself.
func alarmed(t *testing.T, stack awscdk.Stack, m awscloudwatch.Metric) object {
	t.Helper()
	alarm := m.CreateAlarm(stack, jsii.String("Alarm"), &awscloudwatch.CreateAlarmOptions{
		Threshold: jsii.Number(1), EvaluationPeriods: jsii.Number(1)})
	got := template.Of(t, stack).One(t, "AWS::CloudWatch::Alarm").Properties
	stack.Node().TryRemoveChild(alarm.Node().Id())
	for _, own := range []string{"ComparisonOperator", "EvaluationPeriods", "Threshold"} {
		delete(got, own)
	}
	return got
}

func dimensions(pairs ...string) []any {
	var out []any
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, object{"Name": pairs[i], "Value": pairs[i+1]})
	}
	return out
}

func TestMetrics(t *testing.T) {
	byVariant := dimensions("EndpointName", "Odds", "VariantName", "main")
	endpoint := func(stack awscdk.Stack) inference.IEndpoint { return newEndpoint(stack, "Odds") }
	imported := func(stack awscdk.Stack) inference.IEndpoint { return inference.EndpointFromName(stack, "E", "Odds") }
	elsewhere := func(stack awscdk.Stack) inference.IEndpoint {
		return inference.EndpointFromAttributes(stack, "E", inference.EndpointAttributes{
			EndpointName: "Odds", EndpointARN: "arn:aws:sagemaker:eu-west-1:210987654321:endpoint/odds"})
	}
	type get = func(inference.IEndpoint) awscloudwatch.Metric
	for name, test := range map[string]struct {
		endpoint func(awscdk.Stack) inference.IEndpoint
		metric   get
		want     object
	}{
		"invocations are summed": {endpoint,
			func(e inference.IEndpoint) awscloudwatch.Metric { return e.Variant("main").MetricInvocations(nil) },
			object{"Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Statistic": "Sum", "Period": 300.0,
				"Dimensions": byVariant}},
		"latency is averaged": {imported,
			func(e inference.IEndpoint) awscloudwatch.Metric { return e.Variant("main").MetricModelLatency(nil) },
			object{"Namespace": "AWS/SageMaker", "MetricName": "ModelLatency", "Statistic": "Average", "Period": 300.0,
				"Dimensions": byVariant}},
		"options replace the statistic and the period": {endpoint,
			func(e inference.IEndpoint) awscloudwatch.Metric {
				return e.Variant("main").MetricModelLatency(&awscloudwatch.MetricOptions{
					Statistic: jsii.String("p99"), Period: awscdk.Duration_Minutes(jsii.Number(1))})
			},
			object{"Namespace": "AWS/SageMaker", "MetricName": "ModelLatency", "ExtendedStatistic": "p99", "Period": 60.0,
				"Dimensions": byVariant}},
		"an enhanced metric has further dimensions": {endpoint,
			func(e inference.IEndpoint) awscloudwatch.Metric {
				return e.Variant("main").MetricGPUUtilization(&awscloudwatch.MetricOptions{
					DimensionsMap: &map[string]*string{"InstanceId": jsii.String("i-0")}})
			},
			object{"Namespace": "/aws/sagemaker/Endpoints", "MetricName": "GPUUtilization", "Statistic": "Average",
				"Period": 300.0, "Dimensions": dimensions("EndpointName", "Odds", "InstanceId", "i-0", "VariantName", "main")}},
		"a backlog is of the endpoint": {imported,
			func(e inference.IEndpoint) awscloudwatch.Metric { return e.MetricApproximateBacklogSize(nil) },
			object{"Namespace": "AWS/SageMaker", "MetricName": "ApproximateBacklogSize", "Statistic": "Average",
				"Period": 300.0, "Dimensions": dimensions("EndpointName", "Odds")}},
		"another account's is read there": {elsewhere,
			func(e inference.IEndpoint) awscloudwatch.Metric { return e.Variant("main").MetricInvocations(nil) },
			object{"Metrics": []any{object{"AccountId": "210987654321", "Id": "m1", "ReturnData": true,
				"MetricStat": object{"Period": 300.0, "Stat": "Sum", "Metric": object{
					"Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Dimensions": byVariant}}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := template.NewStack(t)
			if diff := cmp.Diff(test.want, alarmed(t, stack, test.metric(test.endpoint(stack)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// newComponent makes an inference component on an endpoint of its own.
func newComponent(stack awscdk.Stack) *inference.InferenceComponent {
	shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{
		EndpointName: "shared", Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge",
			ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}},
	})
	return inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds-a", Endpoint: shared, MinMemoryMB: 1024,
		Model: inference.NewModel(stack, "Shared-Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}}),
	})
}

// TestEveryMetricOfTheModelIsThere: what autoscaling.SageMakerMetrics lists can be had, in
// its namespace and with its dimensions.
func TestEveryMetricOfTheModelIsThere(t *testing.T) {
	stack := template.NewStack(t)
	endpoint, component := newEndpoint(stack, "odds"), newComponent(stack)
	of := map[string]func(string, *awscloudwatch.MetricOptions) awscloudwatch.Metric{
		"EndpointName":             endpoint.Metric,
		"EndpointName VariantName": endpoint.Variant("main").Metric,
		"InferenceComponentName":   component.Metric,
	}
	for namespace, metrics := range autoscaling.SageMakerMetrics() {
		for name, sets := range metrics {
			for _, set := range sets {
				m := of[strings.Join(set, " ")](name, nil)
				data, err := json.Marshal(m.Dimensions())
				if err != nil {
					t.Fatal(err)
				}
				for _, dimension := range set {
					if !strings.Contains(string(data), `"`+dimension+`"`) {
						t.Errorf("%s has %s, without %s", name, data, dimension)
					}
				}
				if got := *m.Namespace() + " " + *m.MetricName(); got != namespace+" "+name {
					t.Errorf("got %s, want %s %s", got, namespace, name)
				}
			}
		}
	}
	got := template.Panics(t, func() { endpoint.Metric("Invocations", nil) }).(error).Error()
	const want = `Metric: got "Invocations": SageMaker publishes no such metric by EndpointName; ` +
		`use one of ApproximateAgeOfOldestRequest, `
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s…", got, want)
	}
}

// TestNamedMetrics: a method is named after its metric, and every one is published.
func TestNamedMetrics(t *testing.T) {
	stack := template.NewStack(t)
	endpoint, component := newEndpoint(stack, "odds"), newComponent(stack)
	variant := endpoint.Variant("main")
	type method = func(*awscloudwatch.MetricOptions) awscloudwatch.Metric
	sums := []string{"Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors",
		"InvocationsPerInstance", "NoCapacityInvocationFailures", "InvocationsPerCopy"}
	check := func(name string, metric method) {
		statistic := "Average"
		if slices.Contains(sums, name) {
			statistic = "Sum"
		}
		if m := metric(nil); *m.MetricName() != name || *m.Statistic() != statistic {
			t.Errorf("got the %s of %s, want the %s of %s", *m.Statistic(), *m.MetricName(), statistic, name)
		}
	}
	for name, metric := range map[string]method{
		"Invocations": variant.MetricInvocations, "Invocation4XXErrors": variant.MetricInvocation4XXErrors,
		"Invocation5XXErrors": variant.MetricInvocation5XXErrors, "InvocationModelErrors": variant.MetricInvocationModelErrors,
		"InvocationsPerInstance": variant.MetricInvocationsPerInstance, "ModelLatency": variant.MetricModelLatency,
		"ConcurrentRequestsPerModel": variant.MetricConcurrentRequestsPerModel,
		"OverheadLatency":            variant.MetricOverheadLatency, "FirstChunkLatency": variant.MetricFirstChunkLatency,
		"CPUUtilization": variant.MetricCPUUtilization, "CPUUtilizationNormalized": variant.MetricCPUUtilizationNormalized,
		"MemoryUtilization": variant.MetricMemoryUtilization, "DiskUtilization": variant.MetricDiskUtilization,
		"GPUUtilization": variant.MetricGPUUtilization, "GPUUtilizationNormalized": variant.MetricGPUUtilizationNormalized,
		"GPUMemoryUtilization":                        variant.MetricGPUMemoryUtilization,
		"GPUMemoryUtilizationNormalized":              variant.MetricGPUMemoryUtilizationNormalized,
		"ServerlessProvisionedConcurrencyUtilization": variant.MetricServerlessProvisionedConcurrencyUtilization,
		"ApproximateBacklogSize":                      endpoint.MetricApproximateBacklogSize,
		"ApproximateBacklogSizePerInstance":           endpoint.MetricApproximateBacklogSizePerInstance,
		"ApproximateAgeOfOldestRequest":               endpoint.MetricApproximateAgeOfOldestRequest,
		"HasBacklogWithoutCapacity":                   endpoint.MetricHasBacklogWithoutCapacity,
	} {
		check(name, metric)
	}
	for name, metric := range map[string]method{
		"Invocations": component.MetricInvocations, "Invocation4XXErrors": component.MetricInvocation4XXErrors,
		"Invocation5XXErrors":          component.MetricInvocation5XXErrors,
		"InvocationModelErrors":        component.MetricInvocationModelErrors,
		"NoCapacityInvocationFailures": component.MetricNoCapacityInvocationFailures,
		"InvocationsPerCopy":           component.MetricInvocationsPerCopy, "ModelLatency": component.MetricModelLatency,
		"ConcurrentRequestsPerCopy":      component.MetricConcurrentRequestsPerCopy,
		"OverheadLatency":                component.MetricOverheadLatency,
		"CPUUtilizationNormalized":       component.MetricCPUUtilizationNormalized,
		"MemoryUtilizationNormalized":    component.MetricMemoryUtilizationNormalized,
		"GPUUtilizationNormalized":       component.MetricGPUUtilizationNormalized,
		"GPUMemoryUtilizationNormalized": component.MetricGPUMemoryUtilizationNormalized,
	} {
		check(name, metric)
	}
}
