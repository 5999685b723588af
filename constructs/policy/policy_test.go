package policy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestMain(m *testing.M) { template.Main(m) }

func resources(t *testing.T, file string) map[string]policy.Resource {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var found map[string]policy.Resource
	if err := json.Unmarshal(data, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// broken returns the rules that are broken in production, as RULE LogicalID.
func broken(t *testing.T, file string) []string {
	t.Helper()
	found := []string{}
	for id, r := range resources(t, file) {
		for _, rule := range policy.Broken(r, true) {
			found = append(found, rule.ID+" "+id)
		}
	}
	slices.Sort(found)
	return found
}

func TestBroken(t *testing.T) {
	want := []string{
		"bucket-encrypted Bucket",
		"bucket-expires Bucket",
		"bucket-expires BucketHalfOpen",
		"bucket-private Bucket",
		"bucket-private BucketHalfOpen",
		"endpoint-retained Endpoint",
		"endpoint-retained EndpointOfOneStack",
		"endpoint-retained EndpointOfOneUpdate",
		"listener-uses-tls Listener",
		"load-balancer-logs LoadBalancer",
		"load-balancer-protected LoadBalancer",
		"log-group-expires Log",
		"open-to-listeners-only Group",
		"open-to-listeners-only GroupOverIPv6",
		"open-to-listeners-only Ingress",
		"permission-names-source Permission",
		"policy-names-actions ActionByWildcard",
		"policy-names-actions AllActionsButOne",
		"policy-names-actions Role",
		"policy-names-resources AllResources",
		"policy-names-resources MetricsAnywhere",
		"policy-names-resources Role",
		"secret-by-reference Login",
		"stack-protected Stack",
		"stack-protected StackOpen",
		"token-names-audience Token",
		"token-names-audience TokenWithoutClaims",
	}
	if diff := cmp.Diff(want, broken(t, "breaks.json")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{}, broken(t, "keeps.json")); diff != "" {
		t.Errorf("of what keeps them all (-want +got)\n%s", diff)
	}
	for _, rule := range policy.Rules() {
		if !slices.ContainsFunc(want, func(s string) bool { return strings.HasPrefix(s, rule.ID+" ") }) {
			t.Errorf("no resource here breaks %s", rule.ID)
		}
	}
}

// synthesize makes a Stage with a log group without retention and a load balancer
// without attributes. It returns the findings, and whether synthesis failed.
func synthesize(t *testing.T, production bool, acknowledged ...string) (found []string, stopped bool) {
	t.Helper()
	return synthesizeWith(
		t,
		policy.PluginProps{Production: production},
		func(stage awscdk.Stage, _ constructs.IConstruct) {
			for _, id := range acknowledged {
				awscdk.Validations_Of(stage).Acknowledge(&awscdk.Acknowledgment{Id: jsii.String(policy.Name + "::" + id),
					Reason: jsii.String("it is a test")})
			}
		},
	)
}

// synthesizeWith is synthesize with a change of the Stage and of its log group.
func synthesizeWith(
	t *testing.T, props policy.PluginProps, change func(stage awscdk.Stage, log constructs.IConstruct),
) (found []string, stopped bool) {
	t.Helper()
	out := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stage := awscdk.NewStage(app, jsii.String("odds"), nil)
	awscdk.Validations_Of(stage).AddPlugins(policy.NewPlugin(props))
	stack := awscdk.NewStack(stage, jsii.String("ends"), nil)
	for id, kind := range map[string]string{
		"Log": "AWS::Logs::LogGroup", "LoadBalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
	} {
		awscdk.NewCfnResource(stack, jsii.String(id), &awscdk.CfnResourceProps{Type: jsii.String(kind)})
	}
	change(stage, stack.Node().FindChild(jsii.String("Log")))
	func() {
		defer func() { stopped = recover() != nil }()
		app.Synth(nil)
	}()
	data, err := os.ReadFile(filepath.Join(out, "validation-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		PluginReports []struct {
			PluginName string
			Violations []struct{ RuleName string }
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	for _, r := range report.PluginReports {
		for _, v := range r.Violations {
			if r.PluginName == policy.Name {
				found = append(found, v.RuleName)
			}
		}
	}
	slices.Sort(found)
	return found, stopped
}

// TestSynth: a finding fails the synthesis unless it is acknowledged. Findings of
// rules for production occur in production only.
func TestSynth(t *testing.T) {
	const log, logs, protected = "log-group-expires[odds/ends/Log]", "load-balancer-logs[odds/ends/LoadBalancer]",
		"load-balancer-protected[odds/ends/LoadBalancer]"
	const stack = "stack-protected[odds/ends]"
	for _, test := range []struct {
		name         string
		production   bool
		acknowledged []string
		want         []string
	}{
		{"anywhere", false, nil, []string{log}},
		{"in production", true, nil, []string{logs, protected, log, stack}},
		{"one acknowledged", true, []string{logs}, []string{protected, log, stack}},
		{"all acknowledged", false, []string{log}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, stopped := synthesize(t, test.production, test.acknowledged...)
			if diff := cmp.Diff(test.want, found); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if stopped != (test.want != nil) {
				t.Errorf("stopped: %v", stopped)
			}
		})
	}
}

// TestRulesOfATeam: the rules that are named hold, and no others.
func TestRulesOfATeam(t *testing.T) {
	none := func(awscdk.Stage, constructs.IConstruct) {}
	found, stopped := synthesizeWith(t, policy.PluginProps{Rules: []string{"load-balancer-logs", "bucket-private"}}, none)
	if diff := cmp.Diff([]string{"load-balancer-logs[odds/ends/LoadBalancer]"}, found); diff != "" || !stopped {
		t.Errorf("stopped %v (-want +got)\n%s", stopped, diff)
	}
	err := policy.PluginProps{Rules: []string{"bucket-privat"}}.Validate()
	if err == nil ||
		!strings.HasPrefix(
			err.Error(),
			`Rules[0]: got "bucket-privat": there is no such rule; the rules are log-group-expires, `,
		) {
		t.Errorf("got %v", err)
	}
}

// TestAcknowledge: one finding is accepted by its resource, another by its stack.
func TestAcknowledge(t *testing.T) {
	found, _ := synthesizeWith(t, policy.PluginProps{Production: true}, func(_ awscdk.Stage, log constructs.IConstruct) {
		policy.Acknowledge(log, "log-group-expires", "the regulator wants it for ten years")
		policy.Acknowledge(awscdk.Stack_Of(log), "stack-protected", "it has no state")
	})
	want := []string{"load-balancer-logs[odds/ends/LoadBalancer]", "load-balancer-protected[odds/ends/LoadBalancer]"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	got := template.Panics(t, func() { policy.Acknowledge(template.NewApp(t), "log-group-expire", " ") }).(error).Error()
	for _, want := range []string{
		`Rule: got "log-group-expire": there is no such rule; `,
		"Reason: what is acknowledged has a reason; say why it does no harm here",
		"Target: the rules judge resources and stacks, and this is neither; give the resource that the finding names",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in %s", want, got)
		}
	}
}

// TestDocumented: docs/policy.md lists every rule, in order.
func TestDocumented(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(template.Root(t), "docs", "policy.md"))
	if err != nil {
		t.Fatal(err)
	}
	var listed, want []string
	for _, line := range strings.Split(string(data), "\n") {
		if cells := strings.Split(line, "|"); strings.HasPrefix(line, "| `") && len(cells) > 2 {
			listed = append(listed, strings.TrimSpace(cells[1])+" "+strings.TrimSpace(cells[2]))
		}
	}
	for _, r := range policy.Rules() {
		where := "everywhere"
		if r.Production {
			where = "production"
		}
		want = append(want, "`"+r.ID+"` "+where)
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("docs/policy.md (-rules +page)\n%s", diff)
	}
}
