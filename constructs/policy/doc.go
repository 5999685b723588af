// Package policy checks the synthesized templates of a CDK app, and the stacks, against the
// project's security rules, and fails the synthesis where one is broken.
//
// Begin with [NewPlugin], which the app takes once:
//
//	awscdk.Validations_Of(app).AddPlugins(policy.NewPlugin(policy.PluginProps{}))
//
// [Rules] lists them; those for production apply with Production in [PluginProps], and Rules
// there takes a part of them. [Acknowledge] accepts one finding, with a reason. Package
// constructs/lint is about scaling, and mostly warns.
package policy
