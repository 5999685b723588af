package deploy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// preparedFrontend goes below frontend: in environment local.
const preparedFrontend = `frontend:
  capacity:
    requestLatency: 100ms
    reservedConcurrency: 200
    provisionedConcurrency: true
    bytesPerRequest: 4096
  reserveLoadBalancerCapacity: true
`

// asService is what preparedFrontend says of a function, for a service, and with
// a firewall and tokens that are verified.
const asService = `frontend:
  gateway: fargate
  image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/gateway:1.0.0
  capacity:
    requestLatency: 100ms
    requestsPerSecondPerTask: 200
    bytesPerRequest: 4096
  reserveLoadBalancerCapacity: true
  waf:
    sessionHeader: Authorization
    requestsPerSession: 1000
    requestsPerAddress: 100000
    failOpen: true
  authentication:
    jwt:
      issuer: https://login.example.com
      jwksEndpoint: https://login.example.com/.well-known/jwks.json
      audience: https://predictions.example.com
`

// TestAnEventPreparesTheFrontEnd: what is deployed for the gateway and the load
// balancer is what the environment file's event wants, also after its kick-off
// was moved, and after the gateway has become a service, in production, behind
// a firewall and asking for tokens.
func TestAnEventPreparesTheFrontEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	local := start(ctx, t)
	if output, err := (localaws.CDK{AWS: local, Dir: root, Region: region}).Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	file := replace(t, eventFile(t), "frontend:\n", preparedFrontend)
	moved := replace(t, replace(t, file, "2027-05-29T20:00", "2027-06-05T17:30"), "2027-05-29T22:00", "2027-06-05T19:30")
	var before [2][]string
	guarded := replace(t, replace(t, moved, preparedFrontend, asService), "\nregion:", "\nproduction: true\nregion:")
	for i, file := range []string{file, moved, guarded} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "local.yaml"), []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
		cdk := localaws.CDK{AWS: local, Dir: root, Region: region, App: app, Output: t.TempDir(),
			Unvalidated: i > 0, // what follows is in the environments that test/synth validates
			Context:     map[string]string{"env": "local", "environments": dir}}
		if output, err := cdk.Deploy(ctx, "local/*"); err != nil {
			t.Fatalf("deploy: %v\n%s", err, output)
		}
		loaded, err := config.Load(dir, "local")
		if err != nil {
			t.Fatal(err)
		}
		stands, err := local.Snapshot(ctx, region)
		if err != nil {
			t.Fatal(err)
		}
		var floors []string
		if loaded[0].Frontend.Gateway == config.GatewayOnFargate {
			floors = floorsOf(ctx, t, local, types.ServiceNamespaceEcs, serviceStands(ctx, t, local, stands))
			isGuarded(ctx, t, local, stands.LoadBalancers[0])
			cannotBeDestroyed(ctx, t, cdk, stands)
		} else {
			floors = floorsOf(ctx, t, local, types.ServiceNamespaceLambda, "function:"+gatewayFunction(t, stands).Name+":live")
		}
		if diff := cmp.Diff(wantedFloors(loaded[0]), floors); diff != "" {
			t.Errorf("the gateway's floors: %s", diff)
		}
		units := schedulesOf(ctx, t, local)
		if diff := cmp.Diff(wantedSchedules(loaded[0], stands.LoadBalancers[0].ARN), units); diff != "" {
			t.Errorf("capacity units: %s", diff)
		}
		if i == 1 && (slices.Equal(before[0], floors) || slices.Equal(before[1], units)) {
			t.Error("something has stayed where it was before the kick-off was moved")
		}
		before = [2][]string{floors, units}
		operatorSees(ctx, t, local, dir)
	}
}

