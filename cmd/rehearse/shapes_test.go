package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// crossed is what is said where the maximum is below the minimum.
const crossed = "the maximum is below the minimum of "

// found are the rules with findings about a shape, each of which is true of it.
var found = map[string]string{
	"cdk-l2-steps.json": "scale-in-disabled",
	"components.yaml":   "target-unordered",
	"conditional-endpoints.yaml --parameter Stage=dev": "count-not-retained target-unordered",
	"foreach-pairs.yaml":    "count-not-retained",
	"iac-generator.yaml":    "suspended-state",
	"scheduled-inline.yaml": "weekday-numbers",
	"serverless-framework.json --requests-per-second 20 --start-time 6m": "cooldown-short",
	"stackname-crossed.yaml": "count-not-retained",
	"twice.yaml":             "target-twice target-twice",
}

// rule is the rule at the end of a finding's line.
var rule = regexp.MustCompile(`(?m)\[([a-z-]+)\]$`)

// TestShapes: templates as people write and generate them, and what the lint reads of
// each.
func TestShapes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, test := range []struct {
		file, args string
		// judged begins the last line. bad is for exit status 2.
		judged string
		bad    bool
		says   []string
	}{
		// Made by the CDK.
		{"cdk-l1.json", "", "1 scalable target", false, nil},
		{"cdk-l2-tracking.json", "", "1 scalable target", false, nil},
		{"cdk-l2-steps.json", "", "1 scalable target", false, nil},
		{"cdk-imported-endpoint.json", "", "1 scalable target", true, []string{":3:3: Target: Target.MaxCapacity: got 4: " + crossed + "9"}},
		{"cdk-number-parameter.json", "", "0 scalable targets", true, []string{"the parameter Floor has no default"}},
		{"cdk-number-parameter.json", "--parameter Floor=9", "1 scalable target", true, []string{crossed + "9"}},
		{"cdk-number-parameter.json", "--parameter Floor=21", "", true, []string{
			`:2:17: Parameters.Floor: got "21": the value is over the parameter's MaxValue of 20; give at most that`}},
		{"cdk-nested.json", "", "1 scalable target", true, []string{"cdk-nested.nested.template:4:3: Target: Target.MaxCapacity: got 3: " + crossed + "5"}},
		// SAM, the Serverless Framework, and what has become of Terraform.
		{"sam.yaml", "", "1 scalable target", false, nil},
		{"sam.yaml", "--parameter Stagename=prod", "", true, []string{
			`sam.yaml: Parameters.Stagename: got "prod": no template that was read has this parameter; write StageName`}},
		{"sam-application.yaml", "", "1 scalable target", false, []string{
			":6:7: not judged: Shared.Properties.Location: ", "1 part of the template not read"}},
		{"sam-local-application.yaml", "", "1 scalable target", false, nil},
		{"serverless-framework.json", "", "1 scalable target", false, nil},
		{"serverless-framework.json", "--requests-per-second 20 --start-time 6m", "1 scalable target", false,
			[]string{"[cooldown-short]", "the 6m that an instance takes to start"}},
		{"terraform-converted.yaml", "", "1 scalable target", false, nil},
		{"iac-generator.yaml", "", "1 scalable target", false, []string{"[suspended-state]"}},
		// Nothing of SageMaker's scales.
		{"no-scaling.yaml", "", "0 scalable targets", false, []string{"no-scaling.yaml: nothing of SageMaker's scales here"}},
		{"no-scaling.yaml", "--require", "0 scalable targets", true, []string{"--require: got 0 scalable targets judged"}},
		{"dynamodb-only.yaml", "", "0 scalable targets", false, []string{"nothing of SageMaker's scales here"}},
		{"ecs-policies-only.yaml", "", "0 scalable targets", false, []string{"nothing of SageMaker's scales here"}},
		// Names that are not known.
		{"endpoint-by-parameter.yaml", "", "1 scalable target", false, nil},
		{"variant-by-parameter.yaml", "", "1 scalable target", false, nil},
		{"variant-by-parameter.yaml", "--parameter Name=other", "1 scalable target", true, []string{
			`got "endpoint/odds/variant/other": the endpoint has no variant of this name; name one that it has: main`}},
		{"mlops-parameters.yaml", "", "1 scalable target", true, []string{"Target: Target.MaxCapacity: got 2: " + crossed + "3"}},
		{"mlops-parameters.yaml", "--parameter ProjectName=", "", true, []string{"the length is below the parameter's MinLength of 1"}},
		{"stackname-crossed.yaml", "", "1 scalable target", true, []string{"MaxCapacity: got 4: " + crossed + "9"}},
		{"whole-name-parameter.yaml", "", "1 scalable target", true, []string{crossed + "6"}},
		{"whole-name-parameter.yaml", "--parameter Resource=endpoint/x", "", true, []string{"AllowedPattern does not match"}},
		{"ssm-names.yaml", "", "1 scalable target", false, nil},
		{"split-arn.yaml", "", "1 scalable target", false, nil},
		{"sub-with-map.yaml", "", "1 scalable target", false, nil},
		{"twice.yaml", "", "2 scalable targets", false, nil},
		// Bounds that are not known.
		{"imported-bound.yaml", "", "0 scalable targets", true, []string{`no stack that was read exports "${AWS::StackName}-most"`}},
		{"ssm-bound.yaml", "", "0 scalable targets", true, []string{"{{resolve:ssm:/odds/most}}: this is read from a store"}},
		{"mapping-by-region.yaml", "", "0 scalable targets", true, []string{"give AWS::Region"}},
		{"mapping-by-region.yaml", "--region us-east-1", "1 scalable target", false, nil},
		// Conditions.
		{"if-novalue.yaml", "", "1 scalable target", false, nil},
		{"if-novalue.yaml", "--parameter Evenings=yes", "1 scalable target", true, []string{"ScheduledActions[0].MinCapacity: got 12: "}},
		{"if-novalue.yaml", "--parameter Evenings=Yes", "", true, []string{
			`got "Yes": the parameter does not allow this value; give one of yes, no`}},
		{"condition-production.yaml", "", "0 scalable targets", false, []string{
			`:10:16: not judged: Target.Condition: got Scales: it is not made, since the condition Scales is false: ` +
				`Stage is "test", Scale is "true"; to judge it, give the parameter Stage=prod`}},
		{"condition-production.yaml", "--parameter Stage=prod", "1 scalable target", true, []string{crossed + "4"}},
		{"condition-by-region.yaml", "", "0 scalable targets", true, []string{"${AWS::Region} and eu-west-1"}},
		{"condition-by-region.yaml", "--region us-east-1", "0 scalable targets", false, []string{
			`AWS::Region is "us-east-1"; to judge it, give the parameter AWS::Region=eu-west-1`}},
		{"condition-by-region.yaml", "--parameter AWS::Region=eu-west-1", "1 scalable target", false, nil},
		{"conditional-endpoints.yaml", "", "1 scalable target", false, nil},
		{"conditional-endpoints.yaml", "--parameter Stage=dev", "1 scalable target", true, []string{
			"name one that it has: dev"}},
		// Loops and other language extensions.
		{"foreach-nested.yaml", "", "4 scalable targets", false, nil},
		{"foreach-nested.yaml", "--parameter Teams=one", "2 scalable targets", false, nil},
		{"foreach-sections.yaml", "", "1 scalable target", false, []string{
			"Targetlarge.Condition: got Islarge: it is not made", "give the parameter On=large"}},
		{"foreach-pairs.yaml", "", "1 scalable target", true, []string{"Targeta.Condition: got IsOn: ",
			"since the condition IsOn is false; no parameter changes that", "Targetb: Target.MaxCapacity: got 1: " + crossed + "2"}},
		{"language-extensions.yaml", "", "1 scalable target", true, []string{"MaxCapacity: got 3: " + crossed + "7"}},
		// What stands elsewhere.
		{"macro.yaml", "", "1 scalable target", false, []string{":1:13: not judged: Transform: got CountResources: "}},
		{"macro.yaml", "--require", "1 scalable target", true, []string{"1 part of the template not read: something has to be judged"}},
		{"module.yaml", "", "1 scalable target", false, []string{"Standard.Type: got Example::Serving::Endpoint::MODULE"}},
		{"include-in-properties.yaml", "", "1 scalable target", true, []string{"Target.Properties.Fn::Transform: got AWS::Include"}},
		{"include-in-endpoint.yaml", "", "1 scalable target", false, nil},
		{"include-beside-endpoint.yaml", "", "1 scalable target", false, []string{"1 part of the template not read"}},
		{"include-sections.yaml", "", "0 scalable targets", true, []string{"not judged: Mappings.Fn::Transform: got AWS::Include"}},
		{"stack-set.yaml", "", "1 scalable target", false, []string{"not judged: Everywhere.Properties.TemplateBody"}},
		{"nested-url.yaml", "", "0 scalable targets", false, []string{
			"not judged: Network.Properties.TemplateURL", "not judged: Scaling.Properties.TemplateURL", "2 parts of the template not read"}},
		{"nested-url.yaml", "--parameter Scale=no", "0 scalable targets", false, []string{"1 part of the template not read"}},
		{"nested-itself.yaml", "", "1 scalable target", true, []string{"the nested stacks are nested without an end"}},
		{"unknown-tag.yaml", "", "0 scalable targets", true, []string{"Target.Properties.Fn::Rain::Embed: ", "the function Rain::Embed is not resolved"}},
		// Kinds of scaling.
		{"asynchronous.yaml", "", "1 scalable target", false, nil},
		{"components.yaml", "", "2 scalable targets", true, []string{"LargeTarget: Target.MaxCapacity: got 2: " + crossed + "4 copies"}},
		{"several-variants.yaml", "", "2 scalable targets", false, nil},
		{"several-variants.yaml", "--resource Champion", "1 scalable target", false, nil},
		{"several-variants.yaml", "--resource Champoin", "", true, []string{"nothing that scales is called so"}},
		{"alarm-elsewhere.yaml", "", "0 scalable targets", true, []string{
			"Policy: no alarm that was read sets this step policy off", crossed + "7"}},
		{"scheduled-inline.yaml", "", "1 scalable target", false, []string{"[weekday-numbers]"}},
		{"metric-math.yaml", "", "1 scalable target", false, nil},
		{"serverless-variant.yaml", "", "1 scalable target", false, nil},
		{"anchors.yaml", "", "2 scalable targets", true, []string{"Second: Target.MaxCapacity: got 1: " + crossed + "2"}},
	} {
		seen[test.file] = true
		t.Run(strings.TrimSpace(test.file+" "+test.args), func(t *testing.T) {
			t.Parallel()
			args := append([]string{"lint", "--template", "testdata/shapes/" + test.file}, strings.Fields(test.args)...)
			status, out, problems := call(args...)
			if (status == statusBadInput) != test.bad || (problems != "") != test.bad {
				t.Errorf("exit status %d\n%s%s", status, out, problems)
			}
			lines := strings.Split(strings.TrimSpace(out), "\n")
			if !strings.HasPrefix(lines[len(lines)-1], test.judged) || test.judged == "" && out != "" {
				t.Errorf("want %s judged, got\n%s", test.judged, out)
			}
			var rules []string
			for _, m := range rule.FindAllStringSubmatch(out, -1) {
				rules = append(rules, m[1])
			}
			if diff := cmp.Diff(found[strings.TrimSpace(test.file+" "+test.args)], strings.Join(rules, " ")); diff != "" {
				t.Errorf("the rules with findings (-want +got)\n%s%s", diff, out)
			}
			for _, want := range test.says {
				if !strings.Contains(out+problems, want) {
					t.Errorf("want %q within\n%s%s", want, out, problems)
				}
			}
		})
	}
	files, err := os.ReadDir("testdata/shapes")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !seen[file.Name()] && !strings.Contains(file.Name(), ".nested.") {
			t.Errorf("%s has no row", file.Name())
		}
	}
}
