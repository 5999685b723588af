package checks

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

func endpointName(ctx context.Context, r *reader) []Result {
	name, status, own := r.env.Endpoint.Name, "", false
	got, err := sagemaker.NewFromConfig(r.AWS).DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
	if err != nil && !missing(err) {
		return []Result{failed("sagemaker:DescribeEndpoint", err).of(name)}
	}
	if err == nil {
		status = string(got.EndpointStatus)
		made, problem := r.list(ctx, "AWS::SageMaker::Endpoint")
		if problem != nil {
			return problem
		}
		own = slices.ContainsFunc(made, func(e resource) bool {
			return strings.EqualFold(path.Base(e.physicalID), name) // its ARN ends in /NAME
		})
	}
	deletion := command(r.env.Region, "sagemaker delete-endpoint --endpoint-name %s", name)
	return []Result{judgeName(status, own, deletion).of(name)}
}

// judgeName judges the endpoint that has the name, by its status, "" for none (fact C65).
func judgeName(status string, own bool, deletion string) Result {
	switch {
	case status == "":
		return ok("free")
	case own:
		return ok("the stack's")
	default:
		return wrong("an endpoint that is "+status, "a name that is free",
			"no stack of the environment has made that endpoint, and SageMaker takes no second one of its name",
			"give endpoint.name another name, or, if nothing calls that endpoint, "+deletion)
	}
}

func endpoint(ctx context.Context, r *reader) []Result {
	name := r.env.Endpoint.Name
	got, err := sagemaker.NewFromConfig(r.AWS).DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
	switch {
	case missing(err):
		return []Result{wrong("not there", "InService", "every request fails", "make deploy ENV="+r.env.Name).of(name)}
	case err != nil:
		return []Result{failed("sagemaker:DescribeEndpoint", err).of(name)}
	}
	return []Result{judgeEndpoint(got, r.env.Name).of(name)}
}

// judgeEndpoint judges the endpoint's status (fact C20), and its instances.
func judgeEndpoint(e *sagemaker.DescribeEndpointOutput, environment string) Result {
	found := string(e.EndpointStatus)
	if why := aws.ToString(e.FailureReason); why != "" {
		found += ": " + why
	}
	switch e.EndpointStatus {
	case types.EndpointStatusInService:
	case types.EndpointStatusUpdating, types.EndpointStatusRollingBack, types.EndpointStatusCreating,
		types.EndpointStatusSystemUpdating:
		return unknown(found+": nothing else can change it meanwhile (fact C35)", "run this again when it is InService")
	default:
		return wrong(found, "InService", "it answers nobody, or cannot be changed",
			"read the containers' log, mend the cause, and run make deploy ENV="+environment)
	}
	var texts []string
	for _, v := range e.ProductionVariants {
		if v.DesiredInstanceCount == nil {
			continue // serverless
		}
		current, desired := aws.ToInt32(v.CurrentInstanceCount), aws.ToInt32(v.DesiredInstanceCount)
		name := aws.ToString(v.VariantName)
		if current < desired {
			return wrong(fmt.Sprintf("%s has %d of %d instances", name, current, desired), fmt.Sprint(desired),
				"SageMaker has not got the instances", "see the quota of instances above; if it holds them, "+
					"AWS lacks capacity: add instance pools, or ask for a reservation")
		}
		texts = append(texts, fmt.Sprintf("%s %d instances", name, current))
	}
	if why := aws.ToString(e.FailureReason); why != "" {
		return wrong(found, "no failure", "its last update failed, and the old configuration serves",
			"mend the cause, and run make deploy ENV="+environment)
	}
	if len(texts) > 0 {
		found += ", " + strings.Join(texts, ", ")
	}
	return ok(found)
}
