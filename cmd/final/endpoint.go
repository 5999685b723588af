package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
)

// absentError is that there is no endpoint.
type absentError struct{ error }

// readEndpoint describes the environment's endpoint.
func readEndpoint(ctx context.Context, r *run, client *sagemaker.Client) (*sagemaker.DescribeEndpointOutput, error) {
	name := r.env.Endpoint.Name
	found, err := client.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
	var failed smithy.APIError
	if errors.As(err, &failed) && strings.Contains(failed.ErrorMessage(), "Could not find endpoint") {
		return nil, absentError{fmt.Errorf("there is no endpoint %s in account %s, %s: deploy the environment first",
			name, r.env.Account, r.env.Region)}
	}
	if err != nil {
		return nil, account.Error("sagemaker:DescribeEndpoint", err)
	}
	return found, nil
}

// How often an endpoint that is being changed is looked at, and for how long.
var (
	endpointEvery = 5 * time.Second
	endpointFor   = time.Hour
)

// inService waits until the endpoint is in service. While it is Updating SageMaker refuses
// another capacity, and nothing scales (facts C10 and C35).
func inService(ctx context.Context, r *run, client *sagemaker.Client) (*sagemaker.DescribeEndpointOutput, error) {
	said, began := types.EndpointStatus(""), time.Now()
	for {
		e, err := readEndpoint(ctx, r, client)
		if err != nil {
			return nil, err
		}
		switch e.EndpointStatus {
		case types.EndpointStatusInService:
			return e, nil
		case types.EndpointStatusCreating, types.EndpointStatusUpdating, types.EndpointStatusSystemUpdating,
			types.EndpointStatusRollingBack:
		default:
			return nil, fmt.Errorf("endpoint %s is %s (%s): its capacity cannot be changed",
				r.env.Endpoint.Name, e.EndpointStatus, aws.ToString(e.FailureReason))
		}
		if said != e.EndpointStatus {
			said = e.EndpointStatus
			r.say("Waiting: endpoint %s is %s, and SageMaker refuses another capacity meanwhile. "+
				"Ctrl-C leaves all as it is.\n", r.env.Endpoint.Name, said)
		}
		if time.Since(began) > endpointFor {
			return nil, fmt.Errorf("endpoint %s has been %s for %s: see its update in the console; nothing was changed",
				r.env.Endpoint.Name, said, endpointFor)
		}
		if err := pause(ctx, endpointEvery); err != nil {
			return nil, err
		}
	}
}

// fleet is how many of something that scales there are.
type fleet struct {
	desired, inService int
}

// variantFleet is the fleet of a variant: its instances, or its provisioned concurrency.
func variantFleet(v types.ProductionVariantSummary) fleet {
	if v.CurrentServerlessConfig != nil {
		f := fleet{inService: int(aws.ToInt32(v.CurrentServerlessConfig.ProvisionedConcurrency))}
		f.desired = f.inService
		if v.DesiredServerlessConfig != nil {
			f.desired = int(aws.ToInt32(v.DesiredServerlessConfig.ProvisionedConcurrency))
		}
		return f
	}
	return fleet{int(aws.ToInt32(v.DesiredInstanceCount)), int(aws.ToInt32(v.CurrentInstanceCount))}
}

// componentFleet reads the copies of an inference component.
func componentFleet(ctx context.Context, client *sagemaker.Client, name string) (f fleet, err error) {
	found, err := client.DescribeInferenceComponent(ctx,
		&sagemaker.DescribeInferenceComponentInput{InferenceComponentName: &name})
	if err != nil {
		return f, account.Error("sagemaker:DescribeInferenceComponent", err)
	}
	if c := found.RuntimeConfig; c != nil {
		f = fleet{int(aws.ToInt32(c.DesiredCopyCount)), int(aws.ToInt32(c.CurrentCopyCount))}
	}
	return f, nil
}
