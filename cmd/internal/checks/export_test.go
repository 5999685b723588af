package checks

import "strings"

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
