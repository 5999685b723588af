package checks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// reader reads what several checks need once.
type reader struct {
	Options
	env       config.Environment
	mu        sync.Mutex
	resources map[string]func() ([]types.StackResourceSummary, error)
}

func newReader(o Options) *reader {
	e := o.Environment.WithDefaults()
	return &reader{Options: o, env: e, resources: map[string]func() ([]types.StackResourceSummary, error){}}
}

// stacks are the names of the environment's stacks, in the order of their deployment.
func (r *reader) stacks() (names []string) {
	if r.env.HasNetwork() {
		names = append(names, r.env.Name+"-network")
	}
	names = append(names, r.env.Name+"-inference")
	if r.env.HasFrontend() {
		names = append(names, r.env.Name+"-frontend")
	}
	if r.env.HasMonitoring() {
		names = append(names, r.env.Name+"-monitoring")
	}
	return names
}

// resource is a resource of the environment's stacks.
type resource struct{ stack, logicalID, physicalID string }

// of returns the resources of a type that the environment's stacks have made. A stack
// that is not there has none: the check of the stacks says so.
func (r *reader) of(ctx context.Context, resourceType string) (found []resource, err error) {
	for _, name := range r.stacks() {
		all, err := r.read(ctx, name)()
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			if aws.ToString(s.ResourceType) == resourceType && s.PhysicalResourceId != nil {
				found = append(found, resource{name, aws.ToString(s.LogicalResourceId), *s.PhysicalResourceId})
			}
		}
	}
	return found, nil
}

// read reads a stack's resources once.
func (r *reader) read(ctx context.Context, stack string) func() ([]types.StackResourceSummary, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.resources[stack] == nil {
		r.resources[stack] = sync.OnceValues(func() (all []types.StackResourceSummary, err error) {
			client := cloudformation.NewFromConfig(r.AWS)
			pages := cloudformation.NewListStackResourcesPaginator(client,
				&cloudformation.ListStackResourcesInput{StackName: &stack})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				all = append(all, page.StackResourceSummaries...)
			}
			return all, nil
		})
	}
	return r.resources[stack]
}

// missing says whether an error is that what was asked for is not there.
func missing(err error) bool {
	var failed smithy.APIError
	if !errors.As(err, &failed) {
		return false
	}
	switch failed.ErrorCode() {
	case "ValidationError", "ValidationException": // CloudFormation's, SageMaker's and others' word for it
		return contains(failed.ErrorMessage(), "does not exist", "not exist", "Could not find", "could not be found")
	case "ResourceNotFoundException", "NoSuchEntity", "NoSuchEntityException", "NotFound", "NotFoundException",
		"NoSuchKey", "NoSuchBucket", "NoSuchHostedZone", "RepositoryNotFoundException", "ImageNotFoundException",
		"LoadBalancerNotFound", "TargetGroupNotFound", "InvalidSubnetID.NotFound", "ClusterNotFoundException",
		"NoSuchResourceException", "ResourceNotFound":
		return true
	}
	return false
}

// list is the resources of a type, or the one result that says why there are none to
// judge: what is missing is told by the check of the stacks.
func (r *reader) list(ctx context.Context, resourceType string) ([]resource, []Result) {
	found, err := r.of(ctx, resourceType)
	if err != nil {
		return nil, []Result{failed("cloudformation:ListStackResources", err)}
	}
	return found, nil
}

// failed is the result of a call that AWS did not answer.
func failed(action string, err error) Result {
	return unknown(account.Error(action, err).Error(), "")
}

// command is a command of the AWS CLI in a region.
func command(region, format string, args ...any) string {
	return "aws --region " + region + " " + fmt.Sprintf(format, args...)
}

// contains says whether text has one of the parts.
func contains(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
