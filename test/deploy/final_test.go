package deploy_test

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// operatorSees runs cmd/final on environment local, which stands as it was deployed: its
// program finds the gateway's scalable target and the load balancer by the names that CDK
// has given to them. A floor of the gateway is set and taken back.
func operatorSees(ctx context.Context, t *testing.T, local *localaws.AWS, environments string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "final")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/final")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	final := func(args ...string) (out []byte, status int) {
		cmd := exec.CommandContext(ctx, program, append(args, "--env", "local", "--environments", environments,
			"--now", "2027-05-20T12:00:00Z")...)
		cmd.Env = local.Environ(region)
		out, _ = cmd.Output()
		return out, cmd.ProcessState.ExitCode()
	}
	type scaled struct {
		Name             string
		ExpectedMin, Min int
		Suspended        []string
	}
	look := func() (gateway scaled) {
		var page struct {
			LoadBalancer *struct{ CapacityUnits int }
			Scaled       []scaled
			Wrong        []string
		}
		out, status := final("status", "--json")
		if err := json.Unmarshal(out, &page); err != nil {
			t.Fatalf("%v: status %d\n%s", err, status, out)
		}
		at := slices.IndexFunc(page.Scaled, func(s scaled) bool { return s.Name == "gateway" })
		if at < 0 || len(page.Scaled) != 2 || page.LoadBalancer == nil || (status == 0) != (len(page.Wrong) == 0) {
			t.Fatalf("got status %d\n%s", status, out)
		}
		return page.Scaled[at]
	}
	was := look()
	if was.Min != was.ExpectedMin || len(was.Suspended) > 0 {
		t.Errorf("got %+v, want what the file says", was)
	}
	if out, status := final("floor", "7", "--of", "gateway", "--yes"); status != 0 {
		t.Errorf("got status %d\n%s", status, out)
	}
	if is := look(); is.Min != 7 || !slices.Equal(is.Suspended, []string{"scheduled"}) {
		t.Errorf("got %+v, want a minimum of 7", is)
	}
	if out, status := final("resume", "--yes"); status != 0 {
		t.Errorf("got status %d\n%s", status, out)
	}
	if is := look(); is.Min != was.Min || len(is.Suspended) > 0 {
		t.Errorf("got %+v, want %+v", is, was)
	}
}
