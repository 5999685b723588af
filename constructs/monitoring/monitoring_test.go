package monitoring_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	settings "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestMain(m *testing.M) { template.Main(m) }

const (
	alarmType     = "AWS::CloudWatch::Alarm"
	compositeType = "AWS::CloudWatch::CompositeAlarm"
)

// imported is the monitoring of an imported endpoint with one variant that scales.
func imported(stack awscdk.Stack, s settings.Settings) *monitoring.Monitoring {
	endpoint := inference.EndpointFromAttributes(stack, "Endpoint", inference.EndpointAttributes{
		EndpointName: "Odds", Variants: map[string]string{"main": "ml.g5.2xlarge"},
	})
	target := scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{Model: autoscaling.ScalableTarget{
		ResourceID: "endpoint/Odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 10,
	}})
	return monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint, Scaling: []monitoring.Capacity{{Target: target}}, Settings: s,
	})
}

// statement is what a policy lets a service do.
func statement(t *testing.T, document any, service string) map[string]any {
	t.Helper()
	for _, s := range document.(map[string]any)["Statement"].([]any) {
		s := s.(map[string]any)
		if p, ok := s["Principal"].(map[string]any); ok && p["Service"] == service {
			return s
		}
	}
	t.Fatalf("no statement for %s in %v", service, document)
	return nil
}

