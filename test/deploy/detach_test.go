package deploy_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// scalingFile is an environment of one variant with a policy of each kind and an
// event, so that all that is taken off has to come back.
const scalingFile = `
account: "000000000000"
region: REGION
network:
  newVpc: {cidr: 10.10.0.0/20, availabilityZones: [REGIONa, REGIONb]}
model:
  image: 000000000000.dkr.ecr.REGION.amazonaws.com/predictions:1.0.0
  modelDataUrl: s3://models/predictions/1.0.0/model.tar.gz
endpoint: {name: predictions}
variant: {name: main, instanceType: ml.c6i.large}
capacity: {requestsPerSecondPerInstance: 100, concurrencyPerInstance: 8, startTime: 6m}
scaling: {minCapacity: 1, maxCapacity: 12, scaleInCooldown: 10m}
events:
- {name: final, starts: 2035-05-29T20:00, ends: 2035-05-29T22:00, timezone: Europe/London, peakInstances: 6}
frontend: {plainHttp: true}
`

// safely is make deploy on a local AWS.
type safely struct {
	local                 *localaws.AWS
	environments, program string
}

// TestDeploySafely changes what AWS refuses to change while a variant scales: the
// instance type and the name of the variant, and its removal. The fleet keeps its
// size, and all of its scaling is back afterwards. Killed between its two
// deployments, or rolled back in the second, the program goes on when it is run again.
func TestDeploySafely(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	python, err := localaws.Prepare(ctx, root, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	local, err := localaws.Start(ctx, localaws.Options{Dir: root, Python: python})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &safely{local: local, environments: t.TempDir(), program: filepath.Join(t.TempDir(), "deploy")}
	build := exec.Command("go", "build", "-o", s.program, "./cmd/deploy")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if output, err := (localaws.CDK{AWS: local, Dir: root, Region: region}).Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	step := func(name string, f func(t *testing.T)) {
		if !t.Run(name, f) {
			t.FailNow()
		}
	}
	file := strings.NewReplacer("REGION", region, "000000000000", local.Account()).Replace(scalingFile)

	step("the first deployment", func(t *testing.T) {
		output := s.deploy(ctx, t, file, 0)
		if !strings.Contains(output, "nothing is deployed yet") {
			t.Errorf("got\n%s", output)
		}
		s.scaleTo(ctx, t, "main", 9)
		s.stands(ctx, t, "main", "ml.c6i.large", 9)
	})
	step("nothing is deployed without a yes", func(t *testing.T) {
		s.write(t, replace(t, file, "ml.c6i.large", "ml.c7i.large"))
		cmd := s.command(ctx)
		cmd.Args = slices.DeleteFunc(cmd.Args, func(arg string) bool { return arg == "--yes" })
		cmd.Stdin = strings.NewReader("n\n")
		output, err := cmd.CombinedOutput()
		var exited *exec.ExitError
		if !errors.As(err, &exited) || exited.ExitCode() != 3 ||
			!strings.Contains(string(output), "Deploy twice, first without the scaling of main? [y/N]") {
			t.Errorf("got %v and\n%s", err, output)
		}
		s.stands(ctx, t, "main", "ml.c6i.large", 9)
	})
	step("another instance type", func(t *testing.T) {
		file = replace(t, file, "ml.c6i.large", "ml.c7i.large")
		interrupted := s.kill(ctx, t, file, "Taking off the scaling of main", syscall.SIGINT)
		for _, want := range []string{"interrupted\n", "does not scale.", `Run "make deploy ENV=local" again`} {
			if !strings.Contains(interrupted, want) {
				t.Errorf("interrupted, the output lacks %q\n%s", want, interrupted)
			}
		}
		s.deploy(ctx, t, file, 0)
		s.stands(ctx, t, "main", "ml.c7i.large", 9)
	})
	step("and another", func(t *testing.T) {
		file = replace(t, file, "ml.c7i.large", "ml.c6i.xlarge")
		output := s.deploy(ctx, t, file, 0)
		if !strings.Contains(output, "main was without scaling for ") {
			t.Errorf("got\n%s", output)
		}
		s.stands(ctx, t, "main", "ml.c6i.xlarge", 9)
	})
	step("another name, killed between the two deployments", func(t *testing.T) {
		renamed := replace(t, file, "name: main,", "name: blue,")
		output := s.deploy(ctx, t, renamed, 2)
		if !strings.Contains(output, "variant main runs 9 instances, and blue starts with 1: write initialInstanceCount: 9") {
			t.Errorf("got\n%s", output)
		}
		file = replace(t, file, "name: main,", "name: blue, initialInstanceCount: 9,")
		s.kill(ctx, t, file, "Deploying local in full", syscall.SIGKILL)
		if n := len(s.snapshot(ctx, t).ScalableTargets); n > 1 {
			t.Errorf("%d scalable targets stand", n)
		}
		s.deploy(ctx, t, file, 0)
		s.stands(ctx, t, "blue", "ml.c6i.xlarge", 9)
	})
	step("another type, held at 10 instances, rolled back in the second deployment", func(t *testing.T) {
		file = replace(t, file, "ml.c6i.xlarge", "ml.m7i.large") +
			"update: {terminationWait: 1m, rollback: {alarms: [" + rollbackAlarm + "]}}\n"
		during := &duringEvent{local: s.local}
		during.alarmIs(ctx, t, cloudwatchtypes.StateValueAlarm)
		output := s.deploy(ctx, t, file, 1, "--hold", "10")
		for _, want := range []string{
			"Raising blue to 10 instances.", "blue serves with the fleet it has and does not scale.",
			`Run "make deploy ENV=local" again: it goes on from what is deployed.`,
		} {
			if !strings.Contains(output, want) {
				t.Errorf("the output lacks %q\n%s", want, output)
			}
		}
		if left := s.snapshot(ctx, t).ScalableTargets; slices.ContainsFunc(left, func(target localaws.ScalableTarget) bool {
			return strings.HasPrefix(target.ResourceID, "endpoint/")
		}) {
			t.Errorf("got %+v, want the endpoint's scaling off", left)
		}
		during.alarmIs(ctx, t, cloudwatchtypes.StateValueOk)
		s.deploy(ctx, t, file, 0)
		s.stands(ctx, t, "blue", "ml.m7i.large", 10)
	})
	step("a second variant, and its removal", func(t *testing.T) {
		lines := strings.Split(strings.TrimSpace(file), "\n")
		figures := strings.Join(slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
			return !strings.HasPrefix(line, "capacity:") && !strings.HasPrefix(line, "scaling:")
		}), ", ")
		two := "variants:\n- {name: blue, initialInstanceCount: 9, instanceType: ml.m7i.large, " + figures + ", events: [" +
			strings.TrimPrefix(lines[slices.Index(lines, "events:")+1], "- ") + "]}\n" +
			"- {name: next, instanceType: ml.m7i.large, " + figures + "}\n"
		for _, line := range lines {
			if name, _, _ := strings.Cut(line, ":"); !slices.Contains([]string{
				"variant", "capacity", "scaling", "events", "- {name",
			}, name) {
				two += line + "\n"
			}
		}
		s.deploy(ctx, t, two, 0)
		if got := s.snapshot(ctx, t).Endpoints[0].Variants; len(got) != 2 {
			t.Errorf("got %+v, want two variants", got)
		}
		output := s.deploy(ctx, t, file, 0)
		if !strings.Contains(output, "next was without scaling for ") {
			t.Errorf("got\n%s", output)
		}
		s.stands(ctx, t, "blue", "ml.m7i.large", 10)
	})
	step("deleted, nothing is left", func(t *testing.T) {
		cdk := localaws.CDK{AWS: local, Dir: root, Region: region, App: app, Unvalidated: true, Output: t.TempDir(),
			Context: map[string]string{"env": "local", "environments": s.environments}}
		if output, err := cdk.Run(ctx, "destroy", "--force", "local/*"); err != nil {
			t.Fatalf("destroy: %v\n%s", err, output)
		}
		left := s.snapshot(ctx, t)
		if len(left.Endpoints)+len(left.ScalableTargets)+len(left.ScheduledActions) > 0 {
			t.Errorf("left: %+v", left)
		}
	})
}

