package localaws

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestService takes one service from its creation through changes to its end,
// in a region of its own: it looks at all there is.
func TestService(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "us-west-2")
	before := r.inventory()
	r.putCode()
	template := text(t, "testdata/service.yaml")
	golden := text(t, "testdata/service.json")

	// What was made before a failure goes with the stack.
	unknown := strings.Replace(certificate, "/0000", "/1111", 1)
	failed := r.create("service", replaced(t, template, "CertificateArn: !Ref CertificateArn", "CertificateArn: "+unknown))
	contains(t, failed, "AWS::ElasticLoadBalancingV2::Listener Https: create", "certificate was not found")
	must(t, r.delete("service"))
	if diff := cmp.Diff(before, r.inventory()); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}

	must(t, r.create("service", template))
	created := r.snapshot()
	if diff := cmp.Diff(golden, anonymous(t, created)); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	contains(t, r.update("service", template), "No updates are to be performed")
	r.invoke()

	// The fleet has been scaled out when a new model, higher bounds, a new
	// target and one scheduled action less are deployed.
	r.scaleOut(9)
	template = replaced(t, template, "model:1", "model:2")
	template = replaced(t, template, "MaxCapacity: 10\n", "MaxCapacity: 12\n")
	template = replaced(t, template, "TargetValue: 840", "TargetValue: 900")
	template = replaced(t, template, "Threshold: 5", "Threshold: 6")
	template = replaced(t, template, regexp.MustCompile(`(?s) +- ScheduledActionName: final.*?10}\n`).FindString(template), "")
	must(t, r.update("service", template))
	changed := r.snapshot()
	golden = replaced(t, golden, "CREATE_COMPLETE", "UPDATE_COMPLETE")
	golden = replaced(t, golden, `"DesiredInstances": 2`, `"DesiredInstances": 9`)
	golden = replaced(t, golden, `"CurrentInstances": 2`, `"CurrentInstances": 9`)
	golden = replaced(t, golden, "\"Min\": 2,\n   \"Max\": 10", "\"Min\": 2,\n   \"Max\": 12")
	golden = replaced(t, golden, `"Target": 840`, `"Target": 900`)
	golden = replaced(t, golden, `"Threshold": 5`, `"Threshold": 6`)
	golden = replaced(t, golden, regexp.MustCompile(`(?s),\n  \{\n   "Name": "final".*?\n  \}`).FindString(golden), "")
	if diff := cmp.Diff(golden, anonymous(t, changed)); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	was, is := created.Endpoints[0], changed.Endpoints[0]
	if was.ConfigName == is.ConfigName || was.Variants[0].ModelName == is.Variants[0].ModelName {
		t.Errorf("the endpoint has not gone to the new model: %+v", is)
	}
	if inventory := r.inventory(); strings.Contains(fmt.Sprint(inventory), was.Variants[0].ModelName) {
		t.Errorf("the old model is still there: %s", inventory)
	}

	// What AWS refuses (fact C9): the endpoint stays as it is, and the way back is open.
	refused := r.update("service", replaced(t, template, "ml.g6.xlarge", "ml.g6.2xlarge"))
	contains(t, refused, "AWS::SageMaker::Endpoint Endpoint: update", "registered scalable target")
	if s := r.snapshot(); s.Stacks[0].Status != "UPDATE_ROLLBACK_COMPLETE" ||
		!strings.Contains(s.Stacks[0].StatusReason, "registered scalable target") {
		t.Errorf("after a refused update: %+v", s.Stacks)
	} else {
		s.Stacks = changed.Stacks
		if diff := cmp.Diff(changed, s); diff != "" {
			t.Errorf("a refused update leaves (-before +after):\n%s", diff)
		}
	}

	// Without RetainAllVariantProperties an update resets the fleet (fact C7).
	template = replaced(t, template, "model:2", "model:3")
	template = replaced(t, template, "RetainAllVariantProperties: true", "RetainAllVariantProperties: false")
	must(t, r.update("service", template))
	if s := r.snapshot(); s.Stacks[0].Status != "UPDATE_COMPLETE" || s.Endpoints[0].Variants[0].DesiredInstances != 2 {
		t.Errorf("got %+v %+v, want 2 instances", s.Stacks, s.Endpoints)
	}

	// Bounds that are registered again move the fleet into them (fact A39).
	for _, bounds := range []struct {
		old, new string
		want     int
	}{{"MinCapacity: 2\n", "MinCapacity: 3\n", 3}, {"MaxCapacity: 12\n", "MaxCapacity: 7\n", 7}} {
		template = replaced(t, template, bounds.old, bounds.new)
		must(t, r.update("service", template))
		if v := r.snapshot().Endpoints[0].Variants[0]; v.DesiredInstances != bounds.want || v.CurrentInstances != bounds.want {
			t.Errorf("%s got %+v, want %d instances", bounds.new, v, bounds.want)
		}
		r.scaleOut(9)
	}

	changeInPlace(r, template)

	must(t, r.delete("service"))
	if diff := cmp.Diff(before, r.inventory()); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
	if s := r.snapshot(); !cmp.Equal(s, Snapshot{}) {
		t.Errorf("left behind: %+v", s)
	}
	must(t, shared.Err())
}

