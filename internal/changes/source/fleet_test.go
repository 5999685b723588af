package source

import (
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

func TestFleet(t *testing.T) {
	t.Parallel()
	side := func(update string) Side {
		data := []byte(strings.Replace(`account: "111122223333"
region: eu-west-1
network: {newVpc: {cidr: 10.10.0.0/20, availabilityZones: [eu-west-1a, eu-west-1b]}}
model:
  image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/predictions:1.0.0
  modelDataUrl: s3://models/model.tar.gz
endpoint: {name: predictions}
variant: {instanceType: ml.c6i.large}
capacity: {requestsPerSecondPerInstance: 100, startTime: 6m}
scaling: {minCapacity: 4, maxCapacity: 20, scaleInCooldown: 6m}
frontend: {plainHttp: true}
UPDATE
`, "UPDATE", update, 1))
		e, err := config.Parse("prod.yaml", "prod", data)
		if err != nil {
			t.Fatal(err)
		}
		return Side{Data: data, Environment: e}
	}
	blueGreen, rolling := side(""), side("update: {rolling: {batch: {percent: 25}, wait: 5m}}")
	for name, test := range map[string]struct {
		side    Side
		verdict changes.Verdict
		quota   int
		want    []string
	}{
		"in place":           {blueGreen, changes.InPlace, 0, nil},
		"no file":            {Side{}, changes.NewFleet, 0, nil},
		"blue/green":         {blueGreen, changes.NewFleet, 0, []string{"all at once", "of 4 takes 8 instances", "of 20 takes 40."}},
		"a quota that holds": {blueGreen, changes.NewFleet, 40, []string{"The quota of 40 holds them."}},
		"one that does not":  {blueGreen, changes.NewFleet, 39, []string{"a fleet of 19 at most"}},
		"rolling":            {rolling, changes.NewFleet, 25, []string{"rolling", "of 4 takes 5", "of 20 takes 25", "holds them"}},
	} {
		got := test.side.Fleet(test.verdict, test.quota)
		if (got == "") != (test.want == nil) {
			t.Errorf("%s: got %q", name, got)
		}
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want %q in it", name, got, want)
			}
		}
	}
}
