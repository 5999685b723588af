// Package lint runs the rules of package autoscaling/lint when a CDK app is synthesized: one
// warning for each construct and rule, each of which can be acknowledged by itself.
//
// Begin with [NewPlugin], which the app takes once:
//
//	awscdk.Validations_Of(app).AddPlugins(lint.NewPlugin(lint.PluginProps{}))
//
// It judges the scalable targets in the templates, whichever constructs have made them.
// [Acknowledge] accepts one finding, with a reason that is kept. Use package constructs/policy
// beside it: that one is about security, and stops the synthesis.
package lint
