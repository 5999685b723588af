package main

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// fact is a key of a facts file and an option of the command line.
type fact struct {
	// key is its name in a file, field its path in rehearsal.Input.
	key, field string
	// meaning and defaultText are its documentation.
	meaning, defaultText string
	factValue
}

// factValue parses and copies the value of a fact.
type factValue struct {
	// set parses a text, and returns the rule that it breaks.
	set func(f *facts, text string) (rule string)
	// copy copies the value from other facts.
	copy func(to *facts, from facts)
}

// factTable has all facts. docs/rehearsal.md has the same table.
var factTable = []fact{
	{"requestsPerSecond", "Service.RequestsPerSecond", "requests a second that one instance, or one copy, completes",
		"the metadata's", float(func(f *facts) *float64 { return &f.service.RequestsPerSecond })},
	{"concurrency", "Service.Concurrency", "requests that it works on at a time", "requests a second × service time",
		integer(func(f *facts) *int { return &f.service.Concurrency })},
	{"serviceTime", "Service.ServiceTime", "mean time of a request that does not wait",
		"the metadata's, else concurrency ÷ requests a second",
		duration(func(f *facts) *time.Duration { return &f.service.ServiceTime })},
	{"variation", "Service.Variation", "standard deviation of the service time ÷ its mean", "0",
		float(func(f *facts) *float64 { return &f.service.Variation })},
	{"startTime", "Service.Start", "median time from the decision until a new one serves", "the metadata's",
		duration(func(f *facts) *time.Duration { return &f.service.Start.Median })},
	{"startTimeP95", "Service.Start.P95", "start time that one in twenty exceeds", "the median",
		duration(func(f *facts) *time.Duration { return &f.service.Start.P95 })},
	{"copiesPerInstance", "Service.CopiesPerInstance", "copies of an inference component on an instance",
		"by the template's accelerators and memory, else 0, a copy is an instance",
		integer(func(f *facts) *int { return &f.service.CopiesPerInstance })},
	{"minInstances", "Service.MinInstances", "least instances that hold copies of an inference component",
		"the template's, else 0", integer(func(f *facts) *int { return &f.service.MinInstances })},
	{"maxInstances", "Service.MaxInstances", "most instances that hold copies", "the template's, else any number",
		integer(func(f *facts) *int { return &f.service.MaxInstances })},
	{"trafficShare", "Service.TrafficShare", "share of the traffic that comes to the variant",
		"by the template's weights, else 1", float(func(f *facts) *float64 { return &f.service.TrafficShare })},
	{"instanceStartTime", "Service.InstanceStart", "median time until an instance for copies is there", "0s",
		duration(func(f *facts) *time.Duration { return &f.service.InstanceStart.Median })},
	{"instanceStartTimeP95", "Service.InstanceStart.P95", "the same that one in twenty exceeds", "the median",
		duration(func(f *facts) *time.Duration { return &f.service.InstanceStart.P95 })},
	{"clientTimeout", "Service.ClientTimeout", "time that a client waits", "1m",
		duration(func(f *facts) *time.Duration { return &f.service.ClientTimeout })},
	{"queueLimit", "Service.QueueLimit", "requests that may wait at each instance", "any number",
		float(func(f *facts) *float64 { return &f.service.QueueLimit })},
	{"fullUtilization", "Service.FullUtilization",
		"CPUUtilization or GPUUtilization, in percent, of an instance at its requests a second",
		"not known; policies on it are refused", float(func(f *facts) *float64 { return &f.service.FullUtilization })},
	{"routing", "Service.Routing", "routing strategy, RANDOM or LEAST_OUTSTANDING_REQUESTS", "the template's, else RANDOM",
		parsed(func(f *facts) *rehearsal.Routing { return &f.service.Routing },
			"", func(text string) (rehearsal.Routing, bool) { return rehearsal.Routing(text), true })},
	{"pricePerHour", "Service.PricePerHour", "price of an instance", "not known",
		float(func(f *facts) *float64 { return &f.service.PricePerHour })},
	{"currency", "", "currency of all prices, as its three letters", "not known; prices are numbers alone",
		parsed(func(f *facts) *string { return &f.currency },
			"a currency is three capital letters, such as USD", func(text string) (string, bool) {
				return text, currencyCode.MatchString(text)
			})},
	{"priceDate", "", "date of the prices, such as 2026-11-01, 2026-11 or 2026", "not known",
		parsed(func(f *facts) *string { return &f.priceDate }, "a day, a month or a year is wanted, such as 2026-11-01",
			func(text string) (string, bool) { return text, isPriceDate(text) })},
	{"gatewayConcurrencyPerInstance", "Gateway.ConcurrencyPerInstance",
		"requests that the gateway has at the endpoint at a time, for each instance in service", "any number",
		float(func(f *facts) *float64 { return &f.gateway.ConcurrencyPerInstance })},
	{"gatewayConcurrency", "Gateway.Concurrency", "the same in all", "any number",
		float(func(f *facts) *float64 { return &f.gateway.Concurrency })},
	{"gatewayQueue", "Gateway.Queue", "requests that may wait in the gateway", "0",
		float(func(f *facts) *float64 { return &f.gateway.Queue })},
	{"latencyObjective", "Objective.Latency", "latency that is promised, and that the oracle keeps",
		"none; the oracle keeps a load instead", duration(func(f *facts) *time.Duration { return &f.objective.Latency })},
	{"latencyShare", "Objective.Share", "share of requests that it is promised to", "0.99",
		float(func(f *facts) *float64 { return &f.objective.Share })},
	{"utilization", "Objective.Utilization", "share of what instances complete that the oracle makes use of",
		"0.7, or 1 with a latency objective", float(func(f *facts) *float64 { return &f.objective.Utilization })},
	{"gatewayTasks", "", "tasks of a gateway on Fargate, in place of what its template says",
		"the template's; without one the gateway is not counted",
		nonNegativeInteger(func(f *facts) *int { return &f.frontend.tasks })},
	{"gatewayVCPU", "", "vCPU of a task", "the template's",
		nonNegative(func(f *facts) *float64 { return &f.frontend.vcpu })},
	{"gatewayMemoryGB", "", "memory of a task in GB", "the template's",
		nonNegative(func(f *facts) *float64 { return &f.frontend.gb })},
	{"gatewayRequestsPerSecond", "", "requests a second that one task sustains, 0.7 of which is aimed at",
		"not known; there are as many tasks as their minimum says",
		nonNegative(func(f *facts) *float64 { return &f.frontend.perTask })},
	{"bytesPerRequest", "", "bytes of a request and its reply at the load balancer", "0, they cost no capacity units",
		nonNegative(func(f *facts) *float64 { return &f.frontend.bytesPerRequest })},
	{"requestsPerConnection", "", "requests that come on one connection", "1, the most that connections can cost",
		nonNegative(func(f *facts) *float64 { return &f.frontend.requests })},
	{"vcpuPricePerHour", "", "price of a vCPU on Fargate", "not known",
		nonNegative(func(f *facts) *float64 { return &f.frontend.prices.VCPUHour })},
	{"memoryPricePerGBHour", "", "price of a GB of memory on Fargate", "not known",
		nonNegative(func(f *facts) *float64 { return &f.frontend.prices.GBHour })},
	{"functionPricePerGBSecond", "", "price of the gateway's function while it serves", "not known",
		nonNegative(func(f *facts) *float64 { return &f.frontend.prices.FunctionGBSecond })},
	{"functionPricePerMillion", "", "price of a million calls of the function", "not known",
		nonNegative(func(f *facts) *float64 { return &f.frontend.prices.MillionRequests })},
	{"provisionedPricePerGBSecond", "", "price of the function's provisioned concurrency", "not known",
		nonNegative(func(f *facts) *float64 { return &f.frontend.prices.ProvisionedGBSecond })},
	{"loadBalancerPricePerHour", "", "price of a load balancer", "not known",
		nonNegative(func(f *facts) *float64 { return &f.frontend.prices.LoadBalancerHour })},
	{"capacityUnitPricePerHour", "", "price of one of its capacity units", "not known",
		nonNegative(func(f *facts) *float64 { return &f.frontend.prices.CapacityUnitHour })},
}

