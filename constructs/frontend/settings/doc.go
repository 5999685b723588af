// Package settings is what a load balancer and its gateway can be told, in plain values: who may
// reach them, under which name and as whom, and how the gateway works. Environment files are
// decoded into these types, and the constructs of package frontend take them, so that the rules
// are the same for both.
//
// Begin with the field of a construct's properties that has the type. [Authentication] is for
// clients that have to prove who they are, [WAF] for a load balancer that everybody reaches,
// [Domain] for a name of your own, and [Server] for a gateway on AWS Fargate: its queue,
// priorities, retries and what becomes of requests that are shed.
package settings
