package localaws

import (
	"context"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func services(ctx context.Context, config aws.Config) ([]Service, error) {
	var found []Service
	client := ecs.NewFromConfig(config)
	clusters := ecs.NewListClustersPaginator(client, &ecs.ListClustersInput{})
	for clusters.HasMorePages() {
		page, err := clusters.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, cluster := range page.ClusterArns {
			in, err := servicesOf(ctx, client, cluster)
			if err != nil {
				return nil, err
			}
			found = append(found, in...)
		}
	}
	return found, nil
}

func servicesOf(ctx context.Context, client *ecs.Client, cluster string) ([]Service, error) {
	var found []Service
	// DescribeServices takes as many services as a page of ListServices has.
	pages := ecs.NewListServicesPaginator(client, &ecs.ListServicesInput{Cluster: &cluster, MaxResults: aws.Int32(10)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil || len(page.ServiceArns) == 0 {
			return found, err
		}
		described, err := client.DescribeServices(ctx,
			&ecs.DescribeServicesInput{Cluster: &cluster, Services: page.ServiceArns})
		if err != nil {
			return nil, err
		}
		for _, s := range described.Services {
			service := Service{
				Name: aws.ToString(s.ServiceName), Cluster: path.Base(cluster), LaunchType: string(s.LaunchType),
				DesiredTasks: int(s.DesiredCount), RunningTasks: int(s.RunningCount),
			}
			for _, in := range s.LoadBalancers {
				service.TargetGroupARNs = append(service.TargetGroupARNs, aws.ToString(in.TargetGroupArn))
			}
			task, err := client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: s.TaskDefinition})
			if err != nil {
				return nil, err
			}
			for _, c := range task.TaskDefinition.ContainerDefinitions {
				service.Containers = append(service.Containers, readContainer(c))
			}
			found = append(found, service)
		}
	}
	return found, nil
}

func readContainer(c types.ContainerDefinition) Container {
	read := Container{
		Name: aws.ToString(c.Name), Image: aws.ToString(c.Image), Environment: map[string]string{},
		StopTimeout: time.Duration(aws.ToInt32(c.StopTimeout)) * time.Second,
	}
	for _, port := range c.PortMappings {
		read.Ports = append(read.Ports, int(aws.ToInt32(port.ContainerPort)))
	}
	for _, variable := range c.Environment {
		read.Environment[aws.ToString(variable.Name)] = aws.ToString(variable.Value)
	}
	return read
}
