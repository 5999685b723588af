package deploy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

// scripted is one environment on a local AWS, on the night of its event. The clock is the
// test's: what AWS does by itself happens when the test says so.
type scripted struct {
	t       *testing.T
	ctx     context.Context
	local   *localaws.AWS
	program string // cmd/final, built
	files   string // the folder of the environment's file
	now     time.Time
	applied time.Time // until when scheduled actions have run

	service, balancer, group string // what CDK and CloudFormation have named

	mu   sync.Mutex
	told []string // the subjects of what the topic has told
}

// clock moves the clock to a time of the night, in UTC.
func (n *scripted) clock(text string) {
	n.t.Helper()
	at, err := time.Parse("15:04", text)
	n.must(err)
	n.now = time.Date(2027, time.May, 29, at.Hour(), at.Minute(), 0, 0, time.UTC)
}

func (n *scripted) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// ran is what a run of the program did.
type ran struct {
	status int
	out    string
}

// is wants an exit status, and texts in what was printed, however its lines break.
func (r ran) is(t *testing.T, status int, texts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("got status %d, want %d", r.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(strings.Join(strings.Fields(r.out), " "), text) {
			t.Errorf("want %q", text)
		}
	}
	if t.Failed() {
		t.Fatalf("printed with status %d\n%s", r.status, r.out)
	}
}

// command is a run of the program at the test's time. environ comes on top of what leads
// to the local AWS.
func (n *scripted) command(files string, environ []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(n.ctx, n.program, append(args, "--env", "night", "--environments", files,
		"--now", n.now.Format(time.RFC3339))...)
	cmd.Env = append(n.local.Environ(region), environ...)
	return cmd
}

// final runs the program.
func (n *scripted) final(args ...string) ran {
	n.t.Helper()
	return n.finish(n.command(n.files, nil, args...))
}

func (n *scripted) finish(cmd *exec.Cmd) ran {
	n.t.Helper()
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		n.t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), string(out)}
}

// environment writes the environment's file with changes into a folder of its own.
func (n *scripted) environment(changes ...string) (folder string) {
	n.t.Helper()
	folder = n.t.TempDir()
	text := strings.NewReplacer(changes...).Replace(scriptedFile)
	n.must(os.WriteFile(filepath.Join(folder, "night.yaml"), []byte(text), 0o600))
	return folder
}

// targets are the scalable targets by their resource IDs.
func (n *scripted) targets() map[string]aastypes.ScalableTarget {
	n.t.Helper()
	found := map[string]aastypes.ScalableTarget{}
	for _, namespace := range []aastypes.ServiceNamespace{
		aastypes.ServiceNamespaceSagemaker, aastypes.ServiceNamespaceEcs,
	} {
		page, err := n.scaling().DescribeScalableTargets(n.ctx,
			&aas.DescribeScalableTargetsInput{ServiceNamespace: namespace})
		n.must(err)
		for _, target := range page.ScalableTargets {
			found[aws.ToString(target.ResourceId)] = target
		}
	}
	return found
}

func (n *scripted) scaling() *aas.Client { return aas.NewFromConfig(n.local.Config(region)) }

func (n *scripted) cloudwatch() *cloudwatch.Client {
	return cloudwatch.NewFromConfig(n.local.Config(region))
}

func (n *scripted) sagemaker() *sagemaker.Client {
	return sagemaker.NewFromConfig(n.local.Config(region))
}

// schedule runs the scheduled actions that are due since the last time, in their order, as
// Application Auto Scaling does: by registering the target, unless that is suspended.
func (n *scripted) schedule() (ran, suspended int) {
	n.t.Helper()
	type due struct {
		at     time.Time
		action localaws.ScheduledAction
	}
	var all []due
	stands, err := n.local.Snapshot(n.ctx, region)
	n.must(err)
	for _, a := range stands.ScheduledActions {
		expression, err := schedule.Parse(a.Schedule)
		n.must(err)
		zone, err := schedule.ParseZone(a.Timezone)
		n.must(err)
		for _, at := range expression.StartingAt(a.Start).Between(n.applied, n.now.Add(time.Second), zone) {
			if !at.Before(a.Start) && (a.End.IsZero() || !at.After(a.End)) {
				all = append(all, due{at, a})
			}
		}
	}
	n.applied = n.now.Add(time.Second)
	slices.SortStableFunc(all, func(a, b due) int { return a.at.Compare(b.at) })
	targets := n.targets()
	for _, one := range all {
		target, ok := targets[one.action.ResourceID]
		if !ok {
			n.t.Fatalf("scheduled action %s is of %s, which is not registered", one.action.Name, one.action.ResourceID)
		}
		if s := target.SuspendedState; s != nil && aws.ToBool(s.ScheduledScalingSuspended) {
			suspended++
			continue
		}
		in := &aas.RegisterScalableTargetInput{ServiceNamespace: target.ServiceNamespace, ResourceId: target.ResourceId,
			ScalableDimension: target.ScalableDimension}
		if one.action.Min != nil {
			in.MinCapacity = aws.Int32(int32(*one.action.Min))
		}
		if one.action.Max != nil {
			in.MaxCapacity = aws.Int32(int32(*one.action.Max))
		}
		_, err := n.scaling().RegisterScalableTarget(n.ctx, in)
		n.must(err)
		ran++
	}
	return ran, suspended
}

