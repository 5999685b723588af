package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
)

// unsupported makes an error of an AWS that does not have an operation one that says so.
func unsupported(action string, err error) error {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		switch answer.HTTPStatusCode() {
		case http.StatusInternalServerError, http.StatusNotImplemented, http.StatusNotFound:
			return fmt.Errorf("%s is not supported here", action)
		}
	}
	return account.Error(action, err)
}

// once is a read whose part is not essential: where it fails, the rest is shown without
// waiting for another try.
const once = 1

// activitiesShown is how many activities of one thing are shown.
const activitiesShown = 3

// readActivities reads the last scaling activities of one thing, also what was asked for and
// did not scale.
func (g *gathering) readActivities(s scaled) error {
	client := applicationautoscaling.NewFromConfig(g.r.aws,
		func(o *applicationautoscaling.Options) { o.RetryMaxAttempts = once })
	found, err := client.DescribeScalingActivities(g.ctx,
		&applicationautoscaling.DescribeScalingActivitiesInput{
			ServiceNamespace:           scaling.ServiceNamespace(s.target.Dimension.Namespace()),
			ResourceId:                 &s.target.ResourceID,
			ScalableDimension:          scaling.ScalableDimension(s.target.Dimension),
			IncludeNotScaledActivities: aws.Bool(true),
			MaxResults:                 aws.Int32(activitiesShown),
		})
	if err != nil {
		return unsupported("application-autoscaling:DescribeScalingActivities", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range found.ScalingActivities[:min(activitiesShown, len(found.ScalingActivities))] {
		one := activity{At: aws.ToTime(a.StartTime), Name: s.String(), Status: string(a.StatusCode),
			What: strings.TrimSuffix(oneLine(aws.ToString(a.Description)), ".")}
		if a.StatusCode == scaling.ScalingActivityStatusCodeFailed ||
			a.StatusCode == scaling.ScalingActivityStatusCodeUnfulfilled {
			one.What += ": " + oneLine(aws.ToString(a.StatusMessage))
		}
		for _, reason := range a.NotScaledReasons {
			one.NotScaled = append(one.NotScaled, notScaled(reason, s.unit()))
		}
		g.page.Activities = append(g.page.Activities, one)
	}
	return nil
}

// notScaled says a reason for not scaling in plain words.
func notScaled(reason scaling.NotScaledReason, unit string) string {
	switch code := aws.ToString(reason.Code); code {
	case "AutoScalingAnticipatedFlapping":
		return "scaling in would be followed by scaling out at once"
	case "TargetServicePutResourceAsUnscalable":
		return "its service does not let it scale now"
	case "AlreadyAtMaxCapacity":
		return fmt.Sprintf("it is at its maximum of %d %s", aws.ToInt32(reason.MaxCapacity), unit)
	case "AlreadyAtMinCapacity":
		return fmt.Sprintf("it is at its minimum of %d %s", aws.ToInt32(reason.MinCapacity), unit)
	case "AlreadyAtDesiredCapacity":
		return fmt.Sprintf("it has the %d %s that are wanted", aws.ToInt32(reason.CurrentCapacity), unit)
	default:
		return code
	}
}

// readReservation reads the load balancer's reservation of capacity units (fact F27).
func (g *gathering) readReservation(arn string) error {
	client := elb.NewFromConfig(g.r.aws, func(o *elb.Options) { o.RetryMaxAttempts = once })
	found, err := client.DescribeCapacityReservation(g.ctx,
		&elb.DescribeCapacityReservationInput{LoadBalancerArn: &arn})
	if err != nil {
		return unsupported("elasticloadbalancing:DescribeCapacityReservation", err)
	}
	one := &reserved{States: []string{}, ExpectedUnits: g.r.env.Frontend.MinimumCapacityUnits}
	if m := found.MinimumLoadBalancerCapacity; m != nil {
		one.CapacityUnits = int(aws.ToInt32(m.CapacityUnits))
	}
	seen := map[string]bool{}
	for _, zone := range found.CapacityReservationState {
		if zone.State != nil && !seen[string(zone.State.Code)] {
			seen[string(zone.State.Code)] = true
			one.States = append(one.States, string(zone.State.Code))
		}
	}
	if c, ok := g.r.env.CapacityUnits(); ok {
		for _, r := range frontend.Reservations(c) {
			if !r.From.After(g.page.At) && r.To.After(g.page.At) {
				one.ExpectedUnits = max(one.ExpectedUnits, r.CapacityUnits)
			}
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.page.LoadBalancer = one
	return nil
}

// frontFleet reads the tasks of a gateway's service, or the environments that are kept
// ready for its function.
func frontFleet(ctx context.Context, cfg aws.Config, s scaled) (f fleet, err error) {
	if s.target.Dimension == autoscaling.ServiceTaskCount {
		parts := strings.Split(s.target.ResourceID, "/")
		if len(parts) != 3 {
			return f, fmt.Errorf("%s is no service of Amazon ECS", s.target.ResourceID)
		}
		found, err := ecs.NewFromConfig(cfg).DescribeServices(ctx,
			&ecs.DescribeServicesInput{Cluster: &parts[1], Services: []string{parts[2]}})
		if err != nil {
			return f, account.Error("ecs:DescribeServices", err)
		}
		for _, service := range found.Services {
			return fleet{int(service.DesiredCount), int(service.RunningCount)}, nil
		}
		return f, fmt.Errorf("the service %s is not there", parts[2])
	}
	name, alias, _ := strings.Cut(strings.TrimPrefix(s.target.ResourceID, "function:"), ":")
	found, err := lambda.NewFromConfig(cfg).GetProvisionedConcurrencyConfig(ctx,
		&lambda.GetProvisionedConcurrencyConfigInput{FunctionName: &name, Qualifier: &alias})
	var none *lambdatypes.ProvisionedConcurrencyConfigNotFoundException
	if errors.As(err, &none) {
		return f, nil
	}
	if err != nil {
		return f, account.Error("lambda:GetProvisionedConcurrencyConfig", err)
	}
	return fleet{int(aws.ToInt32(found.RequestedProvisionedConcurrentExecutions)),
		int(aws.ToInt32(found.AvailableProvisionedConcurrentExecutions))}, nil
}

// critical is the severity of an alarm that says that users are affected.
const critical = "critical"

var severities = regexp.MustCompile(`(?i)critical|warning|notice`)

// The ends of the descriptions of the two composite alarms of the stack monitoring.
const (
	affectedNow  = " are affected"
	affectedSoon = " will be affected soon"
)

// anchor is the section of the runbook at the end of an alarm's description.
var anchor = regexp.MustCompile(`#([a-z]+)\s*$`)

// severity is an alarm's: that of its kind, whose section of the runbook its description
// names, or as its name or its description says it; "" where none does.
func severity(name, description string) string {
	if section := anchor.FindStringSubmatch(description); section != nil {
		for _, k := range monitoring.Kinds() {
			if k.Anchor() == section[1] {
				return string(k.Severity)
			}
		}
	}
	switch {
	case strings.HasSuffix(description, affectedNow):
		return critical
	case strings.HasSuffix(description, affectedSoon):
		return "warning"
	}
	if found := severities.FindString(name); found != "" {
		return strings.ToLower(found)
	}
	return strings.ToLower(severities.FindString(description))
}
