package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// localAWS is the local AWS of all tests of the program. It ends with the process.
var localAWS = sync.OnceValues(func() (*localaws.AWS, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	python, err := localaws.Prepare(ctx, "../..", os.Stderr)
	if err != nil {
		return nil, err
	}
	return localaws.Start(ctx, localaws.Options{Dir: "../..", Python: python})
})

// night is an environment with its endpoint in a region of a local AWS.
type night struct {
	t      *testing.T
	aws    *localaws.AWS
	region string
	dir    string
	arn    string
}

// nightFile is an environment with the events of one night, in London. An instance serves
// 100 requests/s, of which 70 are planned: the final needs 20 instances, from 19:30 (18:30
// UTC) to 22:30, then 13, then the 6 between events.
const nightFile = `account: "123456789012"
region: REGION
network:
  newVpc: {cidr: 10.30.0.0/16, availabilityZones: [REGIONa, REGIONb]}
model:
  image: 123456789012.dkr.ecr.REGION.amazonaws.com/predictions:1
  modelDataUrl: s3://predictions-models/1.tar.gz
endpoint: {name: predictions}
variant: {instanceType: ml.c6i.large}
capacity: {requestsPerSecondPerInstance: 100, startTime: 5m}
scaling: {minCapacity: 6, maxCapacity: 40, safetyFactor: 0.7}
events:
  - {name: final, timezone: Europe/London, starts: 2027-05-29T20:00, ends: 2027-05-29T22:00,
     peakRequestsPerSecond: 1400}
frontend:
  plainHttp: true
`

// Times of the night: before it, while the final is on, and after it.
const (
	before = "2027-05-29T12:00:00Z"
	during = "2027-05-29T20:05:00Z"
	after  = "2027-05-30T08:00:00Z"
)

// newNight makes the environment's endpoint and scalable target.
func newNight(t *testing.T, region string) night {
	t.Helper()
	local, err := localAWS()
	if err != nil {
		t.Fatal(err)
	}
	n := night{t: t, aws: local, region: region, dir: t.TempDir()}
	n.environment("prod", nightFile)
	n.credentials(local.Environ(region))
	client, ctx := n.sagemaker(), t.Context()
	name := aws.String("predictions")
	_, err = client.CreateModel(ctx, &sagemaker.CreateModelInput{ModelName: name,
		ExecutionRoleArn: aws.String("arn:aws:iam::123456789012:role/model"),
		PrimaryContainer: &types.ContainerDefinition{Image: aws.String("predictions:1")}})
	n.must(err)
	_, err = client.CreateEndpointConfig(ctx, &sagemaker.CreateEndpointConfigInput{EndpointConfigName: name,
		ProductionVariants: []types.ProductionVariant{{VariantName: aws.String("main"), ModelName: name,
			InstanceType: "ml.c6i.large", InitialInstanceCount: aws.Int32(1)}}})
	n.must(err)
	made, err := client.CreateEndpoint(ctx, &sagemaker.CreateEndpointInput{EndpointName: name, EndpointConfigName: name})
	n.must(err)
	n.arn = aws.ToString(made.EndpointArn)
	n.register(6, 40)
	return n
}

func (n night) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n night) environment(name, text string) {
	n.t.Helper()
	text = strings.ReplaceAll(text, "REGION", n.region)
	n.must(os.WriteFile(filepath.Join(n.dir, name+".yaml"), []byte(text), 0o600))
}

func (n night) load() config.Environment {
	n.t.Helper()
	loaded, err := config.Load(n.dir, "prod")
	n.must(err)
	return loaded[0]
}

// credentials are those of the AWS variables of an environment, and no others.
func (n night) credentials(environ []string) {
	n.t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			n.t.Setenv(name, "")
			n.must(os.Unsetenv(name))
		}
	}
	for _, kv := range environ {
		if name, value, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			n.t.Setenv(name, value)
		}
	}
}

func (n night) sagemaker() *sagemaker.Client { return sagemaker.NewFromConfig(n.aws.Config(n.region)) }

