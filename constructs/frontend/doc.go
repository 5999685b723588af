// Package frontend has the constructs of what stands between clients and an endpoint: an
// Application Load Balancer, and a gateway that signs requests (fact F9: SageMaker accepts only
// requests signed with Signature Version 4).
//
// Begin with a gateway and put [NewLoadBalancer] in front of it.
//
//   - [NewGatewayFunction] is the gateway on AWS Lambda: nothing to size, nothing to pay for
//     without requests, and compiled at synthesis. It takes 1 MB at most and does not stream.
//   - [NewGatewayService] is the gateway on AWS Fargate: it streams, queues, sheds what the
//     endpoint cannot serve, serves important requests first, and says how much load was
//     offered. In subnets without a way out it needs [NewPrivateEndpoints].
//   - [NewRoute] puts a gateway behind a listener that stands, or several behind one load
//     balancer.
//   - [NewCapacitySchedule] reserves the load balancer's capacity for events.
//
// Who may reach the load balancer, under which name and as whom is in package settings. Without
// asking it is internal, and serves HTTPS.
package frontend