// wantedFloors are the gateway's scheduled actions, a line each.
func wantedFloors(e config.Environment) []string {
	calendar, ok := e.GatewayEnvironments()
	lines := []string{"0 to 200"}
	if !ok {
		calendar, _ = e.GatewayTasks()
		lines = []string{"2 to 10"} // 14 instances × 100 ÷ (200 × 0.7)
	}
	for _, a := range autoscaling.FloorActions(calendar) {
		lines = append(lines, fmt.Sprint(a.Name, ": ", a.Schedule, " ", a.Timezone, " ", *a.MinCapacity))
	}
	slices.Sort(lines)
	return lines
}

// floorsOf reads the bounds and the scheduled actions of the one target that a
// service has.
func floorsOf(ctx context.Context, t *testing.T, local *localaws.AWS, service types.ServiceNamespace, resourceID string) []string {
	t.Helper()
	client := applicationautoscaling.NewFromConfig(local.Config(region))
	targets, err := client.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: service})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, target := range targets.ScalableTargets {
		if aws.ToString(target.ResourceId) != resourceID {
			t.Errorf("got target %s, want %s", aws.ToString(target.ResourceId), resourceID)
		}
		lines = append(lines, fmt.Sprintf("%d to %d", aws.ToInt32(target.MinCapacity), aws.ToInt32(target.MaxCapacity)))
	}
	pages := applicationautoscaling.NewDescribeScheduledActionsPaginator(client, &applicationautoscaling.DescribeScheduledActionsInput{ServiceNamespace: service})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.ScheduledActions {
			lines = append(lines, fmt.Sprint(aws.ToString(a.ScheduledActionName), ": ", aws.ToString(a.Schedule), " ", aws.ToString(a.Timezone), " ", aws.ToInt32(a.ScalableTargetAction.MinCapacity)))
		}
	}
	slices.Sort(lines)
	return lines
}

// wantedSchedules are what EventBridge Scheduler is to ask for, a line each.
func wantedSchedules(e config.Environment, loadBalancer string) []string {
	calendar, _ := e.CapacityUnits()
	var lines []string
	for _, s := range frontend.ReservationSchedules(calendar) {
		asks := map[string]any{"LoadBalancerArn": loadBalancer, "ResetCapacityReservation": true}
		if s.CapacityUnits > 0 {
			asks = map[string]any{"LoadBalancerArn": loadBalancer, "MinimumLoadBalancerCapacity": map[string]any{"CapacityUnits": s.CapacityUnits}}
		}
		input, err := json.Marshal(asks)
		if err != nil {
			panic(err)
		}
		lines = append(lines, fmt.Sprint(s.Schedule, " ", s.Timezone, " OFF 1800 ", string(input)))
	}
	slices.Sort(lines)
	return lines
}

func schedulesOf(ctx context.Context, t *testing.T, local *localaws.AWS) []string {
	t.Helper()
	client := scheduler.NewFromConfig(local.Config(region))
	listed, err := client.ListSchedules(ctx, &scheduler.ListSchedulesInput{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, summary := range listed.Schedules {
		s, err := client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: summary.Name})
		if err != nil {
			t.Fatal(err)
		}
		const of = "arn:aws:scheduler:::aws-sdk:"
		if aws.ToString(s.Target.Arn) == of+"cloudwatchlogs:putRetentionPolicy" {
			continue // of the monitoring's, which an event does not move
		}
		if got := aws.ToString(s.Target.Arn); got != of+"elasticloadbalancingv2:modifyCapacityReservation" ||
			s.Target.DeadLetterConfig == nil {
			t.Errorf("%s calls %s, with dead letters to %v", aws.ToString(s.Name), got, s.Target.DeadLetterConfig)
		}
		var input map[string]any
		if err := json.Unmarshal([]byte(aws.ToString(s.Target.Input)), &input); err != nil {
			t.Fatal(err)
		}
		sorted, err := json.Marshal(input)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(aws.ToString(s.ScheduleExpression), " ", aws.ToString(s.ScheduleExpressionTimezone), " ", s.FlexibleTimeWindow.Mode, " ",
			aws.ToInt32(s.Target.RetryPolicy.MaximumEventAgeInSeconds), " ", string(sorted)))
	}
	slices.Sort(lines)
	return lines
}
