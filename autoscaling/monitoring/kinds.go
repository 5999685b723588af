package monitoring

import (
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Kind is a kind of alarm: what all alarms of its name have in common.
type Kind struct {
	// Name is the kind's name in Alarm.Kind, in Settings.Off and in docs/runbook.md.
	Name string
	// Severity is how urgent its alarms are.
	Severity Severity
	// Meaning is what an alarm says, in one line without a full stop.
	Meaning string
	// Threshold is when it goes off, with the default figures.
	Threshold string
	// MissingData is what a minute without a value counts as, and MissingDataReason why.
	MissingData       autoscaling.MissingData
	MissingDataReason string
	// Elsewhere says what makes the alarm where Subject.Alarms does not.
	// Default: "", Subject.Alarms makes it.
	Elsewhere string
}

// Anchor is the kind's section of docs/runbook.md: the anchor that a heading with its name
// gets.
func (k Kind) Anchor() string { return strings.ToLower(k.Name) }

// Why a minute without a value counts as it does.
const (
	reasonFilled = "Without requests nothing is published. The expression takes that as 0, and too few requests as no " +
		"breach."
	reasonNonzero  = "The metric is published only while it is not 0."
	reasonHealth   = "It is published as long as there are targets: without a value there are none."
	reasonTargets  = "Without targets nothing is published, and `noHealthyTargets` goes off."
	reasonTasks    = "What is missing is taken as 0: without tasks nothing is published."
	reasonGateway  = "The gateway publishes 0 too; where its metrics do not come, `metricsSilent` goes off."
	reasonFunction = "Without requests nothing is published."
	reasonWaiting  = "Without a value nothing waits."
	reasonRunning  = "What is missing is taken as 0; instances without requests are counted by their CPU's metric."
	reasonUsed     = "Without instances nothing is published, and `floorMissing` goes off."
)

// Kinds are all kinds of alarms, in the order of Subject.Alarms: along the path of a
// request. docs/monitoring.md shows them.
func Kinds() []Kind {
	fine, breach := autoscaling.MissingIsFine, autoscaling.MissingBreaches
	return []Kind{
		{"loadBalancerErrors", Critical, "the load balancer itself answers with 5xx errors",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"rejectedConnections", Critical, "the load balancer has more connections than it takes",
			"1 a minute, 3 minutes of 5", fine, reasonNonzero, ""},
		{"targetConnectionErrors", Critical, "the load balancer cannot connect to the gateway",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"noHealthyTargets", Critical, "the load balancer finds no gateway healthy",
			"under 1, 3 minutes of 3", breach, reasonHealth, ""},
		{"unhealthyTargets", Warning, "the load balancer finds some of the gateways unhealthy",
			"1, 10 minutes of 10", fine, reasonTargets, ""},
		{"latency", Critical, "requests take longer than the objective",
			"p99 over latencyObjective, of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"reservationRefused", Warning, "the load balancer's capacity units were not reserved, or not released",
			"1 message in the dead-letter queue", fine, reasonWaiting, "the capacity schedule of the load balancer"},
		{"metricsSilent", Warning, "requests reach the gateway and its metrics do not reach CloudWatch",
			"no value with at least 20 requests a minute, 10 minutes of 12", fine, reasonFilled, ""},
		{"gatewayShed", Critical, "the gateway sheds requests for want of capacity",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"gatewayErrors", Critical, "the gateway cannot sign or send requests; as a function, it answers with 5xx errors",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"throttled", Warning, "SageMaker throttles the gateway's requests",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"credentialRenewal", Warning, "the gateway's credentials cannot be renewed, and will expire",
			"1 a minute, 3 minutes of 5", fine, reasonGateway, ""},
		{"bodyMemoryFull", Warning, "the gateway refuses requests because the bodies of others fill its memory",
			"1 a minute, 3 minutes of 5", fine, reasonGateway, ""},
		{"gatewayAtMaximum", Warning, "the gateway has as many tasks as its scaling allows",
			"10 minutes of 13", fine, reasonTasks, ""},
		{"gatewayFloorMissing", Warning, "the gateway has fewer tasks than the minimum that is due, by the calendar of " +
			"events too", "10 minutes of 13", fine, reasonTasks, ""},
		{"functionErrors", Critical, "the gateway's function fails",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"functionThrottled", Critical, "Lambda refuses requests for want of concurrency",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"functionConcurrency", Warning, "the function comes near its reserved concurrency",
			"90 %, 3 minutes of 5", fine, reasonFunction, ""},
		{"provisionedSpillover", Notice, "requests wait for environments to start, since those kept ready are in use",
			"5 % of at least 20 requests a minute, 5 minutes of 10", fine, reasonFilled, ""},
		{"canaryErrors", Warning, "the canary fails more often than what it is compared with",
			"1 % and twice as often, of at least 20 requests a minute each, 5 minutes of 10", fine, reasonFilled, ""},
		{"canaryLatency", Warning, "the canary is slower than what it is compared with",
			"p99 twice as long, of at least 20 requests a minute each, 5 minutes of 10", fine, reasonFilled, ""},
		{"noInstances", Critical, "requests arrive and the endpoint is invoked for none of them",
			"none invoked of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"errorRate", Critical, "requests fail with 5xx errors",
			"1 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"modelErrors", Warning, "the model's container answers with errors, of the clients' making too, or not at all",
			"5 % of at least 20 requests a minute, 3 minutes of 5", fine, reasonFilled, ""},
		{"noCapacity", Critical, "requests come and nothing runs that could serve them",
			"1 a minute, 5 minutes of 10; of an asynchronous endpoint 10 minutes of 10", fine, reasonWaiting, ""},
		{"backlogAge", Warning, "requests of an asynchronous endpoint wait too long",
			"15m, 3 minutes of 5", fine, reasonWaiting, ""},
		{"atMaximum", Warning, "as much runs as scaling allows: more traffic finds no more capacity",
			"10 minutes of 13; serverless 90 %, 3 minutes of 5", fine, reasonRunning, ""},
		{"floorMissing", Warning, "less runs than the minimum that is due, by the calendar of events too",
			"10 minutes of 13", fine, reasonRunning, ""},
		{"cpuUsed", Notice, "the instances' CPUs are used up", "90 % on average, 10 minutes of 13", fine, reasonUsed, ""},
		{"memoryUsed", Warning, "an instance's memory is nearly full", "90 %, 5 minutes of 8", fine, reasonUsed, ""},
		{"gpuUsed", Notice, "the instances' GPUs are used up", "95 % on average, 10 minutes of 13", fine, reasonUsed, ""},
		{"gpuMemoryUsed", Notice, "an instance's GPU memory is nearly full", "98 %, 5 minutes of 8", fine, reasonUsed, ""},
		{"diskUsed", Warning, "an instance's disk is nearly full", "85 %, 5 minutes of 8", fine, reasonUsed, ""},
	}
}

// kindOf returns the kind of a name.
func kindOf(name string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}
