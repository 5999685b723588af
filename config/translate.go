package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// translator says what the scaling model says about a variant in the words and
// paths of an environment file.
type translator struct {
	at       variantPath
	policies []Policy
	names    *strings.Replacer
}

func newTranslator(v ProductionVariant, at variantPath) translator {
	return translator{at: at, policies: v.Scaling.Policies, names: strings.NewReplacer(
		"set MinCapacity", "set scaling.minCapacity",
		"ScheduledActions[", at.of("schedule["),
		"TargetInvocationsPerMinute", "targetInvocationsPerMinute",
		"RequestsPerSecondPerInstance", "requestsPerSecondPerInstance",
		"ConcurrencyPerInstance", "capacity.concurrencyPerInstance",
		"Events[", at.of("events["),
		"PeakRequestsPerSecond", "peakRequestsPerSecond",
		"PeakInstances", "peakInstances",
		"Weekdays", "weekdays",
		"Dates", "dates",
		"after From", "after from",
		"set Align", "set scaling.align",
		"and ReleaseSteps", "and scaling.releaseSteps",
		"set ReleaseSteps", "set scaling.releaseSteps",
		"AssertEvery", "scaling.assertEvery",
		"AllowLowerMax", "allowLowerMax",
		"change AdjustmentType", "change adjustmentType",
		"Queries[", "metrics[",
		"the same ID", "the same id",
		"ReturnData", "returnData",
		"namespace and name of a Metric", "metric, with its namespace",
		"MetricMath", "metrics",
	)}
}

// yamlPaths are where the model's fields stand in an environment file.
var yamlPaths = map[string]string{
	"MinCapacity":                  "scaling.minCapacity",
	"MaxCapacity":                  "scaling.maxCapacity",
	"RequestsPerSecondPerInstance": "capacity.requestsPerSecondPerInstance",
	"ConcurrencyPerInstance":       "capacity.concurrencyPerInstance",
	"RequestsPerSecondPerCopy":     "capacity.requestsPerSecondPerCopy",
	"ConcurrencyPerCopy":           "capacity.concurrencyPerCopy",
	"WakeUpCopies":                 "scaling.wakeUpCopies",
	"InferenceComponentName":       "name",
	"SafetyFactor":                 "scaling.safetyFactor",
	"TargetInvocationsPerMinute":   "scaling.targetInvocationsPerMinute",
	"BacklogPerInstance":           "scaling.backlogPerInstance",
	"WakeUpInstances":              "scaling.wakeUpInstances",
	"TargetUtilization":            "scaling.targetUtilization",
	"MaxConcurrency":               "variant.serverless.maxConcurrency",
	"ScaleOutCooldown":             "scaling.scaleOutCooldown",
	"ScaleInCooldown":              "scaling.scaleInCooldown",
	"ScheduledActions":             "schedule",
	"Events":                       "events",
	"StartTime":                    "capacity.startTime",
	"Zones":                        "scaling.zones",
	"AssertEvery":                  "scaling.assertEvery",
	"Align":                        "scaling.align",
	"ReleaseSteps":                 "scaling.releaseSteps",
	"Emergency":                    "scaling.emergency",
	"OfferedLoad":                  "scaling.offeredLoad",
	"Policies":                     "scaling.policies",
	"StepPolicies":                 "scaling.policies",
	"SuspendedState":               "scaling.suspended",
	"Variant.EndpointName":         endpointName,
	"Variant.Name":                 "variant.name",
	"Variant.InstanceType":         "variant.instanceType",
	"Variant.InitialInstanceCount": "variant.initialInstanceCount",
}

// endpointName is not a variant's.
const endpointName = "endpoint.name"

// all translates what the model says.
func (t translator) all(ps problem.List) problem.List {
	out := slices.Clone(ps)
	for i, p := range ps {
		out[i].Path = t.path(p.Path)
		out[i].Rule, out[i].Fix = t.text(p.Rule), t.text(p.Fix)
	}
	return out
}

var modelPolicy = regexp.MustCompile(`\b((?:Step)?Policies)\[(\d+)\](?:\.([\w.\[\]]+))?`)

func (t translator) text(text string) string {
	return t.names.Replace(modelPolicy.ReplaceAllStringFunc(text, t.policy))
}

func (t translator) path(path string) string {
	if path == "Variant.EndpointName" {
		return endpointName
	}
	if known, ok := yamlPaths[path]; ok {
		return t.at.of(known)
	}
	if modelPolicy.MatchString(path) {
		return t.policy(path)
	}
	list, rest, _ := strings.Cut(path, "[")
	return t.at.of(yamlPaths[list]) + "[" + lowerKeys(rest)
}

// policy is the path of one of the policies, which are two lists in the model
// and one in the file.
func (t translator) policy(path string) string {
	m := modelPolicy.FindStringSubmatch(path)
	n, _ := strconv.Atoi(m[2])
	for i, p := range t.policies {
		if (p.Step != nil) != (m[1] == "StepPolicies") {
			continue
		}
		if n == 0 {
			at := itemPath(t.at.of("scaling.policies"), i)
			if m[3] == "" {
				return at
			}
			return at + "." + p.key(m[3])
		}
		n--
	}
	return t.at.of("scaling.policies") // more than there are
}

// policyKeys are the model's fields that have another name in a policy's YAML.
// The longer ones come first.
var policyKeys = strings.NewReplacer(
	"Metric.Queries", "metrics",
	"Metric.Namespace", "metric.namespace",
	"Metric.Name", "metric.metricName",
	".ID", ".id",
	"Aggregation", "metricAggregationType",
	"Comparison", "comparisonOperator",
	"MissingData", "treatMissingData",
	"LowerBound", "from",
	"UpperBound", "to",
)

var dimension = regexp.MustCompile(`^(.*)\.dimensions\[(\d+)\]`)

// key is where a field of the policy stands, below the policy.
func (p Policy) key(field string) string {
	if p.Step != nil && field != "Name" {
		field = "Step." + field
	}
	key := lowerKeys(policyKeys.Replace(field))
	if p.Track != "" && within(key, "metric") {
		return "track"
	}
	m := dimension.FindStringSubmatch(key)
	if m == nil {
		return key
	}
	n, _ := strconv.Atoi(m[2])
	if metric := p.metricAt(m[1]); metric != nil && n < len(metric.Dimensions) {
		return keyPath(m[1]+".dimensions", metric.dimensionNames()[n])
	}
	return m[1] + ".dimensions"
}

// metricAt is the metric that stands at a path below the policy.
func (p Policy) metricAt(path string) *Metric {
	metric, queries, prefix := p.Metric, p.Metrics, ""
	if p.Step != nil {
		metric, queries, prefix = p.Step.Alarm.Metric, p.Step.Alarm.Metrics, "step.alarm."
	}
	if path == prefix+"metric" {
		return metric
	}
	for i, q := range queries {
		if path == fmt.Sprintf("%smetrics[%d].metric", prefix, i) {
			return q.Metric
		}
	}
	return nil
}

// lowerKeys writes the fields of a path as the keys that they have in YAML.
func lowerKeys(path string) string {
	keys := strings.Split(path, ".")
	for i, key := range keys {
		if key != "" {
			keys[i] = strings.ToLower(key[:1]) + key[1:]
		}
	}
	return strings.Join(keys, ".")
}
