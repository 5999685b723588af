package problem

import "regexp"

var token = regexp.MustCompile(`\$\{Token\[[^\]]+\.\d+\]\}`)

// Unresolved reports whether text holds a CDK token, which has a value only at
// synthesis or at deployment. Rules about text say nothing of it.
func Unresolved(text string) bool { return token.MatchString(text) }
