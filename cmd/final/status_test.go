package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// frontTemplate is the part of an environment's stack frontend that the program looks for.
const frontTemplate = `
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.30.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.30.0.0/24, AvailabilityZone: REGIONa}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.30.1.0/24, AvailabilityZone: REGIONb}}
  LoadBalancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Type: application, Scheme: internal, Subnets: [!Ref A, !Ref B]}
  GatewayCluster: {Type: AWS::ECS::Cluster, Properties: {}}
  GatewayTask:
    Type: AWS::ECS::TaskDefinition
    Properties: {Cpu: "256", Memory: "512", NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE],
      ContainerDefinitions: [{Name: gateway, Image: gateway, Essential: true}]}
  GatewayService:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref GatewayCluster, TaskDefinition: !Ref GatewayTask, LaunchType: FARGATE, DesiredCount: 4}
  GatewayScalingTarget:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ServiceNamespace: ecs
      ScalableDimension: ecs:service:DesiredCount
      ResourceId: !Sub service/${GatewayCluster}/${GatewayService.Name}
      MinCapacity: 4
      MaxCapacity: 20
`

// withFront adds a gateway on Fargate to the environment, and its stack.
func (n night) withFront() {
	n.t.Helper()
	n.environment("prod", nightFile+`  gateway: fargate
  image: 123456789012.dkr.ecr.REGION.amazonaws.com/gateway:1
  capacity: {requestLatency: 50ms, requestsPerSecondPerTask: 500, maxTasks: 20}
`)
	n.stack("prod-frontend", frontTemplate)
}

func (n night) stack(name, template string) {
	n.t.Helper()
	template = strings.ReplaceAll(template, "REGION", n.region)
	_, err := cloudformation.NewFromConfig(n.aws.Config(n.region)).CreateStack(n.t.Context(),
		&cloudformation.CreateStackInput{StackName: &name, TemplateBody: &template})
	n.must(err)
}

func (n night) cloudwatch() *cloudwatch.Client {
	return cloudwatch.NewFromConfig(n.aws.Config(n.region))
}

// publishes puts the gateway's metrics of one minute.
func (n night) publishes(at string, values map[string]float64) {
	n.t.Helper()
	when, err := time.Parse(time.RFC3339, at)
	n.must(err)
	in := &cloudwatch.PutMetricDataInput{Namespace: aws.String("SageMakerInference/Gateway")}
	for name, value := range values {
		in.MetricData = append(in.MetricData, cwtypes.MetricDatum{MetricName: &name, Value: &value, Timestamp: &when,
			Dimensions: []cwtypes.Dimension{{Name: aws.String("EndpointName"), Value: aws.String("predictions")}}})
	}
	_, err = n.cloudwatch().PutMetricData(n.t.Context(), in)
	n.must(err)
}

// alarm makes an alarm that is in a state.
func (n night) alarm(name string, state cwtypes.StateValue) {
	n.t.Helper()
	_, err := n.cloudwatch().PutMetricAlarm(n.t.Context(), &cloudwatch.PutMetricAlarmInput{AlarmName: &name,
		Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations"), Statistic: cwtypes.StatisticSum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1),
		ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold})
	n.must(err)
	_, err = n.cloudwatch().SetAlarmState(n.t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: &name,
		StateValue: state, StateReason: aws.String("test")})
	n.must(err)
}

// TestStatusOfAGoodNight shows what stands along the path of a request; nothing is wrong.
func TestStatusOfAGoodNight(t *testing.T) {
	n := newNight(t, "us-east-2")
	n.withFront()
	n.register(20, 40)
	n.publishes("2027-05-29T20:03:30Z", map[string]float64{"ArrivedRequests": 60000, "LatencyP50": 40})
	n.publishes("2027-05-29T20:04:30Z", map[string]float64{"ArrivedRequests": 90000, "ShedRequests": 900,
		"LatencyP50": 41.4, "LatencyP90": 60, "LatencyP99": 88})
	n.publishes("2027-05-29T20:05:00Z", map[string]float64{"ArrivedRequests": 5}) // a minute that has just begun
	got := n.run(during, "status")
	want := `prod, us-east-2: endpoint predictions is InService
Sat 29 May 21:05 BST (20:05 UTC)

TRAFFIC in the minute from 21:04 BST
  offered 1500 requests/s, shed 1.0 %, p50 41 ms, p90 60 ms, p99 88 ms
  load balancer: 0 capacity units reserved, expected 0

SCALED                      FLOOR   MIN   MAX  DESIRED  IN SERVICE  STARTING
variant main                   20    20    40       20          20         0
gateway                         4     4    20        4           4         0

LAST SCALING: none

ALARMS: none in ALARM

NEXT
  Sat 29 May 23:00 BST (22:00 UTC)  variant main: minimum 13 (final)
`
	if !strings.HasPrefix(got.out, want) || got.status != 0 {
		t.Errorf("got status %d\n%s\nwant\n%s", got.status, got.out, want)
	}
	n.narrow(got.out)

	var p page
	asJSON := n.run(during, "status", "--json")
	n.must(json.Unmarshal([]byte(asJSON.out), &p))
	if asJSON.status != 0 || p.SchemaVersion != pageVersion || p.Traffic.OfferedRequestsPerSecond != 1500 ||
		len(p.Scaled) != 2 || *p.Scaled[0].Min != 20 || len(p.Wrong) != 0 || p.Scaled[1].Kind != "gateway" {
		t.Errorf("got status %d\n%s", asJSON.status, asJSON.out)
	}
}

