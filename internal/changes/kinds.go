package changes

import (
	"fmt"
	"strings"
)

// The types that have rules of their own.
const (
	endpointType       = "AWS::SageMaker::Endpoint"
	endpointConfigType = "AWS::SageMaker::EndpointConfig"
	modelType          = "AWS::SageMaker::Model"
	scalableTargetType = "AWS::ApplicationAutoScaling::ScalableTarget"
	loadBalancerType   = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	listenerType       = "AWS::ElasticLoadBalancingV2::Listener"
	listenerRuleType   = "AWS::ElasticLoadBalancingV2::ListenerRule"
	targetGroupType    = "AWS::ElasticLoadBalancingV2::TargetGroup"
	subnetType         = "AWS::EC2::Subnet"
)

// noticed are the types whose replacement or removal is felt, with what is felt.
// Another type of createonly.json is made anew beside the old resource, which
// CloudFormation deletes last.
var noticed = map[string]string{
	endpointType: "requests fail from the deletion of the old endpoint until the gateway calls the new one, " +
		"which starts cold with its initial count",
	"AWS::SageMaker::InferenceComponent": "requests for this component fail until its copies serve",
	loadBalancerType:                     "its DNS name changes, and clients fail that still use the old one",
	targetGroupType:                      "targets register anew, and requests fail until the first is healthy",
	"AWS::ECS::Cluster":                  "all tasks of the cluster start anew",
	"AWS::ECS::Service":                  "all tasks of the service start anew",
	"AWS::Lambda::Function":              "it starts cold, and what calls it by name fails until it calls the new one",
	"AWS::Lambda::Alias":                 "what calls the alias fails until it calls the new one",
	"AWS::EC2::VPC":                      "everything in the VPC is made anew",
	subnetType:                           "everything with an address in the subnet is made anew",
	"AWS::EC2::SecurityGroup":            "what the group admits is cut off until its members have the new group",
	"AWS::EC2::VPCEndpoint":              "what is called through the endpoint cannot be reached meanwhile",
	"AWS::EC2::NatGateway":               "connections through the gateway are cut",
	"AWS::EC2::InternetGateway":          "connections from the internet are cut",
	"AWS::WAFv2::WebACL":                 "requests are not filtered until the load balancer has the new web ACL",
	"AWS::S3::Bucket":                    "what the bucket holds does not move to the new one",
	"AWS::Logs::LogGroup":                "what the log group holds does not move to the new one",
	"AWS::KMS::Key":                      "what is encrypted with the old key cannot be read with the new one",
	"AWS::SNS::Topic":                    "subscriptions end with the old topic",
	"AWS::SQS::Queue":                    "messages in the old queue are lost",
	"AWS::EC2::EIP":                      "the address changes",
	"AWS::Route53::RecordSet":            "clients that ask for the old name do not find the load balancer",
	"AWS::EC2::VPCGatewayAttachment":     "connections from the internet are cut meanwhile",
}

// removed judges the removal of a resource.
func removed(c *Change, was Resource) {
	felt, ok := noticed[c.Type]
	_, known := createOnly(c.Type)
	switch {
	case retained(was.DeletionPolicy):
		c.Reason = "it leaves the stack and stays in the account, where it costs until it is deleted by hand"
	case c.Type == endpointType:
		c.worsen(Replaced, "the endpoint is deleted: requests to it fail",
			"CloudFormation deletes what is not in the template (fact C12)", "")
	case c.Type == scalableTargetType:
		c.Reason = "its policies and scheduled actions are deleted too; the fleet keeps its size and does not scale"
	case ok:
		c.worsen(Replaced, "it is deleted: "+felt, "CloudFormation deletes what is not in the template (fact C12)", "")
	case !known:
		c.worsen(Replaced, "it is deleted, and this program does not know the type", "", "read what AWS says of it")
	}
}

// updated judges a resource whose properties change.
func (c *comparison) updated(change *Change, was, is Resource) {
	_, known := createOnly(is.Type)
	felt, isNoticed := noticed[is.Type]
	fixed := strings.Join(c.fixed(change.Stack, was, is), ", ")
	switch {
	case change.Action == Update && known:
		c.inPlace(change, was, is)
	case !known:
		change.worsen(Replaced, "this program does not know the type, and takes the change for a replacement", "",
			"read what AWS says of the properties "+strings.Join(change.Properties, ", "))
	case c.keepsName(change.Stack, was, is) && is.Type == subnetType:
		change.worsen(Refused, fixed+": CloudFormation may replace the subnet, and adds "+
			"the new one before it deletes the old one, which has the same range",
			"CloudFormation resource schema: create-only property, for some on a condition that AWS does not say; fact I7",
			"make a second environment beside this one, move the clients, and destroy the first")
	case c.keepsName(change.Stack, was, is):
		name := identities[is.Type][0]
		change.worsen(Refused, fmt.Sprintf("%s cannot change in place, and CloudFormation adds the new resource "+
			"before it deletes the old one, which has the same %s %q", fixed, name, is.text(name)),
			"CloudFormation: \"cannot update a stack when a custom-named resource requires replacing\" (fact C5)",
			"leave the name out, or change it in the same deployment")
	case retained(is.UpdateReplacePolicy) && isNoticed:
		change.worsen(Replaced, fixed+" cannot change in place: a new one is made, "+
			"and the old one leaves the stack and stays in the account, where it costs until it is deleted by hand",
			"CloudFormation: UpdateReplacePolicy", "")
	case is.Type == endpointType:
		change.worsen(Refused, fmt.Sprintf("%s cannot change in place: %s", fixed, felt),
			"CloudFormation deletes the old endpoint with its own stack's update, before it updates the stack of the "+
				"gateway (fact C12)",
			"copy the file to a second environment with the new name, deploy it, move the clients to its URL, "+
				"and destroy the first")
	case isNoticed:
		change.worsen(Replaced, fixed+" cannot change in place: "+felt,
			"CloudFormation resource schema: create-only property", "")
	default:
		change.Reason = "made anew beside the old one, which is deleted last"
	}
}

// inPlace adds what is worth knowing of an update in place.
func (c *comparison) inPlace(change *Change, was, is Resource) {
	if is.Type == scalableTargetType {
		change.Reason, change.Source = bounds(was, is), "facts B7, C24: a changed target is registered anew"
	}
	if custom(is.Type) {
		change.Reason = "what the program behind this custom resource does is not in the template"
	}
}

// bounds says what the registration of a changed scalable target does.
func bounds(was, is Resource) string {
	least, most := is.Properties["MinCapacity"], is.Properties["MaxCapacity"]
	text := fmt.Sprintf("registers a minimum of %v and a maximum of %v at once", number(least), number(most))
	before, ok := was.Properties["MaxCapacity"].(float64)
	if now, same := most.(float64); ok && same && now < before {
		text += fmt.Sprintf(": a fleet of more than %v shrinks", now)
	}
	return text
}

func number(v any) string {
	if n, ok := v.(float64); ok {
		return fmt.Sprint(n)
	}
	return "what the template computes"
}
