// Package inference has the constructs of what SageMaker serves: models, endpoints, inference
// components and adapters. Endpoints are real-time, serverless or asynchronous, and keep their
// instance counts when a deployment changes their configuration.
//
// Begin with [NewModel] and [NewEndpoint]; package constructs/scaling then scales the variants
// that [Endpoint.Variant] returns.
//
//   - One model on instances of its own, or on none that you see: [NewEndpoint], where
//     [VariantProps] has an instance type, pools of them, or Serverless. With Asynchronous in
//     [EndpointProps], requests are queued and answers go to Amazon S3.
//   - Several models on shared instances: an endpoint whose variant has ManagedInstances and no
//     model, and [NewInferenceComponent] for each model. [NewAdapter] adapts one of them.
//   - A new version of a model: Update in [EndpointProps] says how the fleet is exchanged. A
//     canary with alarms is for a service that must not fail.
//   - What exists already: [EndpointFromName], [EndpointFromARN] or, with the variants'
//     instance types, [EndpointFromAttributes]; [ModelFromName] and its siblings.
//   - An image that is not in Amazon ECR yet: [ImageFromFolder], [ImageFromAsset],
//     [ImageFromRepository] or [ImageFromDeepLearningContainer].
//
// A model's execution role reads what the model names, and nothing else. Its containers run
// isolated from the network unless [ModelProps] says otherwise. Properties that are wrong make a
// constructor panic with every problem, behind the construct's path; Validate returns them as an
// error.
package inference