// narrow wants no line that is wider than the screen, and no colours.
func (n night) narrow(out string) {
	n.t.Helper()
	for line := range strings.Lines(out) {
		if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > columns || strings.Contains(line, "\x1b") {
			n.t.Errorf("not a line of the screen: %q", line)
		}
	}
}

// TestStatusOfABadNight: each thing that is wrong has its line, and the exit status is 1.
func TestStatusOfABadNight(t *testing.T) {
	n := newNight(t, "sa-east-1")
	n.withFront()
	n.run(during, "status").is(t, 1, "WRONG variant main: the minimum is 6, and the calendar (final) expects 20")
	n.run("2027-05-29T18:31:00Z", "status").is(t, 0, "note variant main: the minimum is 6, and becomes 20 now")
	n.run(before, "status").is(t, 0, "Sat 29 May 19:30 BST (18:30 UTC) variant main: minimum 20 (final)")

	n.run(during, "floor", "40", "--until", "22:00", "--yes").is(t, 0)
	n.run(during, "status").is(t, 1, "WRONG variant main: suspended by final: scheduled scaling",
		"note variant main: it is at its maximum of 40: it cannot grow",
		"held by hand: floor 40 since Sat 21:05 BST, until Sat 22:00 BST")
	n.run(during, "status").is(t, 1, "SUSPENDED variant main: minimum 13 (final)")
	_, err := n.cloudwatch().SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String("final-reminder-predictions"), StateValue: cwtypes.StateValueAlarm,
		StateReason: aws.String("due")})
	n.must(err)
	n.run("2027-05-29T21:00:00Z", "status").is(t, 1, "notice final-reminder-predictions since",
		"the floor of 40 is overdue since Sat 29 May 22:00 BST (21:00 UTC): "+
			"run final resume --env prod")
	n.run(during, "freeze", "--yes").is(t, 0)
	n.run(during, "status").is(t, 1, "suspended by final: scheduled scaling, scale-in", "suspended: scheduled, scaleIn")

	// A deployment registers the template's bounds (fact C24).
	n.must(register(t.Context(), n.aws.Config(n.region), endpointScaled(n.load())[0], 6, autoscaling.SuspendedState{}))
	n.run(during, "status").is(t, 1, "the floor of 40, set at Sat 29 May 21:05 BST (20:05 UTC), does not stand",
		"it was frozen at Sat 29 May 21:05 BST (20:05 UTC), and scale-in is not suspended")
	n.run(during, "resume", "--yes").is(t, 0)
	n.run(during, "status").is(t, 0)

	// The gateway is named, and taken back with the rest.
	n.run(during, "floor", "9", "--of", "gateway", "--yes").is(t, 0, "gateway of predictions in sa-east-1: "+
		"the minimum becomes 9 tasks, from 4; the maximum stays 20.")
	n.run(during, "status").is(t, 1, "WRONG gateway: suspended by final: scheduled scaling")
	n.run(during, "floor", "21", "--of", "gateway", "--yes").is(t, 2, "gateway scales to 20 tasks at most",
		"(frontend.capacity.maxTasks, then make deploy ENV=prod)")
	n.run(during, "resume", "--yes").is(t, 0, "gateway of predictions")
	n.run(during, "status").is(t, 0)

	// Alarms of this environment, and of others.
	for _, name := range []string{
		"prod-monitoring-Critical-1A", "prod-inference-Emergency-2B", "prod-2-monitoring-Critical-3C",
	} {
		n.alarm(name, cwtypes.StateValueAlarm)
	}
	n.alarm("prod-monitoring-Warning-4D", cwtypes.StateValueOk)
	got := n.run(during, "status")
	got.is(t, 1, "WRONG a critical alarm is in ALARM: prod-monitoring-Critical-1A",
		"critical prod-monitoring-Critical-1A since",
		"alarm prod-inference-Emergency-2B since")
	if strings.Contains(got.out, "prod-2-") || strings.Contains(got.out, "Warning-4D") {
		t.Errorf("got %s", got.out)
	}
	n.narrow(got.out)
}

