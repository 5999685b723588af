package frontend

import "time"

// LoadBalancerTraffic is what a request costs an Application Load Balancer.
type LoadBalancerTraffic struct {
	// BytesPerRequest is the bytes of a request and its reply together, with
	// their headers.
	BytesPerRequest float64
	// RequestsPerConnection is how many requests come on one connection.
	// Default: 0, one: the most that connections can cost.
	RequestsPerConnection float64
	// ConnectionDuration is how long a connection stays.
	// Default: 0, DefaultConnectionDuration.
	ConnectionDuration time.Duration
	// Rules is how many rules of the listener a request is held against, the
	// first 10 being free.
	// Default: 0, those.
	Rules int
	// FunctionTarget says that a Lambda function is the target: its bytes count
	// 2.5 times.
	FunctionTarget bool
	// LeadTime is how long before the traffic the units are asked for.
	// Default: 0, DefaultReservationLeadTime.
	LeadTime time.Duration
}

// DefaultConnectionDuration is a load balancer's idle time-out (fact F17).
const DefaultConnectionDuration = 60 * time.Second

// What one load balancer capacity unit (LCU) carries (fact F18).
const (
	unitConnectionsPerSecond     = 25
	unitActiveConnections        = 3000
	unitBytesPerHour             = 1e9
	unitFunctionBytesPerHour     = 0.4e9
	unitRuleEvaluationsPerSecond = 1000
	freeRules                    = 10
)

// CapacityUnits are the load balancer's capacity units for such traffic. What
// needs most of them decides (fact F18). They are no figure of a load test, and
// a load balancer grows beyond what is reserved: there is no headroom in them
// but an event's own Uncertainty.
func (t LoadBalancerTraffic) CapacityUnits() Unit {
	if t.RequestsPerConnection == 0 {
		t.RequestsPerConnection = 1
	}
	if t.ConnectionDuration == 0 {
		t.ConnectionDuration = DefaultConnectionDuration
	}
	if t.LeadTime == 0 {
		t.LeadTime = DefaultReservationLeadTime
	}
	bytes := unitBytesPerHour
	if t.FunctionTarget {
		bytes = unitFunctionBytesPerHour
	}
	// Of each, the units for one request a second.
	perRequest := max(
		1/t.RequestsPerConnection/unitConnectionsPerSecond,
		t.ConnectionDuration.Seconds()/t.RequestsPerConnection/unitActiveConnections,
		t.BytesPerRequest*time.Hour.Seconds()/bytes,
		float64(max(0, t.Rules-freeRules))/unitRuleEvaluationsPerSecond,
	)
	return Unit{RequestsPerSecond: 1 / perRequest, SafetyFactor: 1, LeadTime: t.LeadTime}
}
