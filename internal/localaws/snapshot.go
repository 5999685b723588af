package localaws

import (
	"context"
	"errors"
	"time"
)

// Snapshot has the resources in one region of an AWS, as its APIs describe them.
type Snapshot struct {
	Stacks           []Stack
	Endpoints        []Endpoint
	ScalableTargets  []ScalableTarget
	ScalingPolicies  []ScalingPolicy
	Alarms           []Alarm
	ScheduledActions []ScheduledAction
	LoadBalancers    []LoadBalancer
	TargetGroups     []TargetGroup
	Functions        []Function
	Services         []Service
}

// Stack is a CloudFormation stack that is not deleted.
type Stack struct {
	Name, Status string
	// StatusReason says what failed.
	StatusReason string
	Outputs      map[string]string
}

// Endpoint is a SageMaker endpoint.
type Endpoint struct {
	Name, Status, ConfigName string
	Variants                 []Variant
}

// Variant is a production variant of an endpoint.
type Variant struct {
	Name, ModelName, InstanceType      string
	DesiredInstances, CurrentInstances int
}

// ScalableTarget is a scalable target of Application Auto Scaling.
type ScalableTarget struct {
	ResourceID, Dimension string
	Min, Max              int
}

// ScalingPolicy is a scaling policy of a scalable target.
type ScalingPolicy struct {
	Name, Type, ResourceID, Dimension string
	// Tracking is nil unless Type is TargetTrackingScaling.
	Tracking *TargetTracking
	// Step is nil unless Type is StepScaling.
	Step *StepScaling
}

// TargetTracking has the settings of a target tracking policy.
type TargetTracking struct {
	// Metric is the predefined metric, or the name of the customized one.
	Metric string
	// Target is in the metric's unit.
	Target                            float64
	ScaleInCooldown, ScaleOutCooldown time.Duration
	DisableScaleIn                    bool
}

// StepScaling has the settings of a step scaling policy.
type StepScaling struct {
	// AdjustmentType is ChangeInCapacity, PercentChangeInCapacity or ExactCapacity.
	AdjustmentType string
	Cooldown       time.Duration
	// MinMagnitude is MinAdjustmentMagnitude, 0 where it is not set.
	MinMagnitude int
	// Aggregation is Average, Minimum or Maximum, "" where it is not set.
	Aggregation string
	Steps       []StepAdjustment
}

// StepAdjustment is one step, between two distances from the alarm's threshold.
type StepAdjustment struct {
	// Lower and Upper are nil where there is no bound.
	Lower, Upper *float64
	Adjustment   int
}

// Alarm is a CloudWatch alarm on one metric or on one expression.
type Alarm struct {
	Name string
	// Metric is the namespace and name of the metric, or the expression.
	Metric string
	// Dimensions are the metric's by name; an expression has none.
	Dimensions map[string]string
	// Period is 0 for an expression, whose metrics have periods.
	Period                               time.Duration
	Comparison                           string
	Threshold                            float64
	EvaluationPeriods, DatapointsToAlarm int
	// MissingData is missing, ignore, breaching or notBreaching, "" where it is not set.
	MissingData string
	// Actions are the ARNs of the alarm's actions.
	Actions []string
}

// ScheduledAction changes the bounds of a scalable target on a schedule.
type ScheduledAction struct {
	Name, ResourceID, Dimension string
	// Schedule is at(…), cron(…) or rate(…) in the zone Timezone; "" is UTC.
	Schedule, Timezone string
	// Start and End are zero where the action has none.
	Start, End time.Time
	// Min and Max are nil where the action does not set that bound.
	Min, Max *int
}

// LoadBalancer is an Elastic Load Balancing load balancer.
type LoadBalancer struct {
	Name, ARN, DNSName, State, Scheme string
	Attributes                        map[string]string
	Listeners                         []Listener
}

// Listener is one port of a load balancer.
type Listener struct {
	ARN, Protocol string
	Port          int
	Certificates  []string
	// Rules are in order of priority, the default rule last.
	Rules []Rule
}

// Rule is a listener's rule: its actions apply to requests that meet its conditions.
type Rule struct {
	// Priority is a number, or "default".
	Priority   string
	Conditions []Condition
	Actions    []Action
}

// Condition is met by a request whose field has one of the values.
type Condition struct {
	// Field is ELB's name, such as "path-pattern".
	Field  string
	Values []string
}

// Action is an action of a rule.
type Action struct {
	// Type is ELB's name, such as "forward", "redirect" or "fixed-response".
	Type string
	// TargetGroupARNs are those of a forward.
	TargetGroupARNs []string
	// Redirect is a redirect's status and URL: "HTTP_301 HTTPS://#{host}:443/#{path}?#{query}".
	Redirect string
	// FixedResponse is the status of a fixed response.
	FixedResponse string
}

// TargetGroup is what a load balancer forwards to.
type TargetGroup struct {
	Name, ARN, TargetType, HealthCheckPath string
	HealthCheckEnabled                     bool
	Attributes                             map[string]string
	// Targets are function ARNs, addresses or instance ids.
	Targets []string
}

// Function is a Lambda function.
type Function struct {
	Name, ARN, Runtime, Architecture, Role string
	MemoryMB                               int
	Timeout                                time.Duration
	Environment                            map[string]string
}

// Service is a service of Amazon ECS with its task definition's containers.
type Service struct {
	Name, Cluster, LaunchType  string
	DesiredTasks, RunningTasks int
	// TargetGroupARNs are the target groups of its tasks.
	TargetGroupARNs []string
	Containers      []Container
}

// Container is a container of a service's tasks.
type Container struct {
	Name, Image string
	Ports       []int
	Environment map[string]string
	// StopTimeout is the time between SIGTERM and SIGKILL; 0 where it is not set.
	StopTimeout time.Duration
}

// Snapshot reads the resources of the region, in the order of the APIs. It reads
// everything, and joins all errors.
func (a *AWS) Snapshot(ctx context.Context, region string) (Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	config := a.Config(region)
	var s Snapshot
	var errs []error
	for _, read := range []func() error{
		func() (err error) { s.Stacks, err = stacks(ctx, config); return },
		func() (err error) { s.Endpoints, err = endpoints(ctx, config); return },
		func() (err error) { s.ScalableTargets, err = scalableTargets(ctx, config); return },
		func() (err error) { s.ScalingPolicies, err = scalingPolicies(ctx, config); return },
		func() (err error) { s.Alarms, err = alarms(ctx, config); return },
		func() (err error) { s.ScheduledActions, err = scheduledActions(ctx, config); return },
		func() (err error) { s.LoadBalancers, err = loadBalancers(ctx, config); return },
		func() (err error) { s.TargetGroups, err = targetGroups(ctx, config); return },
		func() (err error) { s.Functions, err = functions(ctx, config); return },
		func() (err error) { s.Services, err = services(ctx, config); return },
	} {
		errs = append(errs, read())
	}
	return s, errors.Join(errs...)
}
