package stacks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// keyARN is the ARN of the key in AWS KMS whose ID ends in a digit.
func keyARN(digit string) string {
	return "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-00000000000" + digit
}

// actionsOn are the actions that a template allows on a resource, as JSON.
func actionsOn(t *testing.T, of template.Template, resource string) (actions []string) {
	t.Helper()
	for _, s := range of.Statements() {
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var statement struct{ Action, Resource any }
		if err := json.Unmarshal(data, &statement); err != nil {
			t.Fatal(err)
		}
		on, err := json.Marshal(statement.Resource)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(on), resource+`"`) {
			continue
		}
		switch a := statement.Action.(type) {
		case string:
			actions = append(actions, a)
		case []any:
			for _, each := range a {
				actions = append(actions, each.(string))
			}
		}
	}
	return actions
}

// TestAsynchronousKeys: answers are encrypted with the one key, which the role may use
// for that alone, and requests are decrypted with the other.
func TestAsynchronousKeys(t *testing.T) {
	got, _, _ := synthesized(t, "asynchronous")
	async := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["AsyncInferenceConfig"].(map[string]any)
	if key := async["OutputConfig"].(map[string]any)["KmsKeyId"]; key != keyARN("1") {
		t.Errorf("answers are encrypted with %v", key)
	}
	for digit, want := range map[string][]string{
		"1": {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}, "2": {"kms:Decrypt"},
	} {
		if diff := cmp.Diff(want, actionsOn(t, got, keyARN(digit))); diff != "" {
			t.Errorf("key %s (-want +got)\n%s", digit, diff)
		}
	}
}

// configuration is what the endpoint configuration has where minimal.yaml says more of
// its endpoint, with the stack's template.
func configuration(t *testing.T, more string) (map[string]any, template.Template) {
	t.Helper()
	got := stackOf(
		t,
		environment(t, validFile(t, "minimal"), edit{"  name: predictions\n", "  name: predictions\n" + more}),
		"inference",
	)
	return got.One(t, "AWS::SageMaker::EndpointConfig").Properties, got
}

// TestVolumeKey: the volumes are encrypted with the key, and the model's role gets no
// permission for it (fact C62).
func TestVolumeKey(t *testing.T) {
	config, got := configuration(t, "  volumeKeyArn: "+keyARN("1")+"\n")
	if key := config["KmsKeyId"]; key != keyARN("1") {
		t.Errorf("the volume's key is %v", key)
	}
	if actions := actionsOn(t, got, keyARN("1")); len(actions) > 0 {
		t.Errorf("the role may %v with the key", actions)
	}
	got = stackOf(t, environment(t, validFile(t, "serverless"), edit{
		"  name: predictions\n", "  name: predictions\n  volumeKeyArn: " + keyARN("1") + "\n",
	}), "inference")
	if key := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["KmsKeyId"]; key != keyARN("1") {
		t.Errorf("the key of a serverless variant's image is %v", key) // fact G23
	}
}

