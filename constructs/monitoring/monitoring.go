package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// MonitoringProps describes a Monitoring.
type MonitoringProps struct {
	// Endpoint is the endpoint: an Endpoint of the app, or an imported one, in the stack's
	// account and region.
	Endpoint inference.IEndpoint
	// Variants are the names of the variants of an imported endpoint that are watched.
	// Default: none, those that the endpoint knows, and those of Scaling.
	Variants []string
	// Components are the endpoint's inference components.
	// Default: none, those of Scaling.
	Components []scaling.Component
	// Scaling is what scales the variants, or the components.
	// Default: none, no bounds are judged.
	Scaling []Capacity
	// CanaryOf are the variants that are compared with another one: its name, by theirs.
	// Default: none.
	CanaryOf map[string]string
	// PublishFrequency is the time between two values of the endpoint's metrics.
	// Default: 0, a minute.
	PublishFrequency time.Duration
	// Gateway is the gateway in front of the endpoint, with TargetGroup.
	// Default: nil, clients call the endpoint, or it is not known.
	Gateway frontend.Gateway
	// TargetGroup is the full name of the gateway's target group, as CDK's
	// ApplicationTargetGroup.TargetGroupFullName returns it: targetgroup/NAME/ID.
	// Default: "", not known.
	TargetGroup string
	// GatewayCalendar is the events that raise the minimum of the gateway's tasks, with that
	// minimum. Default: none, its tasks are judged by their maximum alone.
	GatewayCalendar events.Calendar
	// Canary is the gateway that gets a share of the requests, with CanaryTargetGroup.
	// Default: nil, there is none.
	Canary frontend.Gateway
	// CanaryTargetGroup is the full name of the canary's target group.
	// Default: "", not known.
	CanaryTargetGroup string
	// LoadBalancer is the full name of the load balancer, as CDK's
	// ApplicationLoadBalancer.LoadBalancerFullName returns it: app/NAME/ID.
	// Default: "", not known.
	LoadBalancer string
	// WebACL is the name of the load balancer's web ACL in CloudWatch.
	// Default: "", none.
	WebACL string
	// CapacitySchedule reserves the load balancer's capacity units. Its alarm is one of
	// Warnings. Default: nil, none are reserved.
	CapacitySchedule *frontend.CapacitySchedule
	// Settings is who is told, what is judged and by which thresholds.
	// Default: a new topic that nobody has subscribed to, and the thresholds' own defaults.
	Settings monitoring.Settings
}

// Capacity is what scales, and the events that raise its minimum.
type Capacity struct {
	// Target is the scalable target of a variant or of an inference component.
	Target *scaling.ScalableTarget
	// Calendar is its events, such as VariantScaling.Calendar returns.
	// Default: none.
	Calendar events.Calendar
}

// Validate returns everything wrong with the properties, joined.
func (p MonitoringProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	if problem.IsNil(p.Endpoint) {
		ps.Add("Endpoint", nil, "an endpoint is watched", "give one, or import it with EndpointFromName")
		return append(ps, p.Settings.Validate().In("Settings")...).Err()
	}
	for i, c := range p.Components {
		ps = append(ps, problem.NilIn(fmt.Sprintf("Components[%d]", i), c)...)
	}
	for i, c := range p.Scaling {
		ps = append(ps, p.validateCapacity(c).In(fmt.Sprintf("Scaling[%d]", i))...)
	}
	ps = append(ps, problem.NilIn("Gateway", p.Gateway)...)
	ps = append(ps, problem.NilIn("Canary", p.Canary)...)
	if len(ps) > 0 {
		return append(ps, p.Settings.Validate().In("Settings")...).Err()
	}
	ps = append(ps, p.validateNames()...)
	for _, found := range p.subject().Validate(p.Settings) {
		if !strings.HasPrefix(found.Path, "Variants") { // validateNames has said it
			ps = append(ps, problem.List{found}.In("Settings")...)
		}
	}
	return ps.Err()
}

func (p MonitoringProps) validateCapacity(c Capacity) problem.List {
	var ps problem.List
	if c.Target == nil {
		ps.Add("Target", nil, "the scaling is that of a scalable target", "make one with package scaling")
		return ps
	}
	id := c.Target.Model.ResourceID
	if problem.Unresolved(id) || strings.HasPrefix(id, componentPrefix) {
		return nil
	}
	if want := "endpoint/" + *p.Endpoint.EndpointName() + "/variant/"; !strings.HasPrefix(id, want) &&
		!problem.Unresolved(want) {
		ps.Add("Target", id, "this scales nothing of endpoint "+*p.Endpoint.EndpointName(),
			"give the scaling of one of its variants or inference components")
	}
	return ps
}

