package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// gateway is the deployed gateway: a function, or a service with its cluster. That of
// a canary is another one.
type gateway struct{ function, cluster, service string }

// findGateway reads the gateway out of the environment's frontend stack.
func (a *account) findGateway(ctx context.Context) (gateway, error) {
	var g gateway
	all, err := a.frontend(ctx)
	if err != nil {
		return g, err
	}
	for _, r := range all {
		if !strings.HasPrefix(aws.ToString(r.LogicalResourceId), "Gateway") {
			continue
		}
		id := aws.ToString(r.PhysicalResourceId)
		switch aws.ToString(r.ResourceType) {
		case "AWS::Lambda::Function":
			g.function = id
		case "AWS::ECS::Service":
			if name, err := arn.Parse(id); err == nil {
				id = name.Resource // service/CLUSTER/NAME
			}
			if parts := strings.Split(id, "/"); len(parts) == 3 {
				g.cluster, g.service = parts[1], parts[2]
			}
		}
	}
	if g == (gateway{}) {
		return g, badInput{fmt.Errorf("stack %s-frontend has no gateway; deploy environment %[1]s first",
			a.environment.Name)}
	}
	return g, nil
}

// frontend is the resources of the environment's frontend stack.
func (a *account) frontend(ctx context.Context) ([]types.StackResourceSummary, error) {
	stack := a.environment.Name + "-frontend"
	var all []types.StackResourceSummary
	pages := cloudformation.NewListStackResourcesPaginator(a.stacks,
		&cloudformation.ListStackResourcesInput{StackName: &stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, badInput{refused(err, "what is in stack "+stack+" cannot be found")}
		}
		all = append(all, page.StackResourceSummaries...)
	}
	return all, nil
}

// role is the name of the role with which the gateway calls the endpoint.
func (a *account) role(ctx context.Context, g gateway) (string, error) {
	var role *string
	if g.function != "" {
		found, err := a.functions.GetFunctionConfiguration(ctx,
			&lambda.GetFunctionConfigurationInput{FunctionName: &g.function})
		if err != nil {
			return "", badInput{refused(err, "function "+g.function+" cannot be read")}
		}
		role = found.Role
	} else {
		services, err := a.tasks.DescribeServices(ctx,
			&ecs.DescribeServicesInput{Cluster: &g.cluster, Services: []string{g.service}})
		if err != nil || len(services.Services) == 0 {
			return "", badInput{refused(err, "service "+g.service+" cannot be read")}
		}
		task, err := a.tasks.DescribeTaskDefinition(ctx,
			&ecs.DescribeTaskDefinitionInput{TaskDefinition: services.Services[0].TaskDefinition})
		if err != nil {
			return "", badInput{refused(err, "the task definition of service "+g.service+" cannot be read")}
		}
		role = task.TaskDefinition.TaskRoleArn
	}
	name := aws.ToString(role)
	return name[strings.LastIndex(name, "/")+1:], nil
}
