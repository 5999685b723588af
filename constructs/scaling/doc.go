// Package scaling has the constructs of Application Auto Scaling: scalable targets with their
// policies, scheduled actions and alarms, with the properties that package autoscaling renders.
//
// Begin with [NewVariantScaling], which takes the figures of a load test and bounds, and tracks
// invocations at a safe share of the measured rate.
//
//   - A variant on instances, in real time: [NewVariantScaling].
//   - Copies of an inference component: [NewComponentScaling].
//   - An asynchronous endpoint, by its backlog, down to no instance: [NewAsynchronousScaling].
//   - A serverless variant: [NewProvisionedConcurrencyScaling].
//   - Anything else, in Application Auto Scaling's own terms: [NewScalableTarget].
//   - What this app does not make: [ExistingVariant] and [ExistingComponent] take names.
//
// Of the policies, target tracking is for load that rises no faster than instances start, an
// event or a scheduled action for a rise that is known beforehand, and the emergency step for
// one that is not. [ScalableTarget.ScaleOnEvents], [ScalableTarget.ScaleOnSchedule],
// [ScalableTarget.ScaleToTrackMetric] and [ScalableTarget.ScaleOnMetric] add to a target that
// was made before.
package scaling