// currencyCode is a code of ISO 4217.
var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func isPriceDate(text string) bool {
	return slices.ContainsFunc([]string{time.DateOnly, "2006-01", "2006"}, func(layout string) bool {
		_, err := time.Parse(layout, text)
		return err == nil
	})
}

// parsed is a value that read parses; rule says what is wanted.
func parsed[T any](field func(*facts) *T, rule string, read func(text string) (T, bool)) factValue {
	return factValue{
		set: func(f *facts, text string) string {
			value, ok := read(text)
			if !ok {
				return rule
			}
			*field(f) = value
			return ""
		},
		copy: func(to *facts, from facts) { *field(to) = *field(&from) },
	}
}

func float(field func(*facts) *float64) factValue {
	return parsed(field, "a number is wanted",
		valid(parseNumber, func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }))
}

// nonNegative is a number of 0 or more; rehearsal.Input validates others itself.
func nonNegative(field func(*facts) *float64) factValue {
	return parsed(field, "a number of 0 or more is wanted",
		valid(parseNumber, func(x float64) bool { return x >= 0 && !math.IsInf(x, 1) }))
}

func integer(field func(*facts) *int) factValue {
	return parsed(field, "a whole number is wanted", valid(strconv.Atoi, func(int) bool { return true }))
}

func nonNegativeInteger(field func(*facts) *int) factValue {
	return parsed(field, "a whole number of 0 or more is wanted",
		valid(strconv.Atoi, func(n int) bool { return n >= 0 && n <= math.MaxInt32 }))
}

func duration(field func(*facts) *time.Duration) factValue {
	return parsed(field, "a time with its unit is wanted, such as 50ms, 90s or 5m",
		valid(time.ParseDuration, func(time.Duration) bool { return true }))
}

// flag is the name of a fact's option: memory-price-per-gb-hour for
// memoryPricePerGBHour.
func (f fact) flag() string {
	var b strings.Builder
	for i, r := range f.key {
		upper := func(i int) bool { return i == len(f.key) || f.key[i] >= 'A' && f.key[i] <= 'Z' }
		if i > 0 && upper(i) && (!upper(i-1) || !upper(i+1)) {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}

// take parses a fact at a place.
func (f fact) take(to *facts, place, text string, ps *problem.List) {
	if rule := f.set(to, text); rule != "" {
		ps.Add(place, text, rule, "it means the "+f.meaning)
		return
	}
	to.places[f.key] = place
}