// changeInPlace changes what CloudFormation changes without replacing it.
func changeInPlace(r inRegion, template string) {
	r.t.Helper()
	was := r.snapshot()
	for _, change := range [][2]string{
		{"Value: service}", "Value: renamed}"},
		{"FromPort: 443, ToPort: 443", "FromPort: 8443, ToPort: 8443"},
		{`Value: "70"}`, `Value: "90"}`},
		{"HealthCheckPath: /ping", "HealthCheckPath: /health"},
		{"Values: [POST]", "Values: [PUT]"},
		{"HTTP_301", "HTTP_302"},
		{"RetentionInDays: 30", "RetentionInDays: 60"},
		{"LOG_LEVEL: info", "LOG_LEVEL: debug"},
		{"MemorySize: 256", "MemorySize: 512"},
		{"logs:PutLogEvents", "logs:CreateLogStream"},
		{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync"},
	} {
		template = replaced(r.t, template, change[0], change[1])
	}
	must(r.t, r.update("service", template))
	is := r.snapshot()
	golden := anonymous(r.t, was)
	for _, change := range [][2]string{
		{`"HealthCheckPath": "/ping"`, `"HealthCheckPath": "/health"`},
		{`"POST"`, `"PUT"`},
		{"HTTP_301", "HTTP_302"},
		{`"LOG_LEVEL": "info"`, `"LOG_LEVEL": "debug"`},
		{`"MemoryMB": 256`, `"MemoryMB": 512`},
		{`"idle_timeout.timeout_seconds": "70"`, `"idle_timeout.timeout_seconds": "90"`},
	} {
		golden = replaced(r.t, golden, change[0], change[1])
	}
	if diff := cmp.Diff(golden, anonymous(r.t, is)); diff != "" {
		r.t.Errorf("changed in place (-want +got):\n%s", diff)
	}
	if was.Functions[0].ARN != is.Functions[0].ARN || was.TargetGroups[0].ARN != is.TargetGroups[0].ARN ||
		was.LoadBalancers[0].ARN != is.LoadBalancers[0].ARN ||
		was.LoadBalancers[0].Listeners[0].ARN != is.LoadBalancers[0].Listeners[0].ARN {
		r.t.Errorf("replaced: was %+v, is %+v", was, is)
	}
	inventory := fmt.Sprint(r.inventory())
	for _, want := range []string{"<value>renamed</value>", "<fromPort>8443</fromPort>", `"retentionInDays": 60`} {
		if !strings.Contains(inventory, want) {
			r.t.Errorf("no %s in %s", want, inventory)
		}
	}
}

// A stack that cannot be created says why, can be described and deleted.
func TestCreateFails(t *testing.T) {
	t.Parallel()
	r := commonRegion(t)
	for name, test := range map[string]struct{ template, want string }{
		"no-endpoint": {
			`{Type: 'AWS::ApplicationAutoScaling::ScalableTarget', Properties: {ServiceNamespace: sagemaker,
        ScalableDimension: 'sagemaker:variant:DesiredInstanceCount', ResourceId: endpoint/none/variant/v,
        MinCapacity: 1, MaxCapacity: 2}}`,
			"endpoint/none/variant/v",
		},
		"bounds": {
			`{Type: 'AWS::ApplicationAutoScaling::ScalableTarget', Properties: {ServiceNamespace: sagemaker,
        ScalableDimension: 'sagemaker:variant:DesiredInstanceCount', ResourceId: endpoint/none/variant/v,
        MinCapacity: 3, MaxCapacity: 2}}`,
			"Maximum capacity cannot be less than minimum capacity",
		},
		"no-target": {
			`{Type: 'AWS::ApplicationAutoScaling::ScalingPolicy', Properties: {PolicyName: p, PolicyType: TargetTrackingScaling,
        ScalingTargetId: 'endpoint/none/variant/v|sagemaker:variant:DesiredInstanceCount|sagemaker',
        TargetTrackingScalingPolicyConfiguration: {TargetValue: 1}}}`,
			"No scalable target registered",
		},
		"custom": {
			`{Type: 'Custom::Thing', Properties: {ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:f'}}`,
			"runs no custom resources",
		},
	} {
		template := "Resources:\n  Log: {Type: 'AWS::Logs::LogGroup'}\n  X: " + test.template +
			"\nOutputs: {Log: {Value: !Ref Log, Export: {Name: " + name + "}}}"
		contains(t, r.create(name, template), " X: create: ", test.want)
		if stack := r.stack(name); stack.Status != "CREATE_FAILED" || !strings.Contains(stack.StatusReason, test.want) {
			t.Errorf("%s is %+v", name, stack)
		}
		must(t, r.delete(name))
		if stack := r.stack(name); stack.Name != "" {
			t.Errorf("%s is still there: %+v", name, stack)
		}
	}
}

// What one stack exports another imports, also when an update has added it.
func TestExports(t *testing.T) {
	t.Parallel()
	r := commonRegion(t)
	exporter := "Resources: {A: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: export-a}}}\n" +
		"Outputs: {A: {Value: !Ref A, Export: {Name: export-a}}, B: {Value: !Sub '${A}-b', Export: {Name: export-b}}}"
	importer := "Resources: {C: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: !Sub '${x}-c'}}}"
	importing := func(name string) string {
		return strings.Replace(importer, "!Sub '${x}-c'", "{'Fn::Join': ['-', [{'Fn::ImportValue': "+name+"}, c]]}", 1)
	}
	must(t, r.create("exporter", replaced(t, exporter, ", B: {Value: !Sub '${A}-b', Export: {Name: export-b}}", "")))
	contains(t, r.create("importer", importing("export-b")), "No export named export-b found")
	must(t, r.delete("importer"))
	must(t, r.create("importer", importing("export-a")))
	must(t, r.update("exporter", exporter))
	must(t, r.update("importer", importing("export-b")))
	if groups := r.inventory()["Logs_20140328.DescribeLogGroups"]; !strings.Contains(groups, `"export-a-b-c"`) || strings.Contains(groups, `"export-a-c"`) {
		t.Errorf("the log groups are %s", groups)
	}
	contains(t, r.create("twice", exporter), "already exists")
	must(t, r.delete("twice"))

	// The newer kind of reference, to an output that is not exported.
	reading := func(output string) string {
		return strings.Replace(importer, "!Sub '${x}-c'", "{'Fn::GetStackOutput': {StackName: exporter, OutputName: "+output+"}}", 1)
	}
	contains(t, r.create("reader", reading("None")), "stack exporter in us-east-1 has no output None")
	must(t, r.delete("reader"))
	must(t, r.create("reader", reading("B")))
	if groups := r.inventory()["Logs_20140328.DescribeLogGroups"]; !strings.Contains(groups, `"export-a-b"`) {
		t.Errorf("the log groups are %s", groups)
	}
	must(t, r.delete("reader"))
	must(t, r.delete("importer"))
	must(t, r.delete("exporter"))
}

// generated is what differs from run to run: the ends of names and ids.
var generated = regexp.MustCompile(`:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|-[0-9A-Z]{12}\b|/[0-9a-f]{16}\b|-[0-9a-f]{17}\b`)

// anonymous is a snapshot as JSON, without what differs from run to run.
func anonymous(t *testing.T, s Snapshot) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	must(t, encoder.Encode(s))
	return generated.ReplaceAllStringFunc(b.String(), func(end string) string { return end[:1] + "…" })
}

// replaced replaces what must be there exactly once.
func replaced(t *testing.T, text, from, to string) string {
	t.Helper()
	if from == "" || strings.Count(text, from) != 1 {
		t.Fatalf("%q is there %d times, want once", from, strings.Count(text, from))
	}
	return strings.Replace(text, from, to, 1)
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
