package config

import (
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// serving is how a variant answers, which decides what of it scales and by what.
type serving int

const (
	// realTime has instances that answer while the client waits.
	realTime serving = iota
	// asynchronous has instances that work off a queue.
	asynchronous
	// serverless has no instances of its own.
	serverless
)

// servings say what goes with each.
var servings = map[serving]struct {
	// what is the variant in words, and scaling by what it scales.
	what, scaling string
	// scalingKeys are those of scaling that go with it: for real time all but the
	// others' own.
	scalingKeys []string
	// without are the other keys that do not go with it.
	without []string
}{
	realTime: {what: "a variant that answers in real time", scaling: "its load test"},
	asynchronous: {
		what: "an asynchronous endpoint", scaling: "the requests that wait in its queue",
		scalingKeys: append([]string{"backlogPerInstance", "wakeUpInstances"}, commonKeys...),
		without:     []string{"network", "frontend", "variants", serverlessPath, "capacity", "events"},
	},
	serverless: {
		what: "a serverless variant", scaling: "the requests at a time that it is warm for",
		scalingKeys: append([]string{"targetUtilization"}, commonKeys...),
		without: append([]string{"variant.instanceType", "variant.initialInstanceCount", "capacity", "events",
			dataCapturePath, environmentsReady, reserveUnits}, instanceKeys...),
	},
}

// commonKeys are the keys of scaling that go with every kind.
var commonKeys = []string{"minCapacity", "maxCapacity", "scaleOutCooldown", "scaleInCooldown"}

// whyWithout is why some keys do not go with a kind, and what to do about it.
var whyWithout = map[string]struct{ rule, fix string }{
	"network": {"an asynchronous endpoint has no load balancer, for which the VPC is", "remove it"},
	"frontend": {"an asynchronous endpoint has no front end, which would wait for answers: " +
		"clients call InvokeEndpointAsync", "remove it"},
	"variants": {"an asynchronous endpoint has one queue, and here one variant that works it off",
		"describe it with variant and scaling"},
	serverlessPath:    {"an asynchronous endpoint runs on instances", "remove it, or " + asynchronousPath},
	dataCapturePath:   {"a serverless endpoint captures no data", "remove it, or serverless"},
	environmentsReady: {"it is for events, which a serverless variant does not have", "remove it"},
	reserveUnits:      {"it is for events, which a serverless variant does not have", "remove it"},
}

func (v ProductionVariant) serving() serving {
	switch {
	case v.Asynchronous:
		return asynchronous
	case v.Serverless != nil:
		return serverless
	default:
		return realTime
	}
}

// validateServing refuses what does not go with the kind of the environment's
// variants.
func validateServing(e Environment, src source) problem.List {
	var ps problem.List
	if saysComponents(src.given, src.faulty) {
		return nil
	}
	k := servings[e.onlyVariant().serving()]
	for _, key := range k.without {
		if !src.given(key) {
			continue
		}
		why, ok := whyWithout[key]
		switch {
		case ok:
		case strings.HasPrefix(key, "variant."):
			why.rule, why.fix = "a serverless variant has no instances", "remove it, or serverless"
		default:
			why.rule, why.fix = k.what+" scales by "+k.scaling+", and has no "+key, "remove it"
		}
		ps.Add(key, nil, why.rule, why.fix)
	}
	return ps
}

// validateScalingKeys refuses what does not go with v's kind.
func validateScalingKeys(v ProductionVariant, at variantPath, src source) problem.List {
	var ps problem.List
	k := servings[v.serving()]
	for _, key := range keys(schemaAt([]string{"scaling"})) {
		if path := at.of("scaling." + key); src.given(path) && !v.serving().scales(key) {
			ps.Add(path, nil, k.what+" scales by "+k.scaling+", and has no such key", "remove it")
		}
	}
	return ps
}

// scales reports whether a key of scaling goes with k.
func (k serving) scales(key string) bool {
	if k != realTime {
		return slices.Contains(servings[k].scalingKeys, key)
	}
	return slices.Contains(commonKeys, key) ||
		!slices.Contains(servings[asynchronous].scalingKeys, key) && !slices.Contains(servings[serverless].scalingKeys, key)
}

// servingUnknown reports whether what says how the variant answers was itself
// reported: then nothing is said of what would go with it.
func servingUnknown(faulty func(path string) bool) bool {
	return faulty(asynchronousPath) && !faulty("endpoint") || faulty(serverlessPath) && !faulty("variant")
}

// checkFrontendForm wants what stands before the endpoint, where something does.
func (d *document) checkFrontendForm() {
	if d.given(asynchronousPath) || servingUnknown(d.isFaulty) {
		return
	}
	for _, key := range []string{"network", "frontend"} {
		if key == "network" && d.given(existingListenerPath) && !d.says("frontend.gateway",
			GatewayOnFargate) && !d.says(canaryPath+".gateway", GatewayOnFargate) {
			continue // a function behind it stands in none
		}
		if !d.given(key) {
			d.missing(d.root, compiled(), key)
		}
	}
}

// says reports whether the file has a gateway on form at path.
func (d *document) says(path string, form GatewayForm) bool {
	n := d.nodes[path]
	return n != nil && n.Scalar == string(form)
}

// checkSingularForm wants what an endpoint with one variant needs, by its kind.
func (d *document) checkSingularForm() {
	unknown := servingUnknown(d.isFaulty)
	for _, key := range singularKeys[:3] {
		if key == "capacity" && (unknown || d.given(asynchronousPath) || d.given(serverlessPath)) {
			continue
		}
		if !d.given(key) {
			d.missing(d.root, compiled(), key)
		}
	}
	want := func(parent, key string) {
		if n := d.nodes[parent]; n.isMapping() && !d.given(parent+"."+key) {
			d.missing(n, schemaAt([]string{parent}), key)
		}
	}
	if !unknown && !d.given(serverlessPath) && !d.saysTypes("variant") {
		want("variant", "instanceType")
	}
	if d.given(asynchronousPath) {
		want("scaling", "backlogPerInstance")
	}
}
