package source

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// Deployed reads the stacks that have the names. A stack that is not there is left out.
// The error says of a stack that it cannot be updated now.
func Deployed(ctx context.Context, cfg aws.Config, names []string) ([]changes.Stack, error) {
	client := cloudformation.NewFromConfig(cfg)
	var stacks []changes.Stack
	var wrong []error
	for _, name := range names {
		s, err := deployed(ctx, client, name)
		switch {
		case err != nil:
			wrong = append(wrong, err)
		case s != nil:
			stacks = append(stacks, *s)
		}
	}
	return stacks, errors.Join(wrong...)
}

func deployed(ctx context.Context, client *cloudformation.Client, name string) (*changes.Stack, error) {
	found, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	var failed smithy.APIError
	if errors.As(err, &failed) && failed.ErrorCode() == "ValidationError" &&
		strings.Contains(failed.ErrorMessage(), "does not exist") {
		return nil, nil
	}
	if err != nil {
		return nil, unanswered(err)
	}
	stack := found.Stacks[0]
	if err := updatable(name, stack.StackStatus); err != nil {
		return nil, err
	}
	got, err := client.GetTemplate(ctx, &cloudformation.GetTemplateInput{
		StackName: &name, TemplateStage: types.TemplateStageOriginal,
	})
	if err != nil {
		return nil, unanswered(err)
	}
	s, err := changes.ReadStack(name, []byte(*got.TemplateBody))
	if err != nil {
		return nil, fmt.Errorf("stack %s: its template is not JSON, so the CDK has not deployed it; "+
			"give the stacks of this app: %w", name, err)
	}
	return &s, nil
}

// updatable says what to do with a stack that CloudFormation does not update now.
func updatable(name string, status types.StackStatus) error {
	fix := ""
	switch s := string(status); {
	case status == types.StackStatusRollbackComplete || status == types.StackStatusRollbackFailed ||
		status == types.StackStatusCreateFailed:
		fix = "its first deployment failed, and CloudFormation does not update it: delete the stack, and deploy it anew"
	case status == types.StackStatusUpdateRollbackFailed:
		fix = "continue its rollback first: aws cloudformation continue-update-rollback --stack-name " + name
	case strings.HasSuffix(s, "_IN_PROGRESS"):
		return InProgressError{Stack: name, Status: s}
	case strings.HasSuffix(s, "_FAILED"):
		fix = "read its events, and mend what failed"
	default:
		return nil
	}
	return fmt.Errorf("stack %s is in %s: %s", name, status, fix)
}

// InProgressError is a stack that something is deploying or deleting.
type InProgressError struct{ Stack, Status string }

// Error implements error.
func (e InProgressError) Error() string {
	return fmt.Sprintf("stack %s is in %s: something is deploying or deleting it: wait until that has ended",
		e.Stack, e.Status)
}

// unanswered says in one line that CloudFormation does not answer.
func unanswered(err error) error {
	var failed smithy.APIError
	if errors.As(err, &failed) {
		return fmt.Errorf("CloudFormation refuses to say what is deployed: %s: %s; use credentials "+
			"that may call cloudformation:DescribeStacks and cloudformation:GetTemplate",
			failed.ErrorCode(), failed.ErrorMessage())
	}
	return fmt.Errorf("CloudFormation does not say what is deployed: %w", err)
}