func (n night) scaling() *applicationautoscaling.Client {
	return applicationautoscaling.NewFromConfig(n.aws.Config(n.region))
}

func (n night) register(least, most int32) {
	n.t.Helper()
	_, err := n.scaling().RegisterScalableTarget(n.t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: aws.String("endpoint/predictions/variant/main"),
		ScalableDimension: scaling.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		MinCapacity:       &least, MaxCapacity: &most,
	})
	n.must(err)
}

// ran is what a run of the program did.
type ran struct {
	status      int
	out, errors string
}

// run runs the program as of a time. args do not have the environment.
func (n night) run(at string, args ...string) ran {
	n.t.Helper()
	return n.answer(at, "", args...)
}

// answer runs the program with something on its standard input.
func (n night) answer(at, in string, args ...string) ran {
	n.t.Helper()
	var out, problems bytes.Buffer
	args = append(args, "--env", "prod", "--environments", n.dir, "--now", at)
	status := final(n.t.Context(), args, strings.NewReader(in), &out, &problems)
	if !slices.Contains(args, "--json") {
		n.fits(out.String())
	}
	return ran{status, out.String(), problems.String()}
}

// fits fails the test where a line is too long that could be broken. A fix may be a command to copy.
func (n night) fits(text string) {
	n.t.Helper()
	for line := range strings.Lines(strings.ReplaceAll(text, "[y/N] ", "[y/N]\n")) { // where the person presses Enter
		if words := strings.Fields(line); utf8.RuneCountInString(line) > cli.Columns+1 && len(words) > 1 &&
			words[0] != "fix:" {
			n.t.Errorf("more than %d columns: %s", cli.Columns, line)
		}
	}
}

// is wants an exit status, and texts in the output or the errors.
func (r ran) is(t *testing.T, status int, texts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("got status %d, want %d", r.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(flat(r.out+"\n"+r.errors), flat(text)) {
			t.Errorf("want %q", text)
		}
	}
	if t.Failed() {
		t.Fatalf("got status %d\n%s\n%s", r.status, r.out, r.errors)
	}
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// state is everything that the program may change, as text.
func (n night) state() string {
	n.t.Helper()
	var b strings.Builder
	targets, err := n.scaling().DescribeScalableTargets(n.t.Context(),
		&applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: scaling.ServiceNamespaceSagemaker})
	n.must(err)
	for _, t := range targets.ScalableTargets {
		fmt.Fprintf(&b, "%s %d to %d", *t.ResourceId, *t.MinCapacity, *t.MaxCapacity)
		if s := t.SuspendedState; s != nil {
			for name, is := range map[string]*bool{"in": s.DynamicScalingInSuspended} {
				fmt.Fprintf(&b, " %s=%t", name, aws.ToBool(is))
			}
			fmt.Fprintf(&b, " out=%t scheduled=%t", aws.ToBool(s.DynamicScalingOutSuspended),
				aws.ToBool(s.ScheduledScalingSuspended))
		}
		b.WriteString("\n")
	}
	listed, err := n.sagemaker().ListTags(n.t.Context(), &sagemaker.ListTagsInput{ResourceArn: &n.arn})
	n.must(err)
	for _, tag := range listed.Tags {
		fmt.Fprintf(&b, "tag %s: %s\n", *tag.Key, *tag.Value)
	}
	snapshot, err := n.aws.Snapshot(n.t.Context(), n.region)
	n.must(err)
	for _, e := range snapshot.Endpoints {
		fmt.Fprintf(&b, "%s has %d instances\n", e.Name, e.Variants[0].DesiredInstances)
	}
	for _, a := range snapshot.Alarms {
		fmt.Fprintf(&b, "alarm %s: %s %s to %v\n", a.Name, a.Metric, a.MissingData, a.Actions)
	}
	return b.String()
}

// stands wants a state.
func (n night) stands(want string) {
	n.t.Helper()
	if got := n.state(); strings.TrimSpace(got) != strings.TrimSpace(want) {
		n.t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
