package changes

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// identities are, by type, the properties of which no two resources have the same
// values. The first is the resource's own name, where it has one.
var identities = map[string][]string{
	endpointType:                         {"EndpointName"},
	endpointConfigType:                   {"EndpointConfigName"},
	modelType:                            {"ModelName"},
	"AWS::SageMaker::InferenceComponent": {"InferenceComponentName"},
	scalableTargetType:                   {"ResourceId", "ScalableDimension", "ServiceNamespace"},
	"AWS::ApplicationAutoScaling::ScalingPolicy": {"PolicyName", "ScalingTargetId", "ResourceId", "ScalableDimension"},
	loadBalancerType:                {"Name"},
	targetGroupType:                 {"Name"},
	listenerType:                    {"Port", "LoadBalancerArn"},
	listenerRuleType:                {"Priority", "ListenerArn"},
	subnetType:                      {"CidrBlock", "VpcId"},
	"AWS::EC2::SecurityGroup":       {"GroupName", "VpcId"},
	"AWS::ECS::Cluster":             {"ClusterName"},
	"AWS::ECS::Service":             {"ServiceName", "Cluster"},
	"AWS::Lambda::Function":         {"FunctionName"},
	"AWS::Lambda::Alias":            {"Name", "FunctionName"},
	"AWS::IAM::Role":                {"RoleName"},
	"AWS::Logs::LogGroup":           {"LogGroupName"},
	"AWS::S3::Bucket":               {"BucketName"},
	"AWS::CloudWatch::Alarm":        {"AlarmName"},
	"AWS::Scheduler::Schedule":      {"Name", "GroupName"},
	"AWS::Scheduler::ScheduleGroup": {"Name"},
	"AWS::WAFv2::WebACL":            {"Name", "Scope"},
	"AWS::SQS::Queue":               {"QueueName"},
	"AWS::SNS::Topic":               {"TopicName"},
}

// keepsName says whether a resource that is replaced has a name of its own which
// does not change.
func (c *comparison) keepsName(stack string, was, is Resource) bool {
	properties, ok := identities[is.Type]
	if !ok || is.Properties[properties[0]] == nil {
		return false
	}
	for _, name := range properties {
		if c.differs(stack, was.Properties[name], is.Properties[name]) {
			return false
		}
	}
	return true
}

// collisions refuses what is added while a resource with the same identity stands
// under another logical ID: CloudFormation adds before it removes (fact I7).
func (c *comparison) collisions(changes []Change) {
	for i := range changes {
		change := &changes[i]
		made := c.to[change.Stack].Resources[change.LogicalID]
		properties, ok := identities[change.Type]
		if !ok || change.Action != Add && change.Action != Replace || made.Properties[properties[0]] == nil {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(c.from[change.Stack].Resources)) {
			old := c.from[change.Stack].Resources[id]
			if id == change.LogicalID || old.Type != change.Type || !c.sameIdentity(change.Stack, properties, old, made) {
				continue
			}
			change.worsen(Refused, fmt.Sprintf("CloudFormation adds it before it removes %s, which has the same %s",
				id, identity(properties, made)),
				"CloudFormation creates before it deletes (fact I7)",
				"deploy once without the old one and then with the new one, or keep the construct's ID")
			registeredTwice(change, made)
		}
	}
}

// registeredTwice says that make deploy can move the scaling of a variant.
func registeredTwice(change *Change, target Resource) {
	of := strings.Split(target.text("ResourceId"), "/")
	if target.Type != scalableTargetType || len(of) != 4 || of[0] != "endpoint" || of[2] != "variant" {
		return
	}
	change.Endpoint, change.Detach = of[1], []string{of[3]}
	change.Way = "make deploy takes the scaling off first, and puts it back"
}

// sameIdentity says whether two resources cannot stand side by side.
func (c *comparison) sameIdentity(stack string, properties []string, old, made Resource) bool {
	for _, name := range properties {
		was, is := old.Properties[name], made.Properties[name]
		if name == "CidrBlock" && overlap(was, is) {
			continue
		}
		if c.differs(stack, was, is) {
			return false
		}
	}
	return true
}

func overlap(a, b any) bool {
	x, err := netip.ParsePrefix(fmt.Sprint(a))
	if err != nil {
		return false
	}
	y, err := netip.ParsePrefix(fmt.Sprint(b))
	return err == nil && x.Overlaps(y)
}

// identity is what makes the resource one of its kind, to be read by a person.
func identity(properties []string, r Resource) string {
	var parts []string
	for _, name := range properties {
		switch v := r.Properties[name].(type) {
		case nil:
		case string, float64:
			parts = append(parts, fmt.Sprintf("%s %v", name, v))
		default:
			if text, err := json.Marshal(v); err == nil && len(text) < 60 {
				parts = append(parts, fmt.Sprintf("%s %s", name, text))
			}
		}
	}
	return strings.Join(parts, ", ")
}
