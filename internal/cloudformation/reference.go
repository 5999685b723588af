package cloudformation

import (
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// ref is what Ref gives: a pseudo parameter, a parameter, or what identifies a
// resource.
func (o owner) ref(n *document.Node, name, path string, depth int) any {
	if strings.HasPrefix(name, "AWS::") {
		return o.pseudo(n, name, path)
	}
	if parameter := o.root.Get("Parameters").Get(name); parameter != nil {
		return o.parameter(n, name, parameter, path, depth)
	}
	if o.resource(name) == nil {
		o.add(n, path, shown(n), strconv.Quote(name)+" is neither a parameter nor a resource of this template",
			"name one that is")
		return unresolved{}
	}
	if known, ok := named[o.kind(name)]; ok {
		own, ok := o.nameOf(name, path, depth)
		if !ok {
			return unresolved{}
		}
		return o.arn(known.resource, own)
	}
	return "${" + name + "}"
}

func (o owner) pseudo(n *document.Node, name, path string) any {
	orOpen := func(value string) any {
		if value == "" {
			return unknown(name)
		}
		return value
	}
	if given, ok := o.options.Parameters[name]; ok && pseudoParameters[name] {
		if name == "AWS::NotificationARNs" {
			return o.inList("CommaDelimitedList", given)
		}
		return given
	}
	switch name {
	case "AWS::NoValue":
		return absent{}
	case "AWS::AccountId":
		return orOpen(o.Account)
	case "AWS::Region":
		return orOpen(o.Region)
	case "AWS::StackName":
		return orOpen(o.stackName())
	case "AWS::Partition":
		return o.partition()
	case "AWS::URLSuffix":
		if o.partition() == "aws-cn" {
			return "amazonaws.com.cn"
		}
		return "amazonaws.com"
	case "AWS::StackId", "AWS::NotificationARNs":
		return unknown(name)
	}
	o.add(n, path, shown(n), strconv.Quote(name)+" is not a pseudo parameter", "such as AWS::Region")
	return unresolved{}
}

// pseudoParameters are those that a value may be given for; AWS::NoValue has none.
var pseudoParameters = map[string]bool{
	"AWS::AccountId": true, "AWS::Region": true, "AWS::Partition": true, "AWS::URLSuffix": true,
	"AWS::StackName": true, "AWS::StackId": true, "AWS::NotificationARNs": true,
}

// stackName is what AWS::StackName gives. CloudFormation calls a nested stack by its
// parent's name, its logical ID and something random.
func (t *template) stackName() string {
	if t.parent == nil {
		return t.Stack
	}
	above := t.parent.stackName()
	if above == "" {
		above = unknown("AWS::StackName")
	}
	return above + "-" + t.nestedID
}

func (t *template) partition() string {
	switch {
	case t.options.Partition != "":
		return t.options.Partition
	case strings.HasPrefix(t.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(t.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func (o owner) parameter(n *document.Node, name string, parameter *document.Node, path string, depth int) any {
	kind, _ := parameter.Get("Type").String()
	// What a nested stack is given counts for it alone.
	if o.parent != nil {
		if given := o.parent.property(o.nestedID, "Parameters").Get(name); given != nil {
			return o.inList(kind, o.in(o.parent).resolve(given, path, depth+1))
		}
	} else if given, ok := o.options.Parameters[name]; ok {
		return o.inList(kind, given)
	}
	standard := parameter.Get("Default")
	switch {
	case o.names && (standard == nil || strings.HasPrefix(kind, "AWS::SSM::Parameter::")):
		return unknown(name)
	case standard == nil:
		o.add(n, path, shown(n), "the parameter "+name+" has no default, and no value was given", "give it a value")
	case strings.HasPrefix(kind, "AWS::SSM::Parameter::"):
		o.add(n, path, shown(n), "the value of "+name+" is in the Parameter Store, under "+shown(standard),
			"give it a value")
	default:
		return o.inList(kind, standard.Scalar)
	}
	return unresolved{}
}

// inList takes the text of a list apart.
func (o owner) inList(kind string, value any) any {
	s, ok := text(value)
	if !ok || kind != "CommaDelimitedList" && !strings.Contains(kind, "List<") {
		return value
	}
	parts := splitText(s, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part.(string))
	}
	return parts
}

// named are the resources whose names are part of what scales: the property
// with the name, what ARNs call such a resource, and the attribute with its ARN,
// where Ref is not the only way to it.
var named = map[string]struct{ property, resource, arn string }{
	endpointType:       {"EndpointName", "endpoint", ""},
	endpointConfigType: {"EndpointConfigName", "endpoint-config", ""},
	componentType:      {"InferenceComponentName", "inference-component", "InferenceComponentArn"},
	modelType:          {"ModelName", "model", ""},
}

// nameOf is openName with a placeholder for what only a deployment shows.
func (o owner) nameOf(id, path string, depth int) (string, bool) {
	name, ok := o.openName(id, path, depth)
	return o.closed(name), ok
}

// openName is a resource's name, in which what only a deployment shows is a part such
// as ${Name}. One that leaves it to CloudFormation goes by its logical ID: the real one
// is known only after the deployment, and any will do to tell which is which.
func (o owner) openName(id, path string, depth int) (string, bool) {
	property := o.property(id, named[o.kind(id)].property)
	if property == nil {
		return id, true
	}
	o.names = true
	switch v := o.resolve(property, path, depth+1).(type) {
	case absent:
		return id, true
	case unresolved:
		return "", false
	default:
		s, ok := text(v)
		if !ok {
			o.add(property, path, shown(property), "a name is a text", "give a text")
		}
		return s, ok
	}
}

func (o owner) arn(resource, name string) string {
	account, region := o.pseudo(nil, "AWS::AccountId", "").(string), o.pseudo(nil, "AWS::Region", "").(string)
	if resource == "endpoint" {
		return autoscaling.EndpointARN(o.partition(), region, account, name)
	}
	return "arn:" + o.partition() + ":sagemaker:" + region + ":" + account + ":" + resource + "/" + strings.ToLower(name)
}

// getAtt is what Fn::GetAtt gives.
func (o owner) getAtt(n *document.Node, id, attribute, path string, depth int) any {
	if o.resource(id) == nil {
		o.add(n, path, shown(n), strconv.Quote(id)+" is not a resource of this template", "name one that is")
		return unresolved{}
	}
	if known, ok := named[o.kind(id)]; ok && (attribute == known.property || attribute == known.arn) {
		own, ok := o.nameOf(id, path, depth)
		switch {
		case !ok:
			return unresolved{}
		case attribute == known.arn:
			return o.arn(known.resource, own)
		}
		return own
	}
	if output, ok := strings.CutPrefix(attribute, "Outputs."); ok && o.nested[id] != nil {
		return o.output(n, o.nested[id], output, path, depth)
	}
	return "${" + id + "." + attribute + "}"
}

// output is the value of another stack's output.
func (o owner) output(n *document.Node, other *template, name, path string, depth int) any {
	value := other.root.Get("Outputs").Get(name).Get("Value")
	if value == nil {
		o.add(n, path, shown(n), "the stack "+other.Stack+" has no output "+strconv.Quote(name), "name one that it has")
		return unresolved{}
	}
	return o.in(other).resolve(value, path, depth+1)
}

// in is o looking into another template, which is where problems then are.
func (o owner) in(other *template) owner {
	o.template = other
	return o
}

func (o owner) getStackOutput(n, argument *document.Node, path string, depth int) any {
	stack, ok := o.argumentText(argument.Get("StackName"), path, depth)
	output, whole := o.argumentText(argument.Get("OutputName"), path, depth)
	region := o.Region
	if argument.Get("Region") != nil {
		region, _ = o.argumentText(argument.Get("Region"), path, depth)
	}
	if !ok || !whole {
		return unresolved{}
	}
	for _, other := range *o.stacks {
		if other.Stack == stack && (other.Region == region || other.Region == "") {
			return o.output(n, other, output, path, depth)
		}
	}
	if o.names {
		return unknown(stack + "-" + output)
	}
	o.add(n, path, shown(n), "the stack "+stack+" is not among what was read", "read the whole cloud assembly")
	return unresolved{}
}

func (o owner) importValue(n, argument *document.Node, path string, depth int) any {
	name, ok := o.argumentText(argument, path, depth)
	if !ok {
		return unresolved{}
	}
	for _, other := range *o.stacks {
		if other.Region != o.Region || other.Account != o.Account {
			continue
		}
		for _, output := range other.root.Get("Outputs").Names() {
			exported := other.root.Get("Outputs").Get(output).Get("Export").Get("Name")
			var others Problems // which exports have names that are not known does not matter here
			if exported == nil || !o.spend(1) {
				continue
			}
			if got, ok := text(other.owner("", &others).resolve(exported, path, depth+1)); ok && got == name {
				return o.output(n, other, output, path, depth)
			}
		}
	}
	if o.names {
		return unknown(name)
	}
	o.add(n, path, shown(n), "no stack that was read exports "+strconv.Quote(name),
		"read it together with the stack that does")
	return unresolved{}
}
