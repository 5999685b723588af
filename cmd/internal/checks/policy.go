package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// Policy is an IAM policy document.
type Policy struct {
	Version   string
	Statement []Statement
}

// Statement is a statement of a Policy.
type Statement struct {
	Effect   string
	Action   []string
	Resource []string
}

// ReadPolicy returns what whoever runs the checks of an environment has to be allowed:
// reading actions only. sts:GetCallerIdentity needs no permission.
func ReadPolicy(e config.Environment) Policy {
	place := strings.NewReplacer("{partition}", settings.Partition(e.Region), "{region}", e.Region,
		"{account}", e.Account, "{environment}", e.Name, "{endpoint}", strings.ToLower(e.Endpoint.Name))
	resources := map[string][]string{} // by action
	for _, c := range table {
		for _, p := range c.permissions {
			arn := place.Replace(p.resource)
			if !slices.Contains(resources[p.action], arn) {
				resources[p.action] = append(resources[p.action], arn)
			}
		}
	}
	byResources := map[string]*Statement{}
	for _, action := range slices.Sorted(maps.Keys(resources)) {
		its := slices.Sorted(slices.Values(resources[action]))
		key := strings.Join(its, "\n")
		if byResources[key] == nil {
			byResources[key] = &Statement{Effect: "Allow", Resource: its}
		}
		byResources[key].Action = append(byResources[key].Action, action)
	}
	policy := Policy{Version: "2012-10-17"}
	for _, key := range slices.Sorted(maps.Keys(byResources)) {
		policy.Statement = append(policy.Statement, *byResources[key])
	}
	return policy
}

// Markdown is the table of the checks, with the actions that each calls.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| part | check | what is judged | before the first deployment | actions |\n|---|---|---|---|---|\n")
	for _, c := range table {
		before := "no"
		if c.before {
			before = "yes"
		}
		var actions []string
		for _, p := range c.permissions {
			actions = append(actions, "`"+p.action+"`")
		}
		text := strings.Join(actions, ", ")
		if text == "" {
			text = "`sts:GetCallerIdentity`"
		}
		b.WriteString("| " + strings.Join([]string{c.group, c.name, c.judges, before, text}, " | ") + " |\n")
	}
	return b.String()
}
