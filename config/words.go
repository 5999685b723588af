package config

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	tree "github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// describe is the value as a problem shows it: a scalar as it is written, the
// rest by what it is.
func (n *node) describe() string {
	switch {
	case n.Kind == tree.Mapping:
		return "a mapping"
	case n.Kind == tree.Sequence:
		return fmt.Sprintf("a list of %d", len(n.Items))
	default:
		return n.Written
	}
}

// words explains a violation of the schema to an author of YAML: what the schema
// requires of n, and how to mend it.
func words(k jsonschema.ErrorKind, n *node, s *jsonschema.Schema) (rule, fix string) {
	switch k := k.(type) {
	case *kind.Type:
		return wrongType(k.Want[0], n, s)
	case *kind.Pattern:
		w, ok := patternWords[k.Want]
		if !ok {
			return "must match " + k.Want, ""
		}
		text, _ := n.Scalar.(string)
		if own := rewritten(text, s.Pattern); own != "" {
			return w.rule, "write " + own
		}
		return w.rule, w.fix
	case *kind.MinLength:
		return "must not be empty", "give a value, or remove the key where it is optional"
	case *kind.MinItems:
		if k.Want == 1 {
			return "must not be empty", "add an entry, or remove the key"
		}
		return fmt.Sprintf("must have %d entries or more", k.Want), "add to the list"
	case *kind.Minimum:
		return "must be " + limits(s), "raise it to " + decimal(k.Want) + " or more"
	case *kind.ExclusiveMinimum:
		return "must be " + limits(s), "raise it over " + decimal(k.Want)
	case *kind.Maximum:
		fix = "lower it to " + decimal(k.Want) + " or less"
		if got, isNumber := n.Scalar.(float64); isNumber && k.Want.Cmp(big.NewRat(1, 1)) == 0 {
			fix = problem.ShareFix(got, fix)
		}
		return "must be " + limits(s), fix
	default:
		return "breaks the schema's " + strings.Join(k.KeywordPath(), "."), ""
	}
}

// patternWords says in words what a pattern of the schema asks.
var patternWords = map[string]struct{ rule, fix string }{
	accountPattern: {"an AWS account has twelve digits", `such as "123456789012", in quotes`},
	regionPattern:  {"this is not how an AWS region is named", "such as eu-central-1"},
	vpcPattern: {"a VPC's id is vpc- and 8 or 17 hexadecimal digits",
		"copy it from the VPC, such as vpc-0123456789abcdef0"},
	subnetPattern: {"a subnet's id is subnet- and 8 or 17 hexadecimal digits",
		"copy it from the subnet, such as subnet-0123456789abcdef0"},
	routeTablePattern: {"a route table's id is rtb- and 8 or 17 hexadecimal digits",
		"copy it from the route table, such as rtb-0123456789abcdef0"},
	groupPattern: {"a security group's id is sg- and 8 or 17 hexadecimal digits",
		"copy it from the security group, such as sg-0123456789abcdef0"},
	topicPattern: {"this is not the ARN of a topic in Amazon SNS, arn:aws:sns:REGION:ACCOUNT:NAME",
		"copy it from the topic"},
	keyPattern: {"this is not the ARN of a key in AWS KMS, arn:aws:kms:REGION:ACCOUNT:key/ID",
		"copy the key's own ARN, not that of an alias"},
	functionPattern: {"a function is arn:aws:lambda:REGION:ACCOUNT:function:NAME", "copy the ARN of the function"},
	rolePattern: {"this is not the ARN of a role in AWS IAM, arn:aws:iam::ACCOUNT:role/NAME",
		"copy it from the role"},
	captureModePattern: {"what is kept is Input, the requests, or Output, the answers",
		"write one of the two, or leave captureModes out for both"},
	frequencyPattern: {"metrics are published every 10s, 30s, 1m, 2m, 3m, 4m or 5m", "leave it out for 1m"},
	routingPattern: {"requests are routed by random or least-outstanding-requests",
		"write one of the two, or leave it out for random"},
	flowLogsPattern: {"flow logs have all connections, those that are refused, or none", "write all, reject or none"},
	claimsPattern:   {"claims come from jwt, a token that is verified, or login, of users", "write one of the two"},
	gatewayPattern:  {"a gateway runs on lambda or fargate", "write one of the two, or leave it out for lambda"},
	DurationPattern: {"a duration is whole hours, minutes and seconds with their units", "such as 90s, 5m or 1h30m"},
	latencyPattern:  {"a latency is whole milliseconds or seconds with their unit", "such as 120ms"},
}

// DurationPattern is what the JSON Schema asks of a time.Duration that has no
// pattern of its own: whole hours, minutes and seconds, no more than it holds.
const DurationPattern = `^([0-9]{1,5}h([0-9]{1,6}m)?([0-9]{1,8}s)?|[0-9]{1,6}m([0-9]{1,8}s)?|[0-9]{1,8}s)$`

