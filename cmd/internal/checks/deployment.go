package checks

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes/source"
)

func stacks(ctx context.Context, r *reader) (results []Result) {
	client := cloudformation.NewFromConfig(r.AWS)
	for _, name := range r.stacks() {
		found, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
		var status types.StackStatus
		switch {
		case missing(err):
		case err != nil:
			results = append(results, failed("cloudformation:DescribeStacks", err).of(name))
			continue
		default:
			status = found.Stacks[0].StackStatus
		}
		results = append(results, judgeStack(name, r.env.Name, r.env.Region, status, r.BeforeDeployment).of(name))
	}
	return results
}

// judgeStack judges a stack's status, "" for none.
func judgeStack(name, environment, region string, status types.StackStatus, before bool) Result {
	const needed = "a stack that can be updated"
	s := string(status)
	if status == types.StackStatusReviewInProgress {
		status = "" // a change set would create it; the CDK takes it as not there
	}
	switch {
	case status == "" && before:
		return ok("not there: the first deployment makes it")
	case status == "":
		return wrong("not there", "the stack", "it is not deployed", "make deploy ENV="+environment)
	case status == types.StackStatusRollbackComplete || status == types.StackStatusRollbackFailed ||
		status == types.StackStatusCreateFailed || status == types.StackStatusDeleteFailed:
		return wrong(s, needed, "CloudFormation updates no stack whose creation failed",
			command(region, "cloudformation update-termination-protection --no-enable-termination-protection "+
				"--stack-name %s", name)+" && "+
				command(region, "cloudformation delete-stack --stack-name %s", name)+", and deploy it anew")
	case status == types.StackStatusUpdateRollbackFailed:
		return wrong(s, needed, "a rollback has stopped half-way",
			command(region, "cloudformation continue-update-rollback --stack-name %s", name))
	case strings.HasSuffix(s, "_IN_PROGRESS"):
		return wrong(s, needed, "something is deploying or deleting it", "wait until that has ended")
	case strings.HasSuffix(s, "_FAILED"):
		return wrong(s, needed, "its last operation failed", "read its events, and mend what failed")
	default:
		return ok(s)
	}
}

func templates(ctx context.Context, r *reader) []Result {
	client := cloudformation.NewFromConfig(r.AWS)
	var stand []changes.Stack
	for _, name := range r.stacks() {
		got, err := client.GetTemplate(ctx, &cloudformation.GetTemplateInput{
			StackName: &name, TemplateStage: types.TemplateStageOriginal,
		})
		if missing(err) {
			continue // the check of the stacks says so
		}
		if err != nil {
			return []Result{failed("cloudformation:GetTemplate", err)}
		}
		s, err := changes.ReadStack(name, []byte(aws.ToString(got.TemplateBody)))
		if err != nil {
			return []Result{wrong("no JSON", "the template that the file makes", "the CDK has not deployed "+name,
				"give the stack another name, or delete it")}
		}
		stand = append(stand, s)
	}
	if len(stand) == 0 {
		return nil
	}
	side, err := source.Open(ctx, r.App, r.File, r.env.Name)
	if err != nil {
		return []Result{unknown(err.Error(), "")}
	}
	shall, err := source.App{Dir: r.App}.Stacks(ctx, side)
	if err != nil {
		return []Result{unknown(firstLine(err), "run it in the folder of the app, or give --app; make synth says more")}
	}
	return []Result{judgeTemplates(r.env.Name, stand, changes.Compare(stand, shall))}
}

// judgeTemplates judges what a deployment would change. Stacks that are not there are
// left out.
func judgeTemplates(environment string, stand []changes.Stack, all []changes.Change) Result {
	there := map[string]bool{}
	for _, s := range stand {
		there[s.Name] = true
	}
	var names []string
	for _, c := range all {
		if there[c.Stack] {
			names = append(names, fmt.Sprintf("%s (%s)", c.Name(), c.Action))
		}
	}
	if len(names) == 0 {
		return ok("what the file makes")
	}
	const shown = 3
	text := strings.Join(names[:min(len(names), shown)], ", ")
	if more := len(names) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return wrong(fmt.Sprintf("%d resources differ: %s", len(names), text), "what the file makes",
		"the environment file or the app has changed since the last deployment",
		fmt.Sprintf("make changes ENV=%s, and make deploy ENV=%s", environment, environment))
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
