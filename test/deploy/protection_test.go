package deploy_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// cannotBeDestroyed wants cdk destroy to be refused before anything is gone.
func cannotBeDestroyed(ctx context.Context, t *testing.T, cdk localaws.CDK, before localaws.Snapshot) {
	t.Helper()
	output, err := cdk.Run(ctx, "destroy", "--force", "*/*")
	if err == nil || !strings.Contains(output, "cannot be deleted while TerminationProtection is enabled") {
		t.Errorf("destroying production: got %v, want it refused\n%s", err, output)
	}
	after, err := cdk.AWS.Snapshot(ctx, region)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("destroying production has changed something (-before +after)\n%s", diff)
	}
}

// TestProductionEndpoint: in production an endpoint outlives a change of its name.
// Deployed without production, the environment can be destroyed.
func TestProductionEndpoint(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	local := start(ctx, t)
	if output, err := (localaws.CDK{AWS: local, Dir: root, Region: region}).Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	// An asynchronous endpoint has one stack, which is deployed fast.
	data, err := os.ReadFile(filepath.Join(root, "config", "testdata", "valid", "asynchronous.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	file := replace(t, strings.ReplaceAll(string(data), "eu-west-1", region), "\nregion:", "\nproduction: true\nregion:")
	cdk := localaws.CDK{AWS: local, Dir: root, Region: region, App: app, Output: t.TempDir(), Unvalidated: true,
		Context: map[string]string{"env": "odds", "environments": t.TempDir()}}
	deploy := func(file string) {
		t.Helper()
		path := filepath.Join(cdk.Context["environments"], "odds.yaml")
		if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
		if output, err := cdk.Deploy(ctx, "odds/*"); err != nil {
			t.Fatalf("deploy: %v\n%s", err, output)
		}
	}
	want := func(names ...string) {
		t.Helper()
		// A snapshot wants the configuration too, which goes with its stack.
		listed, err := sagemaker.NewFromConfig(local.Config(region)).ListEndpoints(ctx, &sagemaker.ListEndpointsInput{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range listed.Endpoints {
			got = append(got, aws.ToString(e.EndpointName))
		}
		slices.Sort(got)
		if diff := cmp.Diff(names, got); diff != "" {
			t.Errorf("endpoints (-want +got)\n%s", diff)
		}
	}

	deploy(file)
	renamed := replace(t, file, "name: predictions\n", "name: renamed\n")
	deploy(renamed)
	want("predictions", "renamed")
	stands, err := local.Snapshot(ctx, region)
	if err != nil {
		t.Fatal(err)
	}
	cannotBeDestroyed(ctx, t, cdk, stands)

	deploy(replace(t, renamed, "production: true\n", ""))
	if output, err := cdk.Run(ctx, "destroy", "--force", "odds/*"); err != nil {
		t.Fatalf("destroy: %v\n%s", err, output)
	}
	want("predictions")
}
