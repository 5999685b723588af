package frontend_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	frontendscaling "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// calendar returns an endpoint's calendar with one event.
func calendar() events.Calendar {
	return events.Calendar{
		MinCapacity: 2, MaxCapacity: 40, RequestsPerSecondPerInstance: 400, StartTime: 6 * time.Minute,
		Events: []events.Event{{Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 6000}},
	}
}

func capacityUnits() events.Calendar {
	return frontendscaling.LoadBalancerTraffic{BytesPerRequest: 4096, FunctionTarget: true}.CapacityUnits().Calendar(calendar())
}

func newLoadBalancer(stack awscdk.Stack) elb.ApplicationLoadBalancer {
	return elb.NewApplicationLoadBalancer(stack, jsii.String("LoadBalancer"), &elb.ApplicationLoadBalancerProps{Vpc: newVPC(stack)})
}

func TestCapacitySchedule(t *testing.T) {
	stack := template.NewStack(t)
	frontend.NewCapacitySchedule(stack, "Capacity", frontend.CapacityScheduleProps{LoadBalancer: newLoadBalancer(stack), Calendar: capacityUnits()})
	got := template.Of(t, stack)
	balancer := ref(got.ID(t, loadBalancer))
	queue, role := got.ID(t, "AWS::SQS::Queue"), got.ID(t, "AWS::IAM::Role")

	t.Run("it is reserved hours before, asserted once more, and released once", func(t *testing.T) {
		asked := map[string]any{}
		for _, s := range got.All("AWS::Scheduler::Schedule") {
			p := s.Properties
			if p["ScheduleExpressionTimezone"] != "Europe/London" || !cmp.Equal(p["FlexibleTimeWindow"], map[string]any{"Mode": "OFF"}) {
				t.Errorf("got %v", p)
			}
			target := p["Target"].(map[string]any)
			asked[p["ScheduleExpression"].(string)] = scheduleInput(t, target["Input"], balancer)
			delete(target, "Input")
			want := map[string]any{
				"Arn":              "arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyCapacityReservation",
				"RoleArn":          getAtt(role, "Arn"),
				"DeadLetterConfig": map[string]any{"Arn": getAtt(queue, "Arn")},
				"RetryPolicy":      map[string]any{"MaximumEventAgeInSeconds": 1800.0, "MaximumRetryAttempts": 185.0},
			}
			if diff := cmp.Diff(want, target); diff != "" {
				t.Error(diff)
			}
		}
		want := map[string]any{
			"cron(0 18,19 29 5 ? 2027,2192,2196)": map[string]any{"LoadBalancerArn": "LB", "MinimumLoadBalancerCapacity": map[string]any{"CapacityUnits": 240.0}},
			"cron(0 23 29 5 ? 2027,2192,2196)":    map[string]any{"LoadBalancerArn": "LB", "ResetCapacityReservation": true},
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the role may change this load balancer's reservation alone", func(t *testing.T) {
		want := []map[string]any{
			{"Effect": "Allow", "Action": "elasticloadbalancing:ModifyCapacityReservation", "Resource": balancer},
			{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": getAtt(queue, "Arn")},
		}
		if diff := cmp.Diff(want, got.Statements()); diff != "" {
			t.Error(diff)
		}
		trust := got.One(t, "AWS::IAM::Role").Properties["AssumeRolePolicyDocument"].(map[string]any)["Statement"].([]any)
		wantTrust := []any{map[string]any{
			"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": "scheduler.amazonaws.com"},
			"Condition": map[string]any{"StringEquals": map[string]any{
				"aws:SourceAccount": "123456789012", "aws:SourceArn": "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default"}},
		}}
		if diff := cmp.Diff(wantTrust, trust); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("schedules wait for the role's policy", func(t *testing.T) {
		policy := got.ID(t, "AWS::IAM::Policy")
		for _, s := range got.All("AWS::Scheduler::Schedule") {
			if !strings.Contains(strings.Join(s.DependsOn, " "), policy) {
				t.Errorf("got DependsOn %v, want %s", s.DependsOn, policy)
			}
		}
	})
	t.Run("what is refused is kept encrypted, and an alarm says so", func(t *testing.T) {
		if p := got.One(t, "AWS::SQS::Queue").Properties; p["SqsManagedSseEnabled"] != true || p["MessageRetentionPeriod"] != 1209600.0 {
			t.Errorf("got queue %v", p)
		}
		denied := got.One(t, "AWS::SQS::QueuePolicy").Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
		if denied["Effect"] != "Deny" || !cmp.Equal(denied["Condition"], map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}) {
			t.Errorf("got queue policy %v, want TLS alone", denied)
		}
		alarm := got.One(t, "AWS::CloudWatch::Alarm").Properties
		want := map[string]any{
			"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible", "Statistic": "Maximum", "Period": 60.0,
			"Dimensions":         []any{map[string]any{"Name": "QueueName", "Value": getAtt(queue, "QueueName")}},
			"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1.0, "EvaluationPeriods": 1.0, "TreatMissingData": "notBreaching",
			"AlarmDescription": alarm["AlarmDescription"],
		}
		if diff := cmp.Diff(want, alarm); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the load balancer's own template reserves nothing", func(t *testing.T) {
		if p := got.One(t, loadBalancer).Properties; p["MinimumLoadBalancerCapacity"] != nil {
			t.Errorf("got %v", p)
		}
	})
}

// scheduleInput returns the input of a schedule, with LB for the load balancer's ARN.
func scheduleInput(t *testing.T, joined any, balancer map[string]any) map[string]any {
	t.Helper()
	var text strings.Builder
	for _, part := range joined.(map[string]any)["Fn::Join"].([]any)[1].([]any) {
		if s, ok := part.(string); ok {
			text.WriteString(s)
		} else if cmp.Equal(part, balancer) {
			text.WriteString("LB")
		} else {
			t.Errorf("got %v in the input", part)
		}
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(text.String()), &got); err != nil {
		t.Errorf("%s: %v", text.String(), err)
	}
	return got
}

func TestCapacityScheduleValidates(t *testing.T) {
	stack := template.NewStack(t)
	tooMany := capacityUnits()
	tooMany.Events[0].PeakRequestsPerSecond = 400_000
	for _, test := range []struct {
		name  string
		props frontend.CapacityScheduleProps
		want  []string
	}{
		{"nothing", frontend.CapacityScheduleProps{}, []string{
			`LoadBalancer: capacity units are a load balancer's; give one`,
			`Calendar.Events: without events nothing is reserved; add one, or leave the schedule out`,
		}},
		{"more than a load balancer has", frontend.CapacityScheduleProps{LoadBalancer: newLoadBalancer(stack), Calendar: tooMany}, []string{
			`Calendar.Events[0].PeakRequestsPerSecond: got 400000: the event needs 16000 capacity units, and a load balancer has at most 15000; divide the traffic over several load balancers`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := template.Problems(t, "test/"+test.name, func() { frontend.NewCapacitySchedule(stack, test.name, test.props) })
			if diff := cmp.Diff(test.want, strings.Split(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCapacityUnitsAlways: MinimumCapacityUnits is a property of the load balancer,
// and excludes a schedule.
func TestCapacityUnitsAlways(t *testing.T) {
	stack := template.NewStack(t)
	made := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: newVPC(stack), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, MinimumCapacityUnits: 500,
		Gateway: frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack)}),
	})
	want := map[string]any{"CapacityUnits": 500.0}
	if diff := cmp.Diff(want, template.Of(t, stack).One(t, loadBalancer).Properties["MinimumLoadBalancerCapacity"]); diff != "" {
		t.Error(diff)
	}
	err := frontend.CapacityScheduleProps{LoadBalancer: made.Resource, Calendar: capacityUnits()}.Validate()
	if want := "LoadBalancer: its template reserves capacity units all the time, and each deployment would undo what is scheduled; leave its MinimumCapacityUnits out, or the schedule"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	for _, units := range []int{99, 15_001} {
		err := frontend.LoadBalancerProps{MinimumCapacityUnits: units}.Validate()
		if want := "a load balancer reserves 100 to 15000 capacity units"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q within", err, want)
		}
	}
}
