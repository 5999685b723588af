package deploy_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

const (
	scriptedEndpoint = "predictions-night"
	scriptedVariant  = "endpoint/predictions-night/variant/main"
)

// scriptedFile is an environment with the event of one night, in London. An instance serves
// 100 requests/s, of which 70 are planned: the final, from 19:00 to 21:00 UTC, needs 20
// instances.
const scriptedFile = `account: "123456789012"
region: us-east-1
network:
  newVpc: {cidr: 10.40.0.0/16, availabilityZones: [us-east-1a, us-east-1b]}
model:
  image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/predictions:1
  modelDataUrl: s3://predictions-models/1.tar.gz
endpoint: {name: predictions-night}
variant: {instanceType: ml.c6i.large}
capacity: {requestsPerSecondPerInstance: 100, concurrencyPerInstance: 10, startTime: 5m}
scaling: {minCapacity: 6, maxCapacity: 40, safetyFactor: 0.7}
events:
  - {name: final, timezone: Europe/London, starts: 2027-05-29T20:00, ends: 2027-05-29T22:00,
     peakRequestsPerSecond: 1400}
frontend:
  plainHttp: true
  gateway: fargate
  image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/gateway:1
  capacity: {requestLatency: 50ms, requestsPerSecondPerTask: 1500}
monitoring: {latencyObjective: 500ms}
`

// TestNight plays the night of an event: one deployment, and the built cmd/final at the
// times of the night. Nothing runs by itself on the local AWS: the test runs the scheduled
// actions, publishes the metrics and lets the alarms be evaluated.
func TestNight(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	n := newScripted(ctx, t)
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"an hour before: what is wrong is what the local AWS lacks", n.before},
		{"every alarm watches a metric that is published", n.alarmsWatchWhatIs},
		{"quiet", n.quiet},
		{"kick-off: the floor stands", n.kickOff},
		{"surge: users are affected", n.surge},
		{"a floor by hand, and the calendar is suspended", n.floor},
		{"freeze", n.freeze},
		{"a floor while the endpoint is updating, and killed", n.killed},
		{"recovery: it is over", n.recovery},
		{"refusals change nothing", n.refused},
		{"resume: the calendar steers again", n.resume},
		{"the timeline tells the night, twice the same", n.timeline},
	} {
		if !t.Run(step.name, func(t *testing.T) {
			n.t = t
			step.do()
		}) {
			t.FailNow()
		}
	}
	if err := n.local.Err(); err != nil {
		t.Error(err)
	}
}

// newScripted deploys the environment.
func newScripted(ctx context.Context, t *testing.T) *scripted {
	t.Helper()
	n := &scripted{t: t, ctx: ctx, program: filepath.Join(t.TempDir(), "final")}
	build := exec.CommandContext(ctx, "go", "build", "-o", n.program, "./cmd/final")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	n.files, n.local = n.environment(), start(ctx, t)
	cdk := localaws.CDK{AWS: n.local, Dir: root, Region: region, App: app, Output: t.TempDir(), Unvalidated: true,
		Context: map[string]string{"env": "night", "environments": n.files}}
	if output, err := cdk.Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	if output, err := cdk.Deploy(ctx, "night/*"); err != nil {
		t.Fatalf("deploy: %v\n%s", err, output)
	}
	for id := range n.targets() {
		if strings.HasPrefix(id, "service/") {
			n.service = id
		}
	}
	// The local AWS moves a service's tasks into their bounds when they are registered again.
	gateway := n.targets()[n.service]
	_, err := n.scaling().RegisterScalableTarget(ctx, &aas.RegisterScalableTargetInput{
		ServiceNamespace: gateway.ServiceNamespace, ResourceId: gateway.ResourceId,
		ScalableDimension: gateway.ScalableDimension})
	n.must(err)
	stands, err := n.local.Snapshot(ctx, region)
	n.must(err)
	if n.service == "" || len(stands.LoadBalancers) != 1 || len(stands.TargetGroups) != 1 {
		t.Fatalf("got %+v, want a gateway behind a load balancer", stands)
	}
	_, n.balancer, _ = strings.Cut(stands.LoadBalancers[0].ARN, "loadbalancer/")
	_, n.group, _ = strings.Cut(stands.TargetGroups[0].ARN, "targetgroup/")
	n.group = "targetgroup/" + n.group
	n.clock("12:00")
	n.applied = n.now
	n.listen(n.topic())
	return n
}