// validateNames checks what refers to other parts by name.
func (p MonitoringProps) validateNames() problem.List {
	var ps problem.List
	for _, target := range []struct {
		path, field, value string
		shape              string
		without            bool
	}{
		{"TargetGroup", "Gateway", p.TargetGroup, "targetgroup/", p.Gateway == nil},
		{"CanaryTargetGroup", "Canary", p.CanaryTargetGroup, "targetgroup/", p.Canary == nil},
		{"LoadBalancer", "", p.LoadBalancer, "app/", false},
	} {
		if target.value == "" || problem.Unresolved(target.value) {
			continue
		}
		if !strings.HasPrefix(target.value, target.shape) || strings.Count(target.value, "/") != 2 {
			ps.Add(target.path, target.value, "CloudWatch has the full name, "+target.shape+"NAME/ID",
				"take it from the end of the ARN")
		} else if target.without {
			ps.Add(target.path, target.value, "this is of a gateway that is not given", "give «"+target.field+"» too")
		}
	}
	names := slices.Clone(p.variantNames())
	for _, name := range sorted(p.CanaryOf) {
		for _, n := range []string{name, p.CanaryOf[name]} {
			if problem.Unresolved(n) {
				ps.AddUnresolved(fmt.Sprintf("CanaryOf[%q]", name), "variants are compared by their names")
			} else if !slices.Contains(names, n) {
				ps.Add(fmt.Sprintf("CanaryOf[%q]", name), n, "the endpoint is not known to have such a variant",
					"it has "+strings.Join(names, ", "))
			}
		}
	}
	return ps
}

// validateIn is Validate with what the place of the construct adds.
func (p MonitoringProps) validateIn(scope constructs.Construct) error {
	ps := problem.From(p.Validate())
	if problem.IsNil(p.Endpoint) {
		return ps.Err()
	}
	stack, env := awscdk.Stack_Of(scope), p.Endpoint.Env()
	account, region := *stack.Account(), *stack.Region()
	for _, place := range []struct {
		what       string
		have, want string
	}{{"account", *env.Account, account}, {"region", *env.Region, region}} {
		if !problem.Unresolved(place.have) && !problem.Unresolved(place.want) && place.have != place.want {
			// Alarms judge the metrics of their own account and region.
			ps.Add("Endpoint", place.have, "the endpoint is in another "+place.what+" than the stack of its monitoring, "+
				place.want, "make the monitoring in a stack there")
		}
	}
	ps = append(ps, p.Settings.ValidateTopics(*stack.Partition(), region, account).In("Settings")...)
	return ps.Err()
}

// Monitoring is the alarms, the topic and the dashboard of an endpoint.
type Monitoring struct {
	constructs.Construct
	// Topic is the new topic, and Key encrypts it; nil with Settings.TopicARNs.
	Topic awssns.Topic
	Key   awskms.Key
	// Alarms are the alarms, in the order of the path of a request.
	Alarms []Alarm
	// Affected is the composite alarm that says that users are affected, and AtRisk the one
	// that says that they will be soon; nil where no alarm says so. They tell the topics
	// when they go off, and when it is over.
	Affected, AtRisk awscloudwatch.CfnCompositeAlarm
	// Rules tell the topics of events that no metric shows.
	Rules []awsevents.CfnRule
	// Dashboard shows what the alarms judge.
	Dashboard awscloudwatch.CfnDashboard

	props   MonitoringProps
	subject monitoring.Subject
	// topicARNs are what is told.
	topicARNs *[]*string
}

// ToString makes the struct itself usable as a construct.
func (m *Monitoring) ToString() *string { return m.Construct.ToString() }

// NewMonitoring makes a Monitoring. It panics with what props.Validate returns, where the
// endpoint or a topic is in another account or region, and where a composite alarm cannot
// name as many alarms.
func NewMonitoring(scope constructs.Construct, id string, props MonitoringProps) *Monitoring {
	if err := props.validateIn(scope); err != nil {
		panic(problem.Of(scope, id, err))
	}
	m := &Monitoring{
		props: props, subject: props.subject(), topicARNs: jsii.Strings(props.Settings.TopicARNs...),
	}
	constructs.NewConstruct_Override(m, scope, jsii.String(id))
	if len(props.Settings.TopicARNs) == 0 {
		m.addTopic(props.Settings.Emails)
	}
	m.addAlarms(m.subject.Alarms(props.Settings))
	name := m.subject.EndpointName
	m.Affected = m.addComposite("Affected", monitoring.Critical, "Users of endpoint "+name+" are affected")
	m.AtRisk = m.addComposite("AtRisk", monitoring.Warning, "Users of endpoint "+name+" will be affected soon")
	m.addDashboard()
	m.addNotices()
	if days := props.Settings.LogRetentionDays; days != 0 {
		m.limitLogs(days)
	}
	return m
}
