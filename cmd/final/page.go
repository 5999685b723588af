package main

import "time"

// pageVersion is the schemaVersion of page; it rises when a key changes its meaning or goes.
const pageVersion = 1

// page is what "final status" shows, along the path of a request.
type page struct {
	SchemaVersion  int       `json:"schemaVersion"`
	Environment    string    `json:"environment"`
	Region         string    `json:"region"`
	Endpoint       string    `json:"endpoint"`
	EndpointStatus string    `json:"endpointStatus"`
	At             time.Time `json:"at"`
	// Traffic is that of the last full minute with data. Default: null, it is not known.
	Traffic *traffic `json:"traffic"`
	// LoadBalancer is its reservation of capacity units. Default: null, it is not known.
	LoadBalancer *reserved    `json:"loadBalancer"`
	Scaled       []scaledPage `json:"scaled"`
	Activities   []activity   `json:"activities"`
	Alarms       []alarmPage  `json:"alarms"`
	Next         []nextPage   `json:"next"`
	// Wrong is what makes the exit status 1; Notes is what deviates otherwise.
	Wrong []string `json:"wrong"`
	Notes []string `json:"notes"`
	// Unknown are the parts that could not be read, each with its reason.
	Unknown []unknown `json:"unknown"`
}

// traffic is what the gateway publishes.
type traffic struct {
	Minute                   time.Time `json:"minute"`
	OfferedRequestsPerSecond float64   `json:"offeredRequestsPerSecond"`
	ShedPercent              float64   `json:"shedPercent"`
	// The latencies are the slowest task's, in milliseconds. Default: null, no data.
	LatencyP50 *float64 `json:"latencyP50Ms"`
	LatencyP90 *float64 `json:"latencyP90Ms"`
	LatencyP99 *float64 `json:"latencyP99Ms"`
}

// reserved is the load balancer's reservation of capacity units.
type reserved struct {
	CapacityUnits int `json:"capacityUnits"`
	// States are those of its zones, such as provisioned.
	States []string `json:"states"`
	// ExpectedUnits is what the calendar reserves now. Default: 0, nothing.
	ExpectedUnits int `json:"expectedUnits"`
}

// scaledPage is one thing that scales.
type scaledPage struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Unit string `json:"unit"`
	// ExpectedMin is what the calendar, the schedule or the file says; Why names the events.
	ExpectedMin int    `json:"expectedMin"`
	Why         string `json:"why,omitempty"`
	// Min, Max and Suspended are the scalable target's. Default: null, not known.
	Min       *int     `json:"min"`
	Max       *int     `json:"max"`
	Suspended []string `json:"suspended"`
	// Desired and InService are the fleet's. Default: null, not known.
	Desired   *int      `json:"desired"`
	InService *int      `json:"inService"`
	Starting  *int      `json:"starting"`
	Floor     *heldPage `json:"floor,omitempty"`
	Freeze    *heldPage `json:"freeze,omitempty"`
	of        scaled
}

// heldPage is what somebody holds by hand.
type heldPage struct {
	Min   int        `json:"min,omitempty"`
	Set   time.Time  `json:"set"`
	Until *time.Time `json:"until,omitempty"`
}

// activity is one scaling activity.
type activity struct {
	At     time.Time `json:"at"`
	Name   string    `json:"name"`
	Status string    `json:"status"`
	What   string    `json:"what"`
	// NotScaled are the reasons, in plain words.
	NotScaled []string `json:"notScaled,omitempty"`
}

// alarmPage is an alarm in ALARM.
type alarmPage struct {
	Name     string    `json:"name"`
	Severity string    `json:"severity"`
	Since    time.Time `json:"since"`
}

// nextPage is the next change of one thing.
type nextPage struct {
	At   time.Time `json:"at"`
	Name string    `json:"name"`
	To   string    `json:"to"`
	Why  string    `json:"why"`
	// Suspended says that it does not happen, as scheduled scaling is suspended.
	Suspended bool `json:"suspended"`
}

// unknown is a part that could not be read.
type unknown struct {
	Part   string `json:"part"`
	Reason string `json:"reason"`
}
