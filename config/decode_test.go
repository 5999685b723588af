package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

var update = flag.Bool("update", false, "rewrite the expected errors in testdata")

// TestMistakes reads every testdata/MISTAKE.yaml and compares what is said about
// it with MISTAKE.txt. Each file has one mistake, and one line is said about it,
// unless the name promises more.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata: ", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			e, ps := decode(name+".yaml", "test", data)
			if diff := cmp.Diff(Environment{}, e); diff != "" {
				t.Errorf("an environment came beside the problems:\n%s", diff)
			}
			got := ps.Error() + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			lines := 1
			switch name {
			case "ten-mistakes":
				lines = 10
			case "min-of-zero-and-action-over-max":
				lines = 2
			case "policies-with-seven-mistakes":
				lines = 7
			}
			if n := strings.Count(got, "\n"); n != lines {
				t.Errorf("%d lines are said about it, want %d:\n%s", n, lines, got)
			}
		})
	}
}

func valid(t *testing.T, name string) Environment {
	t.Helper()
	data, err := os.ReadFile("testdata/valid/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	e, ps := decode(name+".yaml", "test", data)
	if err := ps.err(); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnchorsAliasesMergeKeysAndTags(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(valid(t, "plain"), valid(t, "anchors")); diff != "" {
		t.Errorf("(-plain +anchors)\n%s", diff)
	}
}

func TestByteOrderMarkAndCRLF(t *testing.T) {
	t.Parallel()
	text := "\ufeff" + strings.ReplaceAll(environment(t), "\n", "\r\n")
	got, ps := decode("f.yaml", "test", []byte(text))
	if err := ps.err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(valid(t, "minimal"), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPlacesInCRLF: a problem stands where it does in the same file with LF, also
// behind lines that end in comments.
func TestPlacesInCRLF(t *testing.T) {
	t.Parallel()
	text := "# heading\n\n" + strings.ReplaceAll(environment(t), "\n", " # said\n") + "frontnd: {} # said\n"
	_, want := decode("f.yaml", "test", []byte(text))
	if len(want) != 1 || want[0].Line != strings.Count(text, "\n") {
		t.Fatalf("got %v, want one problem on line %d", want, strings.Count(text, "\n"))
	}
	_, got := decode("f.yaml", "test", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-LF +CRLF)\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	cooldown, no := 300*time.Second, false
	want := Environment{
		Name: "test", Account: "123456789012", Region: "eu-west-1",
		Network: Network{NewVPC: &NewVPC{
			CIDR: "10.0.0.0/16", AvailabilityZones: []string{"eu-west-1a", "eu-west-1b"}, FlowLogs: FlowLogsNone,
		}},
		Model:    Model{Container: Container{Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/predictions:1.0.0"}},
		Endpoint: Endpoint{Name: "predictions"},
		Variant:  Variant{Name: "main", InstanceType: "ml.c6i.large", InitialInstanceCount: 1},
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute},
		Scaling: Scaling{Scaling: autoscaling.Scaling{
			MinCapacity: 2, MaxCapacity: 12, SafetyFactor: 0.7,
			ScaleOutCooldown: &cooldown, ScaleInCooldown: &cooldown, OfferedLoad: &no,
		}},
		Monitoring: Monitoring{Settings: monitoring.Settings{LogRetentionDays: 365}},
		Frontend: Frontend{
			CertificateARN:  "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001",
			AllowedCIDRs:    []string{"10.0.0.0/16"},
			Gateway:         "lambda",
			GatewayMemoryMB: 256, RequestTimeout: 70 * time.Second, MaxRequestBytes: 1_000_000,
		},
	}
	if diff := cmp.Diff(want, valid(t, "minimal")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDefaultsThatDependOnMore(t *testing.T) {
	t.Parallel()
	e := Environment{
		Network:          Network{ExistingVPC: &ExistingVPC{CIDR: "10.1.0.0/16"}},
		Scaling:          Scaling{Scaling: autoscaling.Scaling{TargetInvocationsPerMinute: 3000}},
		ScheduledActions: []autoscaling.ScheduledAction{{Name: "floor"}},
	}
	got := e.WithDefaults()
	if got.Scaling.SafetyFactor != 0 {
		t.Errorf("a safety factor of %v came beside the target", got.Scaling.SafetyFactor)
	}
	if got.ScheduledActions[0].Timezone != "UTC" || e.ScheduledActions[0].Timezone != "" {
		t.Errorf("time zones: %q, and %q in the original", got.ScheduledActions[0].Timezone, e.ScheduledActions[0].Timezone)
	}
	if diff := cmp.Diff([]string{"10.1.0.0/16"}, got.Frontend.AllowedCIDRs); diff != "" {
		t.Errorf("an existing VPC's range (-want +got)\n%s", diff)
	}
	e.Frontend.InternetFacing = true
	if diff := cmp.Diff([]string{"0.0.0.0/0"}, e.WithDefaults().Frontend.AllowedCIDRs); diff != "" {
		t.Errorf("internet-facing (-want +got)\n%s", diff)
	}
}

// TestHostileFiles are answered at once: their parser or their aliases would
// take minutes and gigabytes.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [1,1,1,1,1,1,1,1]\n"
	merges := "a: &a {x: 1}\n"
	for c := 'b'; c <= 'h'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 8) + "]\n"
		merges += string(c) + ": &" + string(c) + " {<<: [" + strings.Repeat("*"+string(c-1)+",", 8) + "]}\n"
	}
	for name, test := range map[string]struct{ text, want string }{
		"brackets":       {strings.Repeat("[", 100_000), "levels are nested"},
		"braces":         {strings.Repeat("{a: ", 30_000), "levels are nested"},
		"hyphens":        {strings.Repeat("- ", 60_000), "levels are nested"},
		"question marks": {strings.Repeat("? ", 60_000), "levels are nested"},
		"tags":           {"a: " + strings.Repeat("!!str ", 20_000), "not valid YAML"},
		"aliases":        {bomb, "more than 20000 values"},
		"merge keys":     {merges, "more than 20000 values"},
		"size":           {strings.Repeat("#\n", 70_000), "at most 131072 bytes, this one has 140000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ps := decode("f.yaml", "test", []byte(test.text))
			if len(ps) != 1 || !strings.Contains(ps.Error(), test.want) {
				t.Errorf("got %v, want one problem with %q", ps, test.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/valid/*.yaml", "environments/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkDecoded(t, data) })
}

// FuzzValues puts anything where rules read text.
func FuzzValues(f *testing.F) {
	f.Add("cron(30 17 ? * MON-FRI *)", "Europe/London", "10.0.0.0/16", "us-east-1a", "a")
	f.Add("at(2027-05-29T18:00:00)", "UTC", "10.0.0.0/8", "use1-az1", "aws:b")
	f.Add("rate(5 minutes)", "", "::/0", "", "\n")
	f.Fuzz(func(t *testing.T, schedule, timezone, cidr, zone, name string) {
		checkDecoded(t, fmt.Appendf(nil, `{account: "123456789012", region: us-east-1,
network: {newVpc: {cidr: %q, availabilityZones: [us-east-1a, %q]}},
model: {image: %[5]q, modelDataUrl: %[5]q, environment: {%[5]q: %[5]q}}, endpoint: {name: %[5]q},
variant: {name: %[5]q, instanceType: %[5]q}, capacity: {requestsPerSecondPerInstance: 1, startTime: %[5]q},
scaling: {minCapacity: 1, maxCapacity: 2, policies: [{name: %[5]q, track: %[5]q, targetValue: 1},
{name: a, metrics: [{id: %[5]q, expression: %[5]q}, {id: b, metric: {metricName: %[5]q, dimensions: {%[5]q: %[5]q}, statistic: %[5]q}}], targetValue: 1}]}, schedule: [{name: %[5]q, schedule: %[3]q, timezone: %[4]q, minCapacity: 1}],
frontend: {certificateArn: %[5]q, allowedCidrs: [%[1]q]}, tags: {%[5]q: %[5]q}}`, cidr, zone, schedule, timezone, name))
	})
}

// FuzzSteps puts any ranges where rules read them. What they let pass, the model
// does too.
func FuzzSteps(f *testing.F) {
	f.Add(8.0, 12.0, 12.0, 20.0, 8.0, true, true, false, "")
	f.Add(0.1, 0.3, 0.3, 0.0, 0.1, true, true, true, "LessThanThreshold")
	f.Add(1e13, 1e13+1, 1e13+1, 2e13, 0.0, false, true, false, "GreaterThanThreshold")
	f.Fuzz(func(t *testing.T, a, b, c, d, threshold float64, from, to, open bool, comparison string) {
		key := func(given bool, key string, value float64) string {
			if !given {
				return ""
			}
			return fmt.Sprintf("%s: %s, ", key, strconv.FormatFloat(value, 'g', -1, 64))
		}
		policy := fmt.Sprintf(`policies: [{name: surge, step: {alarm: {metric: {metricName: CPUUtilization}, %scomparisonOperator: %q}, `+
			`steps: [{%s%sadjustment: 1}, {%s%sadjustment: 2}]}}]`, key(threshold != 0, "threshold", threshold), comparison,
			key(from, "from", a), key(to, "to", b), key(true, "from", c), key(!open, "to", d))
		if comparison == "" {
			policy = strings.Replace(policy, `, comparisonOperator: ""`, "", 1)
		}
		checkDecoded(t, []byte(strings.Replace(environment(t), "maxCapacity: 12\n", "maxCapacity: 12\n  "+policy+"\n", 1)))
	})
}

// checkDecoded is what holds for every file, good or bad.
func checkDecoded(t *testing.T, data []byte) {
	e, ps := decode("f.yaml", "test", data)
	for i, p := range ps {
		if p.Line < 1 || p.Column < 1 || p.Rule == "" || strings.ContainsAny(p.String(), "\n\r") {
			t.Errorf("%q is not a problem on one line, with its place and rule", p)
		}
		if i > 0 && p.Line < ps[i-1].Line {
			t.Errorf("line %d is reported after line %d", p.Line, ps[i-1].Line)
		}
	}
	if len(ps) == 0 {
		for _, v := range e.ProductionVariants() {
			if err := v.ScalableTarget().Validate().Err(); err != nil {
				t.Errorf("an environment without a problem has %v", err)
			}
		}
		for _, c := range e.Components {
			if err := c.ComponentScaling.Validate(c.Name).Err(); err != nil {
				t.Errorf("an environment without a problem has %v", err)
			}
		}
	}
}