func (s *safely) write(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.environments, "local.yaml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s *safely) command(ctx context.Context, flags ...string) *exec.Cmd {
	// moto does not execute a second change set.
	args := append([]string{"--app", root, "--env", "local", "--environments", s.environments, "--yes"}, flags...)
	cmd := exec.CommandContext(ctx, s.program, append(args, "--", "--method=direct")...)
	cmd.Env = append(s.local.Environ(region), "CDK_VALIDATION=false", "CDK_DISABLE_CLI_TELEMETRY=true")
	return cmd
}

// deploy runs the program and wants its exit status.
func (s *safely) deploy(ctx context.Context, t *testing.T, file string, status int, flags ...string) (output string) {
	t.Helper()
	s.write(t, file)
	cmd := s.command(ctx, flags...)
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) || cmd.ProcessState.ExitCode() != status {
		t.Fatalf("got %v, want exit status %d\n%s", err, status, out)
	}
	return string(out)
}

// kill runs the program and sends it and the CDK CLI below it a signal when it prints
// at. It returns what was printed.
func (s *safely) kill(ctx context.Context, t *testing.T, file, at string, signal syscall.Signal) (output string) {
	t.Helper()
	s.write(t, file)
	cmd := s.command(ctx)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	killed := errors.New("it was never printed")
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&printed, lines.Text())
		if strings.Contains(lines.Text(), at) {
			killed = syscall.Kill(-cmd.Process.Pid, signal)
		}
	}
	if err := cmd.Wait(); killed != nil || err == nil {
		t.Fatalf("%q: got %v, and %v at the end\n%s", at, killed, err, &printed)
	}
	return printed.String()
}

