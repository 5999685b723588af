package localaws

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

func stacks(ctx context.Context, config aws.Config) ([]Stack, error) {
	var found []Stack
	client := cloudformation.NewFromConfig(config)
	pages := cloudformation.NewDescribeStacksPaginator(client, &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, stack := range page.Stacks {
			outputs := map[string]string{}
			for _, output := range stack.Outputs {
				outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
			}
			found = append(found, Stack{
				Name:         aws.ToString(stack.StackName),
				Status:       string(stack.StackStatus),
				StatusReason: aws.ToString(stack.StackStatusReason),
				Outputs:      outputs,
			})
		}
	}
	return found, nil
}

func endpoints(ctx context.Context, config aws.Config) ([]Endpoint, error) {
	var found []Endpoint
	client := sagemaker.NewFromConfig(config)
	pages := sagemaker.NewListEndpointsPaginator(client, &sagemaker.ListEndpointsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, summary := range page.Endpoints {
			endpoint, err := describeEndpoint(ctx, client, aws.ToString(summary.EndpointName))
			if err != nil {
				return nil, err
			}
			found = append(found, endpoint)
		}
	}
	return found, nil
}

func describeEndpoint(ctx context.Context, client *sagemaker.Client, name string) (Endpoint, error) {
	endpoint, err := client.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
	if err != nil {
		return Endpoint{}, err
	}
	config, err := client.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{
		EndpointConfigName: endpoint.EndpointConfigName,
	})
	if err != nil {
		return Endpoint{}, err
	}
	found := Endpoint{
		Name: name, Status: string(endpoint.EndpointStatus), ConfigName: aws.ToString(endpoint.EndpointConfigName),
	}
	for _, variant := range endpoint.ProductionVariants {
		v := Variant{
			Name:             aws.ToString(variant.VariantName),
			DesiredInstances: int(aws.ToInt32(variant.DesiredInstanceCount)),
			CurrentInstances: int(aws.ToInt32(variant.CurrentInstanceCount)),
		}
		for _, configured := range config.ProductionVariants {
			if aws.ToString(configured.VariantName) == v.Name {
				v.ModelName, v.InstanceType = aws.ToString(configured.ModelName), string(configured.InstanceType)
			}
		}
		found.Variants = append(found.Variants, v)
	}
	return found, nil
}

func functions(ctx context.Context, config aws.Config) ([]Function, error) {
	var found []Function
	pages := lambda.NewListFunctionsPaginator(lambda.NewFromConfig(config), &lambda.ListFunctionsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, function := range page.Functions {
			architectures := make([]string, len(function.Architectures))
			for i, architecture := range function.Architectures {
				architectures[i] = string(architecture)
			}
			f := Function{
				Name:         aws.ToString(function.FunctionName),
				ARN:          aws.ToString(function.FunctionArn),
				Runtime:      string(function.Runtime),
				Architecture: strings.Join(architectures, ","),
				Role:         aws.ToString(function.Role),
				MemoryMB:     int(aws.ToInt32(function.MemorySize)),
				Timeout:      time.Duration(aws.ToInt32(function.Timeout)) * time.Second,
			}
			if function.Environment != nil {
				f.Environment = function.Environment.Variables
			}
			found = append(found, f)
		}
	}
	return found, nil
}