func TestMonitoring(t *testing.T) {
	stack := template.NewStack(t)
	made := imported(stack, settings.Settings{LogRetentionDays: 30, Emails: []string{"on-call@example.com"}})
	got := template.Of(t, stack)
	topic := map[string]any{"Ref": got.ID(t, "AWS::SNS::Topic")}
	ofAlarms := map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": "123456789012"},
		"ArnLike":      map[string]any{"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"},
	}

	t.Run("the key rotates, and serves alarms of this account and topics of this account", func(t *testing.T) {
		key := got.One(t, "AWS::KMS::Key").Properties
		if key["EnableKeyRotation"] != true {
			t.Error("it does not rotate")
		}
		if diff := cmp.Diff(any(ofAlarms), statement(t, key["KeyPolicy"], "cloudwatch.amazonaws.com")["Condition"]); diff != "" {
			t.Error(diff)
		}
		want := any(map[string]any{"ArnLike": map[string]any{
			"kms:EncryptionContext:aws:sns:topicArn": "arn:aws:sns:eu-west-1:123456789012:*",
		}})
		if diff := cmp.Diff(want, statement(t, key["KeyPolicy"], "events.amazonaws.com")["Condition"]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the topic takes TLS alone, from alarms of this account and from EventBridge", func(t *testing.T) {
		if got.One(t, "AWS::SNS::Topic").Properties["KmsMasterKeyId"] == nil {
			t.Error("it is not encrypted")
		}
		policy := got.One(t, "AWS::SNS::TopicPolicy").Properties["PolicyDocument"]
		if diff := cmp.Diff(any(ofAlarms), statement(t, policy, "cloudwatch.amazonaws.com")["Condition"]); diff != "" {
			t.Error(diff)
		}
		if s := statement(t, policy, "events.amazonaws.com"); s["Condition"] != nil || !cmp.Equal(s["Resource"], any(topic)) {
			t.Errorf("got %v: with a condition EventBridge tells nothing", s)
		}
		text, _ := json.Marshal(policy)
		if !strings.Contains(string(text), `"Effect":"Deny"`) || !strings.Contains(string(text), `"aws:SecureTransport":"false"`) {
			t.Errorf("it takes messages without TLS: %s", text)
		}
		address := got.One(t, "AWS::SNS::Subscription").Properties
		want := map[string]any{"Protocol": "email", "Endpoint": "on-call@example.com", "TopicArn": topic}
		if diff := cmp.Diff(want, address); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("each alarm tells the topic, by itself or through one composite alarm", func(t *testing.T) {
		rules := map[settings.Severity]string{}
		for severity, id := range map[settings.Severity]string{
			settings.Critical: *stack.GetLogicalId(made.Affected), settings.Warning: *stack.GetLogicalId(made.AtRisk),
		} {
			composite := got.Resources[id].Properties
			rule, _ := json.Marshal(composite["AlarmRule"])
			rules[severity] = string(rule)
			for _, actions := range []string{"AlarmActions", "OKActions"} {
				if !cmp.Equal(composite[actions], any([]any{topic})) {
					t.Errorf("%s: %s is %v", id, actions, composite[actions])
				}
			}
			if composite["AlarmName"] != nil {
				t.Errorf("%s has a name, so that a second stack collides with it", id)
			}
		}
		if len(made.Alarms) < 5 || len(got.All(alarmType)) != len(made.Alarms) || len(got.All(compositeType)) != 2 {
			t.Fatalf("got %d alarms", len(made.Alarms))
		}
		for _, a := range made.Alarms {
			id := *stack.GetLogicalId(a.Resource)
			for severity, rule := range rules {
				if in := strings.Contains(rule, `{"Ref":"`+id+`"}`); in != (a.Severity == severity) {
					t.Errorf("%s is %s; in the rule of %s: %v", id, a.Severity, severity, in)
				}
			}
			if tells := got.Resources[id].Properties["AlarmActions"] != nil; tells != (a.Severity == settings.Notice) {
				t.Errorf("%s is %s, and tells the topic itself: %v", id, a.Severity, tells)
			}
		}
		if path := *made.Alarms[0].Resource.Node().Path(); path != "test/Monitoring/ErrorRate-main" {
			t.Errorf("an alarm's construct ID has changed to %s, which replaces it", path)
		}
	})
	t.Run("events that no metric shows tell the topic", func(t *testing.T) {
		rules := got.All("AWS::Events::Rule")
		if len(rules) != 3 {
			t.Fatalf("got %d rules", len(rules))
		}
		for _, r := range rules {
			target := r.Properties["Targets"].([]any)[0].(map[string]any)
			transformer := target["InputTransformer"].(map[string]any)
			var message string
			if err := json.Unmarshal([]byte(transformer["InputTemplate"].(string)), &message); err != nil {
				t.Error(err)
			}
			for name := range transformer["InputPathsMap"].(map[string]any) {
				if !strings.Contains(message, "<"+name+">") {
					t.Errorf("%s is not in %q", name, message)
				}
			}
			if !cmp.Equal(target["Arn"], any(topic)) || target["RoleArn"] != nil {
				t.Errorf("got the target %v", target)
			}
		}
	})
	t.Run("the dashboard is JSON", func(t *testing.T) {
		var body map[string]any
		text := plain(got.One(t, "AWS::CloudWatch::Dashboard").Properties["DashboardBody"])
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if len(body["widgets"].([]any)) < 5 || !strings.Contains(text, "eu-west-1") || strings.Contains(text, "${Token") {
			t.Errorf("got %s", text)
		}
	})
	t.Run("the log group that SageMaker makes expires", func(t *testing.T) {
		target := got.One(t, "AWS::Scheduler::Schedule").Properties["Target"].(map[string]any)
		want := `{"LogGroupName":"/aws/sagemaker/Endpoints/Odds","RetentionInDays":30}`
		if target["Input"] != want || target["Arn"] != "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy" {
			t.Errorf("got %v", target)
		}
		group := "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/Odds"
		allowed := got.Statements()[0]
		if allowed["Action"] != "logs:PutRetentionPolicy" || !cmp.Equal(allowed["Resource"], any([]any{group, group + ":*"})) {
			t.Errorf("got %v", allowed)
		}
	})
}

// plain is a text of a template, with a word in place of each reference.
func plain(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	var out strings.Builder
	for _, part := range v.(map[string]any)["Fn::Join"].([]any)[1].([]any) {
		if text, ok := part.(string); ok {
			out.WriteString(text)
		} else {
			out.WriteString("reference")
		}
	}
	return out.String()
}

// TestExistingTopics: they are told, none is made, and kinds that are off are not there.
func TestExistingTopics(t *testing.T) {
	stack := template.NewStack(t)
	topic := "arn:aws:sns:eu-west-1:123456789012:on-call"
	made := imported(stack, settings.Settings{TopicARNs: []string{topic}, Off: []string{"errorRate"}})
	got := template.Of(t, stack)
	for _, kind := range []string{"AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::KMS::Key", "AWS::Scheduler::Schedule"} {
		if n := len(got.All(kind)); n > 0 {
			t.Errorf("got %d of %s", n, kind)
		}
	}
	if made.Topic != nil || made.Key != nil || made.Affected != nil {
		t.Error("there is a topic, a key or a composite alarm of nothing")
	}
	for _, a := range made.Alarms {
		if a.Kind == "errorRate" {
			t.Error("errorRate is off, and there")
		}
	}
	if actions := got.One(t, compositeType).Properties["AlarmActions"]; !cmp.Equal(actions, any([]any{topic})) {
		t.Errorf("got %v", actions)
	}
}

func TestProblems(t *testing.T) {
	stack := template.NewStack(t)
	here := inference.EndpointFromName(stack, "Here", "odds")
	elsewhere := inference.EndpointFromARN(stack, "There", "arn:aws:sagemaker:eu-west-1:999999999999:endpoint/odds")
	var none *inference.Endpoint
	for i, c := range []struct {
		props monitoring.MonitoringProps
		want  string
	}{
		{monitoring.MonitoringProps{}, "Endpoint: an endpoint is watched"},
		{monitoring.MonitoringProps{Endpoint: none}, "Endpoint: an endpoint is watched"},
		{monitoring.MonitoringProps{Endpoint: elsewhere}, "in another account than the stack of its monitoring"},
		{monitoring.MonitoringProps{Endpoint: here, Scaling: []monitoring.Capacity{{}}}, "Scaling[0].Target"},
		{monitoring.MonitoringProps{Endpoint: here, LoadBalancer: "odds"}, "app/NAME/ID"},
		{monitoring.MonitoringProps{Endpoint: here, TargetGroup: "targetgroup/odds/1"}, "give Gateway too"},
		{monitoring.MonitoringProps{Endpoint: here, Variants: []string{"main"}, CanaryOf: map[string]string{"main": "other"}},
			`CanaryOf["main"]: got "other"`},
		{monitoring.MonitoringProps{Endpoint: here, Settings: settings.Settings{Off: []string{"errorrate"}}}, "Settings.Off[0]"},
		{monitoring.MonitoringProps{Endpoint: here, Settings: settings.Settings{
			TopicARNs: []string{"arn:aws:sns:us-east-1:123456789012:on-call"},
		}}, "Settings.TopicARNs[0]"},
	} {
		said := func() (said string) {
			defer func() { said = fmt.Sprint(recover()) }()
			monitoring.NewMonitoring(stack, fmt.Sprintf("Monitoring%d", i), c.props)
			return ""
		}()
		if !strings.Contains(said, c.want) {
			t.Errorf("got %q, want %q", said, c.want)
		}
	}
}
