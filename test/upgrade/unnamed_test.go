package upgrade_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// TestUnnamed: what an update breaks is told until the notes name it, and nothing else is.
func TestUnnamed(t *testing.T) {
	t.Parallel()
	const (
		bucket   = `"Logs": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "a"}}`
		config   = `"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [{"VariantName": "a"}]}}`
		alarm    = `"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Threshold": 1}}`
		policy   = `"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "a"}}`
		url, ref = `"Outputs": {"URL": {"Value": "a"}}`, `"Outputs": {"PublishOutputRefVpc": {"Value": "a"}}`
	)
	for _, test := range []struct {
		name, from, to, notes string
		want                  []string // substrings of each that is told
	}{
		{name: "nothing changes", from: resources(bucket), to: resources(bucket)},
		{name: "something is added", from: resources(bucket), to: resources(bucket, alarm)},
		{name: "in place", from: resources(alarm), to: resources(strings.ReplaceAll(alarm, "1", "2"))},
		{name: "made anew, and nobody feels it", from: resources(policy), to: resources(strings.ReplaceAll(policy, `"a"`, `"b"`))},
		{name: "replaced", from: resources(bucket), to: resources(strings.ReplaceAll(bucket, `"a"`, `"b"`)),
			want: []string{"prod-part: Logs (AWS::S3::Bucket): replaced"}},
		{name: "new fleet", from: resources(config), to: resources(strings.ReplaceAll(config, `"a"`, `"b"`)),
			want: []string{"prod-part: Config (AWS::SageMaker::EndpointConfig): new fleet"}},
		{name: "refused", from: resources(bucket), to: resources(strings.ReplaceAll(bucket, "AWS::S3::Bucket", "AWS::SQS::Queue")),
			want: []string{"prod-part: Logs (AWS::SQS::Queue): refused"}},
		{name: "gone, where no user feels it", from: resources(bucket, alarm), to: resources(bucket),
			want: []string{"prod-part: Alarm (AWS::CloudWatch::Alarm): gone"}},
		{name: "another logical ID", from: resources(bucket), to: resources(strings.ReplaceAll(bucket, "Logs", "AccessLogs")),
			want: []string{"AccessLogs (AWS::S3::Bucket): refused", "Logs (AWS::S3::Bucket): gone"}},
		{name: "named", from: resources(bucket), to: resources(), notes: "- The bucket `Logs` is gone: empty it before."},
		{name: "named without backticks, and as a part of a name", from: resources(bucket), to: resources(),
			notes: "- Logs is gone, and so are `AccessLogs` and `Logs2`.", want: []string{"Logs"}},
		{name: "one of two named", from: resources(bucket, alarm), to: resources(), notes: "`Alarm`", want: []string{"Logs"}},
		{name: "an output is gone", from: `{` + url + `}`, to: `{}`, want: []string{"prod-part: the output URL is gone"}},
		{name: "an output is named", from: `{` + url + `}`, to: `{}`, notes: "`URL`"},
		{name: "an output between stacks is gone", from: `{` + ref + `}`, to: `{}`},
		{name: "a stack is gone", from: resources(bucket), want: []string{"prod-part is gone"}},
		{name: "a stack is named", from: resources(bucket), notes: "`prod-part`"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := unnamed(stack(t, test.from), stack(t, test.to), test.notes)
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

func resources(some ...string) string {
	return `{"Resources": {` + strings.Join(some, ", ") + `}}`
}

// stack is the stack prod-part of a template, none without one.
func stack(t *testing.T, template string) []changes.Stack {
	t.Helper()
	if template == "" {
		return nil
	}
	s, err := changes.ReadStack("prod-part", []byte(template))
	if err != nil {
		t.Fatalf("%v in %s", err, template)
	}
	return []changes.Stack{s}
}

// TestUnreleased: what earlier releases named excuses nothing today.
func TestUnreleased(t *testing.T) {
	t.Parallel()
	const changelog = "# Changelog\n\n## Unreleased\n\n### Breaking\n- `A`\n\n## 0.2.0 - 2027-01-31\n- `B`\n\n## 0.1.0 - 2026-12-01\n- `C`\n"
	if diff := cmp.Diff("\n### Breaking\n- `A`\n", unreleased(changelog)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := unreleased(strings.ReplaceAll(changelog, "\n### Breaking\n- `A`\n", "")); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