func (n *scripted) before() {
	n.clock("18:00")
	got := n.final("verify", "--at", "T-60m", "--app", root)
	got.is(n.t, 1)
	var wrong []string
	for _, line := range strings.Split(got.out, "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "wrong" && !slices.Contains(wrong, f[1]) {
			wrong = append(wrong, f[1])
		}
	}
	// No alarm is evaluated yet, no task is a target, and nobody has made the rest.
	want := []string{"roles", "image", "targets", "archive", "alarms"}
	if diff := cmp.Diff(want, wrong); diff != "" {
		n.t.Errorf("wrong (-want +got)\n%s\n%s", diff, got.out)
	}
}

func (n *scripted) quiet() {
	n.clock("18:10")
	n.schedule()
	n.minutes(15, traffic{requests: 6000, latency: 80 * time.Millisecond})
	if wrong, unknown := n.tick(alarms.InAlarm), n.tick(alarms.InsufficientData); len(wrong)+len(unknown) > 0 {
		n.t.Errorf("got %q in ALARM and %q without data, want none", wrong, unknown)
	}
	n.heard() // that the composite alarms have become OK
	n.final("status").is(n.t, 0, "endpoint predictions-night is InService", "offered 100 requests/s, shed 0.0 %",
		"ALARMS: none in ALARM")
}

func (n *scripted) kickOff() {
	n.clock("19:00")
	if due, _ := n.schedule(); due == 0 {
		n.t.Error("no scheduled action is due before the kick-off")
	}
	n.standsAt(20)
	n.minutes(15, traffic{requests: 72000, latency: 80 * time.Millisecond})
	if wrong := n.tick(alarms.InAlarm); len(wrong) > 0 {
		n.t.Errorf("got %q in ALARM, want none", wrong)
	}
	n.final("status").is(n.t, 0, "variant main 20 20 40 20 20 0", "offered 1200 requests/s, shed 0.0 %")
}

func (n *scripted) surge() {
	n.clock("19:10")
	n.minutes(6, traffic{requests: 180000, shed: 18000, latency: 900 * time.Millisecond})
	if wrong := n.tick(alarms.InAlarm); !slices.Contains(wrong, "GatewayShed") || !slices.Contains(wrong, "Affected") {
		n.t.Errorf("got %q in ALARM, want GatewayShed and Affected among them", wrong)
	}
	if told := n.heard(); !slices.Contains(told, "ALARM Affected") {
		n.t.Errorf("got %q, want the topic told that users are affected", told)
	}
	n.final("status").is(n.t, 1, "WRONG a critical alarm is in ALARM: night-monitoring-MonitoringGatewayShed",
		"shed 10.0 %")
}

func (n *scripted) floor() {
	was := n.state()
	n.final("floor", "41", "--yes").is(n.t, 2, "got 41: variant main scales to 40 instances at most")
	n.same(was)
	n.final("floor", "30", "--yes", "--until", "23:00").is(n.t, 0, "The minimum of variant main is 30 instances.")
	n.standsAt(30, "scheduled")
	n.holds("final/floor/main", "min=30 was=20 suspended=false set=2027-05-29T19:10:00Z until=2027-05-29T22:00:00Z")
	n.clock("19:15")
	if _, suspended := n.schedule(); suspended == 0 {
		n.t.Error("no assertion of the floor is due, want one that is suspended")
	}
	n.standsAt(30, "scheduled")
	n.final("floor", "32", "--yes", "--until", "23:00").is(n.t, 0, "The minimum of variant main is 32 instances.")
	n.holds("final/floor/main", "min=32 was=20 suspended=false set=2027-05-29T19:15:00Z until=2027-05-29T22:00:00Z")
	n.standsAt(32, "scheduled")
	if got := n.state(); !strings.Contains(got, "alarm final-reminder-predictions-night: ") ||
		!strings.Contains(got, "to ["+n.topic()+"]") {
		n.t.Errorf("got\n%s\nwant a reminder that tells the topic", got)
	}
}

