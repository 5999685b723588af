// Package autoscaling is the model in the middle: how a SageMaker variant scales, in plain values.
// An environment file becomes this model, constructs/scaling writes it to CloudFormation exactly
// as it is rendered here, and the rules of autoscaling/lint judge it.
//
// Begin with [VariantScaling], in the figures of a load test, and its siblings
// [ComponentScaling], [AsynchronousScaling] and [ProvisionedConcurrencyScaling]: they compute the
// targets. [ScalableTarget] is the same in Application Auto Scaling's terms, complete, and what
// the others become; [ReadScalableTarget] reads it back from a template.
//
// Policies are a [TargetTrackingPolicy], made by [Tracking] and for common metrics by functions
// such as [ConcurrencyPolicy], or a [StepScalingPolicy], such as [EmergencyPolicy] and
// [OfferedLoadPolicy] return. Nothing here calls AWS or needs the CDK.
package autoscaling