// traffic is what a minute's metrics show.
type traffic struct {
	// requests are those that arrive in a minute, shed those of them that the gateway sheds.
	requests, shed float64
	latency        time.Duration
}

// minutes puts the metrics of the minutes before now, as AWS and the gateway publish them.
func (n *scripted) minutes(count int, is traffic) {
	n.t.Helper()
	instances, tasks := n.fleets()
	served := is.requests - is.shed
	ms := float64(is.latency.Milliseconds())
	times := func(count int, value float64) []float64 { return slices.Repeat([]float64{value}, max(1, count)) }
	endpoint := map[string]string{autoscaling.EndpointNameDimension: scriptedEndpoint}
	variant := map[string]string{autoscaling.EndpointNameDimension: scriptedEndpoint, autoscaling.VariantNameDimension: "main"}
	balancer := map[string]string{"LoadBalancer": n.balancer}
	group := map[string]string{"LoadBalancer": n.balancer, "TargetGroup": n.group}
	parts := strings.Split(n.service, "/")
	service := map[string]string{"ClusterName": parts[1], "ServiceName": parts[2]}
	type values map[string][]float64
	for i := range count {
		at := n.now.Add(-time.Duration(i+1) * time.Minute)
		for _, published := range []struct {
			namespace  string
			dimensions map[string]string
			values     values
		}{
			{"AWS/ApplicationELB", balancer, values{"RequestCount": {is.requests}}},
			{"AWS/ApplicationELB", group, values{"RequestCount": {is.requests}, "HealthyHostCount": {float64(tasks)},
				"UnHealthyHostCount": {0}, "TargetResponseTime": {is.latency.Seconds()}}},
			{autoscaling.GatewayNamespace, endpoint, values{"ArrivedRequests": {is.requests}, "ShedRequests": {is.shed},
				"SucceededRequests": {served}, "GatewayErrors": {0}, "ThrottledRequests": {0}, "BodyMemoryFull": {0},
				"CredentialRenewalFailures": {0}, "LatencyP50": {ms / 2}, "LatencyP90": {ms * 0.8}, "LatencyP99": {ms}}},
			{"AWS/ECS", service, values{"CPUUtilization": times(tasks, 40), "MemoryUtilization": times(tasks, 40)}},
			{"AWS/SageMaker", variant, values{"Invocations": {served},
				"InvocationsPerInstance": {served / float64(instances)}, "Invocation5XXErrors": {0},
				"ModelLatency": {ms * 900}, "OverheadLatency": {ms * 50}}},
			{"/aws/sagemaker/Endpoints", variant, values{"CPUUtilization": times(instances, 100),
				"MemoryUtilization": times(instances, 50), "DiskUtilization": times(instances, 20)}},
		} {
			n.put(at, published.namespace, published.dimensions, published.values)
		}
	}
}

func (n *scripted) put(at time.Time, namespace string, dimensions map[string]string, values map[string][]float64) {
	n.t.Helper()
	in := &cloudwatch.PutMetricDataInput{Namespace: &namespace}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		d := cwtypes.MetricDatum{MetricName: aws.String(name), Timestamp: aws.Time(at), Values: values[name]}
		for _, key := range slices.Sorted(maps.Keys(dimensions)) {
			d.Dimensions = append(d.Dimensions, cwtypes.Dimension{Name: aws.String(key), Value: aws.String(dimensions[key])})
		}
		in.MetricData = append(in.MetricData, d)
	}
	_, err := n.cloudwatch().PutMetricData(n.ctx, in)
	n.must(err)
}