// TestMetrics: enhanced metrics every 10 s.
func TestMetrics(t *testing.T) {
	config, _ := configuration(t, "  metrics: {enhanced: true, detailedObservability: false, publishFrequency: 10s}\n")
	want := map[string]any{
		"EnableEnhancedMetrics": true, "EnableDetailedObservability": false, "MetricPublishFrequencyInSeconds": 10.0,
	}
	if diff := cmp.Diff(want, config["MetricsConfig"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNothingMore: without the keys, the configuration has none of their properties.
func TestNothingMore(t *testing.T) {
	config, got := configuration(t, "")
	for _, property := range []string{
		"KmsKeyId", "DataCaptureConfig", "MetricsConfig", "ShadowProductionVariants", "AsyncInferenceConfig",
	} {
		if config[property] != nil {
			t.Errorf("%s is %v", property, config[property])
		}
	}
	if buckets := got.All("AWS::S3::Bucket"); len(buckets) > 0 {
		t.Errorf("got %d buckets", len(buckets))
	}
}

// TestDataCapture: a share of requests and answers goes to a folder that stands. The
// model's role may write there, and one other role may read.
func TestDataCapture(t *testing.T) {
	config, got := configuration(t, `  dataCapture:
    samplingPercent: 5
    destinationS3Uri: s3://captured-eu-west-1/predictions
    keyArn: `+keyARN("1")+`
    readerRoleArn: arn:aws:iam::123456789012:role/data/analysts
    captureModes: [Input]
    csvContentTypes: [text/csv]
    jsonContentTypes: [application/json]
`)
	want := map[string]any{
		"EnableCapture": true, "InitialSamplingPercentage": 5.0, "KmsKeyId": keyARN("1"),
		"DestinationS3Uri": "s3://captured-eu-west-1/predictions",
		"CaptureOptions":   []any{map[string]any{"CaptureMode": "Input"}},
		"CaptureContentTypeHeader": map[string]any{
			"CsvContentTypes": []any{"text/csv"}, "JsonContentTypes": []any{"application/json"},
		},
	}
	if diff := cmp.Diff(want, config["DataCaptureConfig"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if buckets := got.All("AWS::S3::Bucket"); len(buckets) > 0 {
		t.Errorf("got %d buckets", len(buckets))
	}
	for role, want := range map[string]map[string][]string{
		"analysts": {
			"captured-eu-west-1/predictions/*": {"s3:GetObject"}, "captured-eu-west-1": {"s3:ListBucket"},
			keyARN("1"): {"kms:Decrypt"},
		},
		"": {
			"captured-eu-west-1/predictions/*": {"s3:AbortMultipartUpload", "s3:PutObject"}, "captured-eu-west-1": nil,
			keyARN("1"): {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"},
		},
	} {
		of := template.Template{Resources: map[string]template.Resource{}}
		for id, r := range got.Resources {
			roles, _ := r.Properties["Roles"].([]any)
			if name, _ := append(roles, "")[0].(string); r.Type == "AWS::IAM::Policy" && name == role {
				of.Resources[id] = r
			}
		}
		for resource, actions := range want {
			if diff := cmp.Diff(actions, actionsOn(t, of, resource)); diff != "" {
				t.Errorf("role %q and %s (-want +got)\n%s", role, resource, diff)
			}
		}
	}
}

// TestDataCaptureInANewBucket: which deletes what is old, and stays.
func TestDataCaptureInANewBucket(t *testing.T) {
	for key, days := range map[string]float64{"": 90, "\n    retentionDays: 30": 30} {
		_, got := configuration(t, "  dataCapture:\n    samplingPercent: 100"+key+"\n")
		bucket := got.One(t, "AWS::S3::Bucket")
		rule := bucket.Properties["LifecycleConfiguration"].(map[string]any)["Rules"].([]any)[0].(map[string]any)
		if rule["ExpirationInDays"] != days {
			t.Errorf("%q: objects expire after %v days, want %v", key, rule["ExpirationInDays"], days)
		}
	}
}

// TestInstancePools: a variant, one of several, and one for components have instance
// types with priorities in place of one.
func TestInstancePools(t *testing.T) {
	want := []any{
		map[string]any{"InstanceType": "ml.g6.12xlarge", "Priority": 2.0},
		map[string]any{"InstanceType": "ml.g5.12xlarge", "Priority": 1.0},
	}
	const pools = "instancePools: [{instanceType: ml.g6.12xlarge, priority: 2}, {instanceType: ml.g5.12xlarge, priority: 1}]"
	for name, e := range map[string]edit{
		"minimal":    {"instanceType: ml.c6i.large", pools},
		"update":     {"instanceType: ml.c6i.large\n", pools + "\n"},
		"components": {"instanceType: ml.g6.12xlarge", pools},
	} {
		got := stackOf(t, environment(t, validFile(t, name), e), "inference")
		variants := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"].([]any)
		variant := variants[0].(map[string]any)
		if diff := cmp.Diff(want, variant["InstancePools"]); diff != "" || variant["InstanceType"] != nil {
			t.Errorf("%s: got the type %v, and pools (-want +got)\n%s", name, variant["InstanceType"], diff)
		}
	}
}

// TestShadowVariant: it serves a model of its own, or the environment's, with a count that
// nothing scales; the production variant is as without it.
func TestShadowVariant(t *testing.T) {
	shadows := func(file string) (map[string]any, template.Template) {
		t.Helper()
		got := stackOf(t, environment(t, file), "inference")
		properties := got.One(t, "AWS::SageMaker::EndpointConfig").Properties
		if n := len(properties["ProductionVariants"].([]any)); n != 1 {
			t.Errorf("got %d production variants", n)
		}
		return properties["ShadowProductionVariants"].([]any)[0].(map[string]any), got
	}
	shadow, got := shadows(validFile(t, "endpoint"))
	model := shadow["ModelName"]
	delete(shadow, "ModelName")
	want := map[string]any{
		"VariantName": "shadow", "InstanceType": "ml.c7i.xlarge", "InitialInstanceCount": 2.0, "InitialVariantWeight": 0.1,
		"RoutingConfig": map[string]any{"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
		"ContainerStartupHealthCheckTimeoutInSeconds": 600.0,
	}
	if diff := cmp.Diff(want, shadow); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := len(got.All("AWS::SageMaker::Model")); n != 2 {
		t.Errorf("got %d models", n)
	}
	production := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"].([]any)[0].(map[string]any)
	if cmp.Equal(production["ModelName"], model) {
		t.Errorf("both serve %v", model)
	}
	if target := got.One(t, targetType).Properties["ResourceId"]; target != "endpoint/predictions/variant/main" {
		t.Errorf("%v scales", target)
	}
	if actions := actionsOn(t, got, keyARN("1")); len(actions) != 3+3+1 { // two models' roles, and the reader
		t.Errorf("the capture's key is used for %v", actions)
	}

	same, got := shadows(validFile(t, "minimal") + "shadowVariant: {name: next, instanceType: ml.c7i.large}\n")
	want = map[string]any{
		"VariantName": "next", "InstanceType": "ml.c7i.large", "InitialInstanceCount": 1.0, "InitialVariantWeight": 1.0,
		"ModelName": map[string]any{"Fn::GetAtt": []any{got.ID(t, "AWS::SageMaker::Model"), "ModelName"}},
	}
	if diff := cmp.Diff(want, same); diff != "" {
		t.Errorf("with the same model (-want +got)\n%s", diff)
	}
}

// TestLogKey: the logs of both gateways are encrypted with the key.
func TestLogKey(t *testing.T) {
	got := stackOf(t, environment(t, validFile(t, "minimal"), edit{"frontend:\n",
		"frontend:\n  canary: {weightPercent: 5}\n  logKeyArn: " + keyARN("1") + "\n"}), "frontend")
	groups := got.All("AWS::Logs::LogGroup")
	if len(groups) != 2 {
		t.Errorf("got %d log groups", len(groups))
	}
	for _, g := range groups {
		if key := g.Properties["KmsKeyId"]; key != keyARN("1") {
			t.Errorf("a log is encrypted with %v", key)
		}
	}
}

// TestAdapters: an adapter stands on its component, has no scaling of its own, and the
// gateway may call it; the endpoint's role may read and decrypt its archive.
func TestAdapters(t *testing.T) {
	stage := environment(t, validFile(t, "components"), edit{"  - name: odds\n", `  - name: odds
    adapters:
      - {name: odds-finals, artifactUrl: s3://models-eu-west-1/finals.tar.gz, artifactKeyArn: ` + keyARN("1") + `}
      - {name: odds-semis, artifactUrl: s3://models-eu-west-1/semis.tar.gz}
`})
	got := stackOf(t, stage, "inference")
	adapters := map[string]any{}
	for _, c := range got.All("AWS::SageMaker::InferenceComponent") {
		if spec := c.Properties["Specification"].(map[string]any); spec["BaseInferenceComponentName"] != nil {
			adapters[c.Properties["InferenceComponentName"].(string)] = spec
		}
	}
	adapter := func(url string) map[string]any {
		return map[string]any{"BaseInferenceComponentName": "odds", "Container": map[string]any{"ArtifactUrl": url}}
	}
	if diff := cmp.Diff(map[string]any{
		"odds-finals": adapter("s3://models-eu-west-1/finals.tar.gz"),
		"odds-semis":  adapter("s3://models-eu-west-1/semis.tar.gz"),
	}, adapters); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := len(got.All(targetType)); n != 2 {
		t.Errorf("%d scale", n)
	}
	if diff := cmp.Diff([]string{"kms:Decrypt"}, actionsOn(t, got, keyARN("1"))); diff != "" {
		t.Errorf("the key (-want +got)\n%s", diff)
	}
	const called = "inference-component/odds-semis"
	if diff := cmp.Diff([]string{"sagemaker:InvokeEndpoint"}, actionsOn(t, stackOf(t, stage, "frontend"), called)); diff != "" {
		t.Errorf("the gateway (-want +got)\n%s", diff)
	}
}