func (n *scripted) freeze() {
	n.final("freeze", "--yes").is(n.t, 0, "variant main does not become smaller.")
	n.standsAt(32, "scheduled", "scaleIn")
	n.final("status").is(n.t, 1, "suspended by final: scheduled scaling, scale-in", "frozen since")
}

func (n *scripted) killed() {
	n.updating(1000)
	was := n.state()
	waits := n.command(n.files, nil, "floor", "34", "--yes")
	n.killAfter(waits, "Waiting: endpoint predictions-night is Updating")
	n.same(was)
	n.inService()

	// A proxy in front of the local AWS kills the program when it registers the target: the
	// tag and the reminder are there by then.
	local, err := url.Parse(n.local.URL())
	n.must(err)
	registers, forward := make(chan struct{}), httputil.NewSingleHostReverseProxy(local)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".RegisterScalableTarget") {
			_, _ = io.Copy(io.Discard, r.Body) // so that the end of the connection is noticed
			close(registers)
			<-r.Context().Done()
			return
		}
		forward.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	cmd := n.command(n.files, []string{"AWS_ENDPOINT_URL=" + proxy.URL}, "floor", "34", "--yes")
	n.must(cmd.Start())
	select {
	case <-registers:
	case <-n.ctx.Done():
	}
	n.must(cmd.Process.Kill())
	_ = cmd.Wait()
	n.standsAt(32, "scheduled", "scaleIn")
	n.final("status").is(n.t, 1, "variant main: the floor of 34, set at Sat 29 May 20:15 BST (19:15 UTC), does not stand")
	n.final("floor", "34", "--yes").is(n.t, 0, "The minimum of variant main is 34 instances.")
	n.standsAt(34, "scheduled", "scaleIn")
	n.holds("final/floor/main", "min=34 was=20 suspended=false set=2027-05-29T19:15:00Z")
}

func (n *scripted) recovery() {
	n.clock("19:40")
	n.schedule()
	n.minutes(20, traffic{requests: 72000, latency: 80 * time.Millisecond})
	if wrong, want := n.tick(alarms.InAlarm), []string{"final-reminder-predictions-night"}; !slices.Equal(wrong, want) {
		n.t.Errorf("got %q in ALARM, want only %q", wrong, want)
	}
	if told := n.heard(); !slices.Contains(told, "OK Affected") {
		n.t.Errorf("got %q, want the topic told that users are affected no more", told)
	}
}

func (n *scripted) refused() {
	was := n.state()
	n.finish(n.command(n.files, []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}, "floor", "35", "--yes")).
		is(n.t, 2, "credentials")
	for _, changed := range []struct{ old, new, says string }{
		{`account: "123456789012"`, `account: "999999999999"`, "999999999999"},
		{"name: predictions-night", "name: predictions-other", "there is no endpoint predictions-other"},
	} {
		files := n.environment(changed.old, changed.new)
		for _, args := range [][]string{{"floor", "35"}, {"freeze"}, {"resume"}} {
			n.finish(n.command(files, nil, append(args, "--yes")...)).is(n.t, 2, changed.says)
		}
	}
	n.finish(n.command(n.t.TempDir(), nil, "floor", "35", "--yes")).is(n.t, 2,
		"no environment is here")
	n.same(was)
}

func (n *scripted) resume() {
	n.final("resume", "--yes").is(n.t, 0, "The calendar steers night again. Scale-in follows the load.")
	n.standsAt(20)
	if got := n.state(); strings.Contains(got, "final-reminder") || len(n.tags()) > 0 {
		n.t.Errorf("got\n%s\nwant neither tags nor a reminder", got)
	}
	was := n.state()
	n.final("resume", "--yes").is(n.t, 0, "Nothing of night is suspended.")
	n.same(was)
	n.minutes(1, traffic{requests: 72000, latency: 80 * time.Millisecond})
	n.final("status").is(n.t, 0, "variant main 20 20 40 34 34 0")
	n.clock("22:30")
	n.schedule()
	n.standsAt(6)
}