func (s *safely) snapshot(ctx context.Context, t *testing.T) localaws.Snapshot {
	t.Helper()
	got, err := s.local.Snapshot(ctx, region)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// scaleTo is what a scheduled action does that raises the minimum, and the next one
// that lowers it again, which leaves the fleet.
func (s *safely) scaleTo(ctx context.Context, t *testing.T, variant string, instances int32) {
	t.Helper()
	for _, minimum := range []int32{instances, 1} {
		_, err := applicationautoscaling.NewFromConfig(s.local.Config(region)).RegisterScalableTarget(ctx,
			&applicationautoscaling.RegisterScalableTargetInput{
				ServiceNamespace: types.ServiceNamespaceSagemaker, MinCapacity: &minimum,
				ScalableDimension: types.ScalableDimensionSageMakerVariantDesiredInstanceCount,
				ResourceId:        aws.String("endpoint/predictions/variant/" + variant),
			})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// stands wants one variant with its fleet, and the policies and scheduled actions
// that the environment's file says.
func (s *safely) stands(ctx context.Context, t *testing.T, variant, instanceType string, instances int) {
	t.Helper()
	got := s.snapshot(ctx, t)
	if len(got.Endpoints) != 1 || len(got.Endpoints[0].Variants) != 1 {
		t.Fatalf("got endpoints %+v", got.Endpoints)
	}
	v := got.Endpoints[0].Variants[0]
	if v.Name != variant || v.InstanceType != instanceType || v.CurrentInstances != instances || v.DesiredInstances != instances {
		t.Errorf("got %+v, want %d of %s as %s", v, instances, instanceType, variant)
	}
	loaded, err := config.Load(s.environments, "local")
	if err != nil {
		t.Fatal(err)
	}
	want := loaded[0].ProductionVariants()[0].ScalableTarget()
	standing := 0
	for _, a := range got.ScheduledActions {
		if a.ResourceID == "endpoint/predictions/variant/"+variant {
			standing++
		}
	}
	if standing != len(want.ScheduledActions) || standing == 0 || standing != len(got.ScheduledActions) {
		t.Errorf("%d scheduled actions of %s stand, and %d in all; want %d",
			standing, variant, len(got.ScheduledActions), len(want.ScheduledActions))
	}
	want.ScheduledActions = nil
	client := applicationautoscaling.NewFromConfig(s.local.Config(region))
	if diff := cmp.Diff(want, deployed(ctx, t, client, want)); diff != "" {
		t.Errorf("the scaling of %s (-want +got)\n%s", variant, diff)
	}
}