// The patterns of the fields' tags, where they cannot be referred to.
const (
	latencyPattern     = `^([0-9]{1,6}ms|[0-9]{1,3}s)$`
	accountPattern     = `^[0-9]{12}$`
	regionPattern      = `^[a-z]+(-[a-z]+)+-[0-9]+$`
	vpcPattern         = `^vpc-([0-9a-f]{8}|[0-9a-f]{17})$`
	subnetPattern      = `^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`
	routeTablePattern  = `^rtb-([0-9a-f]{8}|[0-9a-f]{17})$`
	groupPattern       = `^sg-([0-9a-f]{8}|[0-9a-f]{17})$`
	keyPattern         = `^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$`
	functionPattern    = `^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+$`
	rolePattern        = `^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$`
	routingPattern     = `^(random|least-outstanding-requests)$`
	claimsPattern      = `^(jwt|login)$`
	gatewayPattern     = `^(lambda|fargate)$`
	flowLogsPattern    = `^(all|reject|none)$`
	captureModePattern = `^(Input|Output)$`
	frequencyPattern   = `^((10|30|60|120|180|240|300)s|[1-5]m)$`
	topicPattern       = `^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$`
)

func wrongType(want string, n *node, s *jsonschema.Schema) (rule, fix string) {
	if n.Kind == tree.Scalar && n.Scalar == nil {
		if n.Key == (tree.Position{}) {
			return "nothing is given", "give a value, or remove the entry"
		}
		return "nothing is given", "give a value, or remove the key where it is optional"
	}
	text, isText := n.Scalar.(string)
	switch want {
	case "string":
		rule = "must be text"
		_, isBool := n.Scalar.(bool)
		switch {
		case n.Kind != tree.Scalar:
			fix = "write one value after the colon"
		case n.Written == "": // an environment variable
			fix = "put it in quotes"
		case n.lacksQuotes(s):
			fix = "put it in quotes: " + strconv.Quote(n.Written)
		case s.Pattern.String() == DurationPattern && !isBool:
			rule, fix = "a duration needs its unit", fmt.Sprintf("write %[1]ss for seconds or %[1]sm for minutes", n.Written)
		default: // quotes would not help
			return words(&kind.Pattern{Want: s.Pattern.String()}, n, s)
		}
	case "integer", "number":
		if clear, odd := n.Scalar.(tree.Unclear); odd {
			return "readers of YAML take this for different numbers",
				fmt.Sprintf("write %s, or %q where it is a text", string(clear), n.Written)
		}
		rule = map[string]string{"integer": "must be a whole number", "number": "must be a number"}[want]
		fix = "write digits alone, without words or a unit"
		if isText && tree.IsNumber(text) {
			fix = "remove the quotes: " + text
		} else if own := numberFix(text, s); isText && own != "" {
			fix = own
		} else if v, isNumber := n.Scalar.(float64); isNumber && want == "integer" {
			fix = wholeFix(v, s)
		}
	case "boolean":
		rule, fix = "must be true or false", "write true or false, without quotes"
		switch strings.ToLower(text) {
		case "yes", "on", "y", "true":
			fix = "write true"
		case "no", "off", "n", "false":
			fix = "write false"
		}
	case "array":
		rule, fix = "must be a list", "begin each entry with \"- \""
		if isText && text != "" && !strings.ContainsAny(text, "\n[]{}#") {
			fix = listFix(text)
		}
	case "object":
		rule, fix = "must be a mapping", "write each as NAME: VALUE, indented below"
		if len(s.Properties) > 0 {
			rule = "must be a mapping with keys of its own"
			fix = "write them indented below: " + strings.Join(keys(s), ", ")
		}
	}
	return rule, fix
}

// lacksQuotes says that n is no text, and that the schema would take it as one.
func (n *node) lacksQuotes(s *jsonschema.Schema) bool {
	_, isText := n.Scalar.(string)
	return n.Kind == tree.Scalar && n.Scalar != nil && !isText && n.Written != "" &&
		(s.Pattern == nil || s.Pattern.MatchString(n.Written))
}

// keys are the names that s knows, sorted.
func keys(s *jsonschema.Schema) []string {
	return slices.Sorted(maps.Keys(s.Properties))
}

// limits is the range of numbers that s allows. That a whole number is no larger
// than CloudFormation's goes without saying below zero.
func limits(s *jsonschema.Schema) string {
	var parts []string
	add := func(word string, limit *big.Rat) {
		if limit == nil || limit.Cmp(big.NewRat(math.MinInt32, 1)) == 0 {
			return
		}
		parts = append(parts, word+" "+decimal(limit))
	}
	add("at least", s.Minimum)
	add("over", s.ExclusiveMinimum)
	add("at most", s.Maximum)
	return strings.Join(parts, " and ")
}

func decimal(r *big.Rat) string {
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}
