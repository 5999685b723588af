// Package monitoring is the alarms and the dashboard of a SageMaker endpoint and of what stands in
// front of it, in plain values: alarms judge the metrics that AWS and the gateway publish along
// the path of a request.
//
// Begin with a [Subject], what is watched. [Subject.Alarms] returns its alarms by [Settings],
// [Subject.Dashboard] its dashboard, and [Subject.Cost] what a month of both costs. [Kinds] lists
// what can be alarmed on, and what a missing value means for each.
//
// In a CDK app use package constructs/monitoring, which makes the resources. Use this one for
// another tool than the CDK, or to ask when an alarm would have gone off.
package monitoring
