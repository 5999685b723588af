package cloudformation

import (
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// transformKey is where a macro, or AWS::Include, is called within a template.
const transformKey = "Fn::Transform"

// include is the macro that puts another file into a template.
const include = "AWS::Include"

// harmless are AWS's own transforms, none of which makes or changes what is read here;
// languageExtensions is among them since it is read.
var harmless = regexp.MustCompile(
	`^AWS::(LanguageExtensions|Serverless-2016-10-31|CodeDeployBlueGreen|ServiceCatalog|SecretsManager-.*)$`)

// processed is how the template with all transforms is had.
const processed = "read what is deployed: aws cloudformation get-template --template-stage Processed"

// elsewhere are the types of resources whose template stands elsewhere, with the
// property that says where. A module's type ends in ::MODULE.
var elsewhere = map[string]string{
	stackType:                       "TemplateURL",
	applicationType:                 "Location",
	"AWS::CloudFormation::StackSet": "TemplateURL",
	"AWS::ServiceCatalog::CloudFormationProvisionedProduct": "ProductId",
}

// unread adds what t does not say itself, and what is not read elsewhere.
func (t *template) unread(r *Reading) {
	whole := t.owner("", &r.Unread)
	for _, n := range transformsOf(t.root) {
		whole.macro(n, "Transform")
	}
	if n := t.root.Get(transformKey); n != nil {
		whole.macro(n, transformKey)
	}
	for _, section := range []string{"Parameters", "Mappings", "Conditions", "Resources", "Outputs"} {
		if n := t.root.Get(section).Get(transformKey); n != nil {
			whole.macro(n, section+"."+transformKey)
		}
	}
	for _, id := range t.root.Get("Resources").Names() {
		o := t.owner(id, &r.Unread)
		if n := t.resource(id).Get(transformKey); n != nil {
			o.macro(n, transformKey)
		}
		property, known := elsewhere[t.kind(id)]
		switch {
		case strings.HasSuffix(t.kind(id), "::MODULE"):
			o.add(t.resource(id).Get("Type"), "Type", t.kind(id),
				"the resources of a module stand elsewhere and are not read", processed)
		case known && t.nested[id] == nil && !t.missing[id]:
			o.stackElsewhere(property)
		}
	}
}

// macro notes a transform whose work is not known.
func (o owner) macro(n *document.Node, path string) {
	name, isText := n.String()
	if !isText {
		name, _ = n.Get("Name").String()
	}
	switch {
	case harmless.MatchString(name):
	case name == include:
		location := n.Get("Parameters").Get("Location")
		o.add(n, path, strings.TrimSpace(include+" "+shown(location)),
			"what is included stands elsewhere and is not read", processed)
	default:
		o.add(n, path, document.OneLine(name), "what this macro adds, changes or removes is not known", processed)
	}
}

// stackElsewhere notes a stack whose template is not read.
func (o owner) stackElsewhere(property string) {
	var others Problems
	quiet := o.template.owner(o.logicalID, &others)
	if quiet.stands() == no {
		return
	}
	const rule = "the template of this stack stands elsewhere and is not read"
	fix := "judge that template by itself, with the parameters that it is given here"
	for _, name := range []string{"TemplateBody", property} {
		n := o.property(o.logicalID, name)
		if n == nil {
			continue
		}
		got := shown(n)
		if name == "TemplateBody" && n.Kind == document.Scalar {
			got = "a text"
		}
		o.add(n, "Properties."+name, got, rule, fix)
		return
	}
	o.add(o.resource(o.logicalID), "", o.kind(o.logicalID), rule, fix)
}
