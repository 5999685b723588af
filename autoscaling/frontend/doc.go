// Package frontend is the capacity in front of an endpoint, in plain values: a gateway's tasks or
// environments, and a load balancer's capacity units, at the times of events.
//
// Begin with the [Unit] that the gateway scales in: [ServiceTasks] on AWS Fargate,
// [FunctionEnvironments] on AWS Lambda. With it a calendar of package events has floors for the
// gateway, of which [ServiceTarget] and [FunctionTarget] make a scalable target. [Reservations]
// are the capacity units that the load balancer has to have beforehand.
//
// The constructs of package constructs/frontend do all of this from their properties: use this
// package to compute the same elsewhere.
package frontend
