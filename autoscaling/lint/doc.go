// Package lint has the rules that judge how something scales: what AWS accepts and users would
// feel.
//
// Begin with a [Subject], which is a scalable target and what is known around it, and [Lint],
// which returns a [Finding] for each thing that is wrong, with the value and the fix. [Errors]
// returns what AWS would refuse, and [All] judges the targets of an app together. [Rules] lists
// the rules, each with the fact about AWS that it rests on.
//
// In a CDK app use the plugin of package constructs/lint, which reads the subjects from the
// templates. The program rehearse lint judges templates of any author.
package lint
