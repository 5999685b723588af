package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/lambdatarget"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/tasktarget"
)

// gateway is what a load balancer's rule leads to: a function or a service.
type gateway struct {
	group    localaws.TargetGroup
	function *localaws.Function
	service  *localaws.Service
}

// behind follows the load balancer's rule for path to its target group, and to
// what is in that.
func behind(stands localaws.Snapshot, path string) (gateway, error) {
	for _, balancer := range stands.LoadBalancers {
		for _, listener := range balancer.Listeners {
			for _, rule := range listener.Rules {
				group, ok := forwards(stands, rule, path)
				if !ok {
					continue
				}
				for _, f := range stands.Functions {
					// A target may be an alias of the function, FUNCTION:ALIAS.
					if slices.ContainsFunc(group.Targets, func(t string) bool { return t == f.ARN || strings.HasPrefix(t, f.ARN+":") }) {
						return gateway{group: group, function: &f}, nil
					}
				}
				for _, s := range stands.Services {
					if len(s.Containers) > 0 && slices.Contains(s.TargetGroupARNs, group.ARN) {
						return gateway{group: group, service: &s}, nil
					}
				}
			}
		}
	}
	return gateway{}, fmt.Errorf("no listener's rule leads from %s to a function or a service", path)
}

func forwards(stands localaws.Snapshot, rule localaws.Rule, path string) (localaws.TargetGroup, bool) {
	matches := slices.ContainsFunc(rule.Conditions, func(c localaws.Condition) bool {
		return c.Field == "path-pattern" && slices.Contains(c.Values, path)
	})
	for _, action := range rule.Actions {
		for _, group := range stands.TargetGroups {
			if matches && action.Type == "forward" && slices.Contains(action.TargetGroupARNs, group.ARN) {
				return group, true
			}
		}
	}
	return localaws.TargetGroup{}, false
}

// start runs the gateway's program as what was deployed, behind a load balancer.
func (g gateway) start(ctx context.Context, aws *localaws.AWS, region, binary string, log io.Writer) (interface {
	http.Handler
	io.Closer
}, error) {
	if g.service != nil {
		container := g.service.Containers[0]
		return tasktarget.Start(ctx, tasktarget.Options{
			Binary: binary, Env: aws.ProgramEnvironment(region, container.Environment), HealthCheckPath: g.group.HealthCheckPath,
			StopTimeout: container.StopTimeout, Log: log,
		})
	}
	return lambdatarget.Start(ctx, lambdatarget.Options{
		Binary: binary, Env: aws.ProgramEnvironment(region, g.function.Environment), Timeout: g.function.Timeout, Log: log,
		MultiValueHeaders: g.group.Attributes["lambda.multi_value_headers.enabled"] == "true",
	})
}

// String is the gateway's form, as the summary shows it.
func (g gateway) String() string {
	if g.service != nil {
		tasks := "1 task"
		if n := g.service.DesiredTasks; n != 1 {
			tasks = fmt.Sprintf("%d tasks", n)
		}
		return fmt.Sprintf("service on %s, %s of %s", g.service.LaunchType, tasks, g.service.Containers[0].Image)
	}
	return fmt.Sprintf("function on %s, %s, %d MB", g.function.Runtime, g.function.Architecture, g.function.MemoryMB)
}