// standsAt wants the variant's minimum, at least as many instances, and what is suspended.
func (n *scripted) standsAt(least int32, suspended ...string) {
	n.t.Helper()
	is := n.targets()[scriptedVariant]
	got := []string{}
	if s := is.SuspendedState; s != nil {
		for _, one := range []struct {
			name string
			is   *bool
		}{{"scheduled", s.ScheduledScalingSuspended}, {"scaleIn", s.DynamicScalingInSuspended},
			{"scaleOut", s.DynamicScalingOutSuspended}} {
			if aws.ToBool(one.is) {
				got = append(got, one.name)
			}
		}
	}
	instances, _ := n.fleets()
	if aws.ToInt32(is.MinCapacity) != least || instances < int(least) || !slices.Equal(got, suspended) {
		n.t.Errorf("got a minimum of %d, %d instances, and %q suspended, want %d and %q",
			aws.ToInt32(is.MinCapacity), instances, got, least, suspended)
	}
}

func (n *scripted) holds(key, want string) {
	n.t.Helper()
	if got := n.tags()[key]; got != want {
		n.t.Errorf("tag %s: got %q, want %q", key, got, want)
	}
}

func (n *scripted) same(was string) {
	n.t.Helper()
	if diff := cmp.Diff(was, n.state()); diff != "" {
		n.t.Errorf("changed (-before +after)\n%s", diff)
	}
}

// killAfter kills the program once it has printed a text.
func (n *scripted) killAfter(cmd *exec.Cmd, text string) {
	n.t.Helper()
	out, err := cmd.StdoutPipe()
	n.must(err)
	n.must(cmd.Start())
	var said strings.Builder
	buffer := make([]byte, 4096)
	for !strings.Contains(said.String(), text) {
		count, err := out.Read(buffer)
		said.Write(buffer[:count])
		if err != nil {
			n.t.Errorf("printed %q, want %q", said.String(), text)
			break
		}
	}
	n.must(cmd.Process.Kill())
	_ = cmd.Wait()
}

// updating begins an update of the endpoint, which goes on for so many looks at it.
func (n *scripted) updating(looks int) {
	n.t.Helper()
	name := aws.String(scriptedEndpoint)
	e, err := n.sagemaker().DescribeEndpoint(n.ctx, &sagemaker.DescribeEndpointInput{EndpointName: name})
	n.must(err)
	config, err := n.sagemaker().DescribeEndpointConfig(n.ctx,
		&sagemaker.DescribeEndpointConfigInput{EndpointConfigName: e.EndpointConfigName})
	n.must(err)
	next := aws.String("next")
	_, err = n.sagemaker().CreateEndpointConfig(n.ctx, &sagemaker.CreateEndpointConfigInput{EndpointConfigName: next,
		ProductionVariants: config.ProductionVariants, ExecutionRoleArn: config.ExecutionRoleArn})
	n.must(err)
	n.must(n.local.SlowEndpoints(n.ctx, region, looks))
	_, err = n.sagemaker().UpdateEndpoint(n.ctx, &sagemaker.UpdateEndpointInput{EndpointName: name,
		EndpointConfigName: next, RetainAllVariantProperties: aws.Bool(true)})
	n.must(err)
}

// inService ends the update.
func (n *scripted) inService() {
	n.t.Helper()
	n.must(n.local.SlowEndpoints(n.ctx, region, 0))
	for range 100 {
		e, err := n.sagemaker().DescribeEndpoint(n.ctx,
			&sagemaker.DescribeEndpointInput{EndpointName: aws.String(scriptedEndpoint)})
		n.must(err)
		if e.EndpointStatus == "InService" {
			return
		}
	}
	n.t.Fatal("the endpoint stays Updating")
}
