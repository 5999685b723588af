package cloudformation_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// scalesIn is the resource IDs of what scales in a template, which has no problem.
func scalesIn(t *testing.T, text string, o cloudformation.Options) []string {
	t.Helper()
	r, err := cloudformation.Read("t.yaml", []byte(text), o)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var ids []string
	for _, s := range r.Scaled {
		ids = append(ids, s.Subject.Target.ResourceID)
	}
	return ids
}

const aTarget = `{Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {ServiceNamespace: sagemaker,
    ScalableDimension: "%s", MinCapacity: 1, MaxCapacity: 2, ResourceId: %s}}
`

// TestNames: of a name nothing has to be known; what is, is used.
func TestNames(t *testing.T) {
	t.Parallel()
	const variant, component = "sagemaker:variant:DesiredInstanceCount", "sagemaker:inference-component:DesiredCopyCount"
	long := strings.Repeat("n", 60)
	for _, test := range []struct {
		dimension, written, want string
		options                  cloudformation.Options
	}{
		{variant, `!Sub "endpoint/${AWS::StackName}-odds/variant/main"`, "endpoint/StackName-odds/variant/main", cloudformation.Options{}},
		{variant, `!Sub "endpoint/${AWS::StackName}-odds/variant/main"`, "endpoint/prod-odds/variant/main",
			cloudformation.Options{StackName: "prod"}},
		{variant, `!Sub "endpoint/${AWS::AccountId}/variant/${AWS::Region}"`, "endpoint/AccountId/variant/eu-west-1",
			cloudformation.Options{Region: "eu-west-1"}},
		{variant, `!Sub "endpoint/${AWS::Partition}/variant/${AWS::URLSuffix}"`, "endpoint/aws-cn/variant/x",
			cloudformation.Options{Partition: "aws-cn", Parameters: map[string]string{"AWS::URLSuffix": "x"}}},
		{variant, `!Sub "endpoint/${Endpoint}/variant/${Variant}"`, "endpoint/Endpoint/variant/Variant", cloudformation.Options{}},
		{variant, `!Sub "endpoint/${Endpoint}/variant/${Variant}"`, "endpoint/odds/variant/Variant",
			cloudformation.Options{Parameters: map[string]string{"Endpoint": "odds"}}},
		{variant, `!Ref Endpoint`, "endpoint/Endpoint/variant/Endpoint", cloudformation.Options{}},
		{variant, `!Sub "${Endpoint}/variant/main"`, "endpoint/Endpoint-variant-main/variant/main", cloudformation.Options{}},
		{component, `!Ref Endpoint`, "inference-component/Endpoint", cloudformation.Options{}},
		{component, `!Sub "inference-component/${Ask.Name}"`, "inference-component/Ask-Name", cloudformation.Options{}},
		{variant, `!Sub "endpoint/` + long + `-${Endpoint}/variant/main"`, "endpoint/" + long + "-En/variant/main", cloudformation.Options{}},
		{variant, `!Join ["/", [endpoint, !ImportValue {"Fn::Sub": "${AWS::StackName}:Name"}, variant, main]]`,
			"endpoint/StackName-Name/variant/main", cloudformation.Options{}},
		{variant, `!Join ["/", [endpoint, "{{resolve:ssm:/odds/name:1}}", variant, main]]`,
			"endpoint/resolve-ssm-odds-name-1/variant/main", cloudformation.Options{}},
		{variant, `!Sub ["endpoint/${A}/variant/${B}", {A: !Select [0, !Split ["-", !Ref Endpoint]], B: !Select [2, !Split ["-", !Ref Endpoint]]}]`,
			"endpoint/Endpoint/variant/Endpoint-2", cloudformation.Options{}},
	} {
		text := "Parameters: {Endpoint: {Type: String}, Variant: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /v}}\n" +
			"Resources:\n  Ask: {Type: Custom::Ask}\n  T: " + fmt.Sprintf(
			aTarget,
			test.dimension,
			test.written,
		)
		if got := scalesIn(t, text, test.options); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: got %s, want %s", test.written, got, test.want)
		}
	}
}

// TestNamesOfStacks: what the templates of two stacks call alike is not the same, and
// a nested stack has another name than the one above it.
func TestNamesOfStacks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const variant = "sagemaker:variant:DesiredInstanceCount"
	parameters := "Parameters: {Endpoint: {Type: String}}\nResources:\n  T: "
	files := map[string]string{
		"manifest.json": `{"artifacts": {
 "a": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.yaml"}},
 "b": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "b.yaml"}}}}`,
		"a.yaml": parameters + fmt.Sprintf(aTarget, variant, `!Sub "endpoint/${Endpoint}/variant/main"`),
		"b.yaml": parameters + fmt.Sprintf(aTarget, variant, `!Sub "endpoint/${Endpoint}/variant/main"`) +
			"  Within: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: c.yaml, Parameters: {Endpoint: given}}}\n" +
			"  Own: " + fmt.Sprintf(aTarget, variant, `!Sub "endpoint/${AWS::StackName}/variant/main"`),
		"c.yaml": parameters + fmt.Sprintf(aTarget, variant, `!Sub "endpoint/${Endpoint}/variant/${AWS::StackName}"`),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := cloudformation.ReadAssembly(dir, cloudformation.Options{})
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range r.Scaled {
		got = append(got, s.Stack+": "+s.Subject.Target.ResourceID)
	}
	want := []string{
		"a: endpoint/a-Endpoint/variant/main",
		"b: endpoint/b-Endpoint/variant/main",
		"b: endpoint/b/variant/main",
		"b/Within: endpoint/given/variant/b-Within",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