// TestStatusShowsTheRest: a part that cannot be read says why, and the rest is shown. What
// says whether something is wrong has to be read.
func TestStatusShowsTheRest(t *testing.T) {
	n := newNight(t, "eu-central-1")
	n.withFront()
	n.register(20, 40)
	missing := func(action string) fault {
		return fault{action: action, code: "InternalFailure", message: "not implemented", status: http.StatusNotImplemented}
	}
	for _, c := range []struct {
		fault  fault
		status int
		want   string
	}{
		{denied("GetMetricData"), 0, "traffic: cloudwatch:GetMetricData: AccessDeniedException: " +
			"User is not authorized to perform this action; use credentials that may call cloudwatch:GetMetricData"},
		{missing("DescribeCapacityReservation"), 0,
			"load balancer: elasticloadbalancing:DescribeCapacityReservation is not supported here"},
		{denied("DescribeCapacityReservation"), 0, "may call elasticloadbalancing:DescribeCapacityReservation"},
		{denied("DescribeScalingActivities"), 0, "LAST SCALING: unknown"},
		{denied("DescribeScalableTargets"), 1, "target of variant main: application-autoscaling:DescribeScalableTargets"},
		{denied("DescribeAlarms"), 1, "ALARMS: unknown"},
		{denied("ListStackResources"), 1, "may call cloudformation:ListStackResources"},
		{denied("DescribeServices"), 1, "may call ecs:DescribeServices"},
		{denied("DescribeEndpoint"), 1, "endpoint predictions is unknown"},
		{denied("ListTags"), 1, "may call sagemaker:ListTags"},
	} {
		n.behind(c.fault)
		got := n.run(during, "status")
		got.is(t, c.status, c.want, "SCALED", "NEXT")
		n.narrow(got.out)
	}
}

// TestAFrontEndThatDoesNotScale may stay unread: nothing of it can be wrong.
func TestAFrontEndThatDoesNotScale(t *testing.T) {
	n := newNight(t, "eu-central-2")
	n.register(20, 40)
	n.run(during, "status").is(t, 0, "front end: cloudformation:ListStackResources: ValidationError",
		"load balancer: capacity units unknown")
}

// TestNotScaledInPlainWords: the reasons of the last activities.
func TestNotScaledInPlainWords(t *testing.T) {
	n := newNight(t, "us-east-1")
	n.withFront()
	n.register(20, 40)
	n.behind(fault{action: "DescribeScalingActivities", reply: `{"ScalingActivities": [
		{"ActivityId": "1", "StartTime": 1811621000, "StatusCode": "Failed",
		 "StatusMessage": "Cannot update in-progress endpoint",
		 "Description": "Setting desired instance count to 22.", "Cause": "minimum", "ResourceId": "r",
		 "ScalableDimension": "sagemaker:variant:DesiredInstanceCount", "ServiceNamespace": "sagemaker"},
		{"ActivityId": "2", "StartTime": 1811621060, "StatusCode": "Unfulfilled", "StatusMessage": "no", "Cause": "alarm",
		 "Description": "Attempting to scale due to alarm triggered.", "ResourceId": "r",
		 "ScalableDimension": "sagemaker:variant:DesiredInstanceCount", "ServiceNamespace": "sagemaker",
		 "NotScaledReasons": [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 40, "CurrentCapacity": 40},
			{"Code": "AutoScalingAnticipatedFlapping"}, {"Code": "SomethingNew"}]}]}`})
	got := n.run(during, "status")
	got.is(t, 0, "21:03 variant main: Setting desired instance count to 22: Cannot update in-progress endpoint (Failed)",
		"21:04 variant main: Attempting to scale due to alarm triggered: no (Unfulfilled); not scaled: it is at its maximum "+
			"of 40 instances; scaling in would be followed by scaling out at once; SomethingNew")
	if strings.Index(got.out, "21:04 ") > strings.Index(got.out, "21:03 ") {
		t.Errorf("the newest is not the first:\n%s", got.out)
	}
	n.narrow(got.out)
}

// TestWatchNeedsATerminal: elsewhere it would write screens into a file.
func TestWatchNeedsATerminal(t *testing.T) {
	n := newNight(t, "ap-southeast-1")
	n.run(during, "status", "--watch").is(t, 2, "--watch: it needs a terminal")
	n.run(during, "status", "--watch", "--json").is(t, 2, "give one of the two")
}

// TestColoursAreForTerminals: what is wrong has a word in any case.
func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	p := page{Wrong: []string{"the minimum is 6"}, Alarms: []alarmPage{{Name: "a", Severity: critical}}}
	var with, without strings.Builder
	_ = p.write(&with, time.UTC, true)
	_ = p.write(&without, time.UTC, false)
	bare := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(with.String(), "")
	if with.String() == bare || bare != without.String() || !strings.Contains(bare, "WRONG   the minimum is 6") {
		t.Errorf("got\n%s\nand\n%s", with.String(), without.String())
	}
}

// TestWrap breaks lines at spaces, and cuts what is longer than a line.
func TestWrap(t *testing.T) {
	t.Parallel()
	got := wrap("one two three fourteenletters €", 8)
	if !slices.Equal(got, []string{"one two", "three", "fourtee…", "€"}) {
		t.Errorf("got %q", got)
	}
}
