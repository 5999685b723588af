package checks

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func credentials(ctx context.Context, r *reader) []Result {
	got, err := sts.NewFromConfig(r.AWS).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return []Result{failed("sts:GetCallerIdentity", err)}
	}
	return []Result{judgeCredentials(aws.ToString(got.Account), aws.ToString(got.Arn), r.env.Account)}
}

func judgeCredentials(account, caller, want string) Result {
	if account != want {
		return wrong("account "+account, "account "+want, "the credentials are another account's",
			"use credentials of account "+want+", such as with AWS_PROFILE")
	}
	return ok("account " + account + " as " + caller)
}

// minBootstrap is the oldest bootstrap stack that the CDK's templates take.
const minBootstrap = 6

func bootstrap(ctx context.Context, r *reader) []Result {
	name := "CDKToolkit"
	found, err := cloudformation.NewFromConfig(r.AWS).DescribeStacks(ctx,
		&cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil && !missing(err) {
		return []Result{failed("cloudformation:DescribeStacks", err)}
	}
	version := ""
	if err == nil {
		for _, o := range found.Stacks[0].Outputs {
			if aws.ToString(o.OutputKey) == "BootstrapVersion" {
				version = aws.ToString(o.OutputValue)
			}
		}
	}
	return []Result{judgeBootstrap(err == nil, version, r.env.Account, r.env.Region)}
}

func judgeBootstrap(stands bool, version, account, region string) Result {
	needed := fmt.Sprintf("version %d or later", minBootstrap)
	fix := fmt.Sprintf("npx cdk bootstrap aws://%s/%s", account, region)
	n, err := strconv.Atoi(version)
	switch {
	case !stands:
		return wrong("no stack CDKToolkit", needed, "the CDK deploys nothing without it", fix)
	case err != nil:
		return unknown("the stack CDKToolkit does not say its version", fix)
	case n < minBootstrap:
		return wrong("version "+version, needed, "the CDK refuses to deploy with it", fix)
	default:
		return ok("version " + version)
	}
}

// serviceLinkedRole is a role that AWS makes for one of its services.
type serviceLinkedRole struct{ name, service string }

// serviceLinkedRoles are those that the environment uses (fact A48).
func serviceLinkedRoles(e config.Environment) []serviceLinkedRole {
	scaling := func(of string) string { return "AWSServiceRoleForApplicationAutoScaling_" + of }
	list := []serviceLinkedRole{{scaling("SageMakerEndpoint"), "sagemaker.application-autoscaling.amazonaws.com"}}
	if len(e.Components) > 0 {
		list[0] = serviceLinkedRole{scaling("SageMakerInferenceComponent"), list[0].service}
	}
	if !e.HasFrontend() {
		return list
	}
	if e.Frontend.ExistingListener == nil {
		list = append(list, serviceLinkedRole{"AWSServiceRoleForElasticLoadBalancing", "elasticloadbalancing.amazonaws.com"})
	}
	if e.Frontend.RunsOn(config.GatewayOnFargate) {
		list = append(list, serviceLinkedRole{"AWSServiceRoleForECS", "ecs.amazonaws.com"},
			serviceLinkedRole{scaling("ECSService"), "ecs.application-autoscaling.amazonaws.com"})
	}
	if _, keeps := e.GatewayEnvironments(); keeps {
		list = append(list, serviceLinkedRole{scaling("LambdaConcurrency"), "lambda.application-autoscaling.amazonaws.com"})
	}
	return list
}

func roles(ctx context.Context, r *reader) (results []Result) {
	client := iam.NewFromConfig(r.AWS)
	for _, role := range serviceLinkedRoles(r.env) {
		_, err := client.GetRole(ctx, &iam.GetRoleInput{RoleName: &role.name})
		if err != nil && !missing(err) {
			results = append(results, failed("iam:GetRole", err).of(role.name))
			continue
		}
		results = append(results, judgeRole(role, err == nil, r.BeforeDeployment).of(role.name))
	}
	return results
}

// judgeRole: AWS makes the role at the first use, if whoever deploys may.
func judgeRole(role serviceLinkedRole, stands, before bool) Result {
	fix := "aws iam create-service-linked-role --aws-service-name " + role.service
	switch {
	case stands:
		return ok("stands")
	case before:
		return unknown("it is not there yet: AWS makes it at the first deployment, if who deploys may "+
			"iam:CreateServiceLinkedRole", "make it beforehand: "+fix)
	default:
		return wrong("not there", "the role", "AWS cannot act for "+role.service, fix)
	}
}

// containerImages are the URIs of the environment's containers, each once.
func containerImages(e config.Environment) (images []string) {
	for _, m := range models(e) {
		for _, c := range m.AllContainers() {
			if c.Image != "" && !slices.Contains(images, c.Image) {
				images = append(images, c.Image)
			}
		}
	}
	return images
}

// models are the environment's models.
func models(e config.Environment) (all []config.Model) {
	own := len(e.Components) == 0
	for _, v := range e.ProductionVariants() {
		if v.Model != nil {
			all = append(all, *v.Model)
		}
	}
	if own && len(all) < max(1, len(e.Variants)) {
		all = append([]config.Model{e.Model}, all...)
	}
	for _, c := range e.Components {
		all = append(all, c.Model())
	}
	if s := e.ShadowVariant; s != nil && s.Model != nil {
		all = append(all, *s.Model.Model())
	}
	return all
}
