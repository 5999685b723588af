package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/smithy-go"

	awsaccount "github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// account is the environment's account, as far as gameday uses it.
type account struct {
	environment config.Environment
	partition   string
	endpoint    endpoints
	scaling     scaler
	stacks      stacks
	tasks       tasks
	functions   *lambda.Client
	roles       *iam.Client
	balancers   balancers
	metrics     metrics
	schedules   schedules
	// local says that it is the local AWS.
	local bool
}

// openAccount signs in to the environment's account, and looks whether it is that.
func openAccount(ctx context.Context, e config.Environment) (*account, error) {
	cfg, partition, err := awsaccount.Open(ctx, e.Account, e.Region)
	if err != nil {
		return nil, badInput{err}
	}
	return &account{
		environment: e, partition: partition, endpoint: sagemaker.NewFromConfig(cfg),
		scaling: applicationautoscaling.NewFromConfig(cfg), stacks: cloudformation.NewFromConfig(cfg),
		tasks: ecs.NewFromConfig(cfg), functions: lambda.NewFromConfig(cfg), roles: iam.NewFromConfig(cfg),
		balancers: elasticloadbalancingv2.NewFromConfig(cfg), schedules: scheduler.NewFromConfig(cfg),
		metrics: cloudwatch.NewFromConfig(cfg),
		local:   isLoopback(aws.ToString(cfg.BaseEndpoint)),
	}, nil
}

func isLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// refused says in one line what AWS refused, and which action is not allowed where it
// was a permission.
func refused(err error, what string) error {
	var failed smithy.APIError
	if !errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", what, err)
	}
	code := failed.ErrorCode()
	if strings.Contains(code, "AccessDenied") || strings.Contains(code, "UnauthorizedOperation") {
		var call *smithy.OperationError
		action := "the action"
		if errors.As(err, &call) {
			action = actionOf(call.Service(), call.Operation())
		}
		return fmt.Errorf("%s: the credentials do not allow %s; allow it, or use others", what,
			awsaccount.Denied(failed.ErrorMessage(), action))
	}
	return fmt.Errorf("%s: %s: %s", what, code, failed.ErrorMessage())
}

// actionOf is an operation as IAM names it.
func actionOf(service, operation string) string {
	prefixes := map[string]string{
		"SageMaker": "sagemaker", "Application Auto Scaling": "application-autoscaling", "IAM": "iam", "ECS": "ecs",
		"CloudFormation": "cloudformation", "STS": "sts", "Lambda": "lambda",
		"Elastic Load Balancing v2": "elasticloadbalancing", "Scheduler": "scheduler", "CloudWatch": "cloudwatch",
	}
	prefix, ok := prefixes[service]
	if !ok {
		prefix = strings.ToLower(strings.ReplaceAll(service, " ", ""))
	}
	return prefix + ":" + operation
}

// target is the scalable target of a variant's instances.
type target struct {
	config.ProductionVariant
	id        string
	min, max  int32
	suspended scalingtypes.SuspendedState
}

// findTarget reads the scalable target of a variant, of the only one where none is
// named.
func (a *account) findTarget(ctx context.Context, variant string) (target, error) {
	var t target
	all := a.environment.ProductionVariants()
	var names []string
	for _, v := range all {
		names = append(names, v.Name)
		if v.Name == variant || variant == "" && len(all) == 1 {
			t.ProductionVariant, t.id = v, v.Variant().ResourceID()
		}
	}
	switch {
	case len(all) == 0:
		return t, badInput{fmt.Errorf("--env: environment %s has inference components; only variants with instances are "+
			"played here", a.environment.Name)}
	case t.id == "" && variant == "":
		return t, badInput{fmt.Errorf("--variant: it is required, there are several: %s", strings.Join(names, ", "))}
	case t.id == "":
		return t, badInput{fmt.Errorf("--variant: got %q: there is none of that name; there are %s", variant,
			strings.Join(names, ", "))}
	}
	found, err := a.scaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceIds: []string{t.id},
		ScalableDimension: scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
	})
	if err != nil {
		return t, badInput{refused(err, "the scaling of variant "+t.Name+" cannot be read")}
	}
	if len(found.ScalableTargets) == 0 {
		return t, badInput{fmt.Errorf("variant %s of endpoint %s does not scale by instances in account %s; deploy it first",
			t.Name, a.environment.Endpoint.Name, a.environment.Account)}
	}
	one := found.ScalableTargets[0]
	t.min, t.max = aws.ToInt32(one.MinCapacity), aws.ToInt32(one.MaxCapacity)
	t.suspended = scalingtypes.SuspendedState{}
	if one.SuspendedState != nil {
		t.suspended = *one.SuspendedState
	}
	return t, nil
}

// register sets the target's bounds and what of it is suspended, nil for as it is.
func (a *account) register(ctx context.Context, id string, lowest *int32, s *scalingtypes.SuspendedState) error {
	_, err := a.scaling.RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceId: &id,
		ScalableDimension: scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		MinCapacity:       lowest, SuspendedState: s,
	})
	if err != nil {
		return refused(err, "the scalable target "+id+" cannot be changed")
	}
	return nil
}
