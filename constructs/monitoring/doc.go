// Package monitoring makes the alarms of an endpoint and of what stands in front of it, the topic
// that they tell, and a dashboard.
//
// Begin with [NewMonitoring]: with an endpoint of the app, or one that exists already, it has
// the alarms that the endpoint's own metrics allow. Each further property adds some: Scaling
// those of floors and maximums, Gateway those of shed requests, LoadBalancer those of what
// clients see. Settings says who is told and by which thresholds, and switches kinds off.
//
// Package autoscaling/monitoring computes the same in plain values, for other tools than the
// CDK. The page docs/monitoring.md lists every kind of alarm, and docs/runbook.md says what to
// do when one goes off.
package monitoring