// fleets are the instances and the tasks that run.
func (n *scripted) fleets() (instances, tasks int) {
	n.t.Helper()
	stands, err := n.local.Snapshot(n.ctx, region)
	n.must(err)
	for _, e := range stands.Endpoints {
		instances = e.Variants[0].CurrentInstances
	}
	for _, s := range stands.Services {
		tasks = s.RunningTasks
	}
	return instances, tasks
}

// tick lets CloudWatch look at its alarms, and returns those in a state, by the logical IDs
// of the stack monitoring, without their hashes.
func (n *scripted) tick(state alarms.State) (in []string) {
	n.t.Helper()
	states, err := alarms.Tick(n.ctx, n.cloudwatch(), n.now)
	n.must(err)
	for name, is := range states {
		if is == state && !strings.HasPrefix(name, "TargetTracking-") {
			in = append(in, n.short(name))
		}
	}
	slices.Sort(in)
	return in
}

// short is an alarm's name without the stack's and without hashes.
func (n *scripted) short(name string) string {
	short, ours := strings.CutPrefix(name, "night-monitoring-Monitoring")
	if at := strings.LastIndex(short, "-"); ours && at > 8 {
		return short[:at-8]
	}
	return name
}

// listen subscribes a server to the topic of the alarms.
func (n *scripted) listen(topic string) {
	n.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m struct{ Type, Subject, Message string }
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &m) != nil || m.Type != "Notification" {
			return
		}
		var alarm struct{ AlarmName, NewStateValue string }
		_ = json.Unmarshal([]byte(m.Message), &alarm)
		n.mu.Lock()
		defer n.mu.Unlock()
		n.told = append(n.told, alarm.NewStateValue+" "+n.short(alarm.AlarmName))
	}))
	n.t.Cleanup(server.Close)
	_, err := sns.NewFromConfig(n.local.Config(region)).Subscribe(n.ctx, &sns.SubscribeInput{
		TopicArn: &topic, Protocol: aws.String("http"), Endpoint: &server.URL})
	n.must(err)
}

// heard returns what the topic has told since the last time.
func (n *scripted) heard() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	told := n.told
	n.told = nil
	slices.Sort(told)
	return told
}

// state is everything that the program may change, as text.
func (n *scripted) state() string {
	n.t.Helper()
	var b bytes.Buffer
	targets := n.targets()
	for _, id := range slices.Sorted(maps.Keys(targets)) {
		target := targets[id]
		fmt.Fprintf(&b, "%s %d to %d", id, *target.MinCapacity, *target.MaxCapacity)
		if s := target.SuspendedState; s != nil {
			fmt.Fprintf(&b, " in=%t out=%t scheduled=%t", aws.ToBool(s.DynamicScalingInSuspended),
				aws.ToBool(s.DynamicScalingOutSuspended), aws.ToBool(s.ScheduledScalingSuspended))
		}
		b.WriteString("\n")
	}
	tags := n.tags()
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		fmt.Fprintf(&b, "tag %s: %s\n", key, tags[key])
	}
	stands, err := n.local.Snapshot(n.ctx, region)
	n.must(err)
	for _, e := range stands.Endpoints {
		fmt.Fprintf(&b, "%s has %d instances\n", e.Name, e.Variants[0].DesiredInstances)
	}
	for _, s := range stands.Services {
		fmt.Fprintf(&b, "the gateway has %d tasks\n", s.DesiredTasks)
	}
	for _, a := range stands.Alarms {
		fmt.Fprintf(&b, "alarm %s: %s to %v\n", a.Name, a.Metric, a.Actions)
	}
	return b.String()
}

// tags are the endpoint's tags that the program has set.
func (n *scripted) tags() map[string]string {
	n.t.Helper()
	e, err := n.sagemaker().DescribeEndpoint(n.ctx,
		&sagemaker.DescribeEndpointInput{EndpointName: aws.String(scriptedEndpoint)})
	n.must(err)
	listed, err := n.sagemaker().ListTags(n.ctx, &sagemaker.ListTagsInput{ResourceArn: e.EndpointArn})
	n.must(err)
	found := map[string]string{}
	for _, tag := range listed.Tags {
		if strings.HasPrefix(*tag.Key, "final/") {
			found[*tag.Key] = *tag.Value
		}
	}
	return found
}
