package settings

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Bounds and defaults of OnShed.
const (
	MinLastKnownAge     = time.Second
	MaxLastKnownAge     = 24 * time.Hour
	DefaultLastKnownAge = time.Minute

	MinLastKnownBytes     = 1 << 20
	MaxLastKnownBytes     = 10 << 30
	DefaultLastKnownBytes = 64 << 20

	// DefaultShedConcurrency is how many requests a variant gets at a time.
	DefaultShedConcurrency = 64
)

// OnShed is what a client gets in place of an answer for which there is no capacity. At
// most one of its fields is given; where that one has no answer either, and without one,
// it is Server.FallbackBody, or without that an error, 503.
type OnShed struct {
	// LastKnown answers with the last good answer to the same request.
	LastKnown *LastKnown `json:"lastKnown,omitempty"`
	// Variant sends the request to a cheaper variant or inference component of the endpoint.
	Variant *ShedVariant `json:"variant,omitempty"`
	// Asynchronous queues the request at an asynchronous endpoint.
	Asynchronous *ShedAsynchronous `json:"asynchronous,omitempty"`
}

// LastKnown keeps answers in a task's memory: with status 2xx, whole, of no stream.
type LastKnown struct {
	// MaxAge is how old an answer may be, 1s to 24h. Default: 1m.
	MaxAge time.Duration `json:"maxAge,omitempty"`
	// MaxBytes bounds the memory of all answers of a task, in bytes; the oldest ones give
	// way. Default: 67108864 (64 MiB).
	MaxBytes int `json:"maxBytes,omitempty" jsonschema:"minimum=1048576,maximum=10737418240"`
	// Shared says that an answer to one client may go to another that sends the same
	// request, whatever credentials either has. Default: false, a client gets answers to
	// requests with its own credentials.
	Shared bool `json:"shared,omitempty"`
}

// ShedVariant names one of the two.
type ShedVariant struct {
	// TargetVariant is the name of a production variant. Default: none.
	TargetVariant string `json:"targetVariant,omitempty"`
	// InferenceComponent is the name of an inference component. Default: none.
	InferenceComponent string `json:"inferenceComponent,omitempty"`
	// MaxConcurrency is how many requests a task sends there at a time, at most; below it
	// the limit follows what is served there. Default: 64.
	MaxConcurrency int `json:"maxConcurrency,omitempty" jsonschema:"minimum=1,maximum=100000"`
}

// ShedAsynchronous is the asynchronous endpoint that takes requests with a body of up to
// 128,000 bytes (fact F8).
type ShedAsynchronous struct {
	// EndpointName is its name, in the same account and Region.
	EndpointName string `json:"endpointName"`
}

// SageMaker's own pattern of variants, components and endpoints (fact C29).
var sageMakerName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)

// SageMakerName judges the name of an endpoint, variant or inference component. It returns
// the rule that it breaks and how to mend it, "" where it breaks none.
func SageMakerName(name string) (rule, fix string) {
	if !sageMakerName.MatchString(name) {
		return "must be at most 63 letters, digits and hyphens, beginning and ending with a letter or digit",
			"give the name, not an ARN or URL"
	}
	return "", ""
}

func (o OnShed) validate() problem.List {
	var ps problem.List
	given := 0
	if l := o.LastKnown; l != nil {
		given++
		if l.MaxAge != 0 && (l.MaxAge < MinLastKnownAge || l.MaxAge > MaxLastKnownAge) {
			ps.Add("LastKnown.MaxAge", l.MaxAge, fmt.Sprintf("this is a time from %s to %s",
				problem.Duration(MinLastKnownAge), problem.Duration(MaxLastKnownAge)), "leave it out for 1m")
		}
		if n := l.MaxBytes; n != 0 && (n < MinLastKnownBytes || n > MaxLastKnownBytes) {
			ps.Add("LastKnown.MaxBytes", n,
				fmt.Sprintf("this is a whole number from %d to %d", MinLastKnownBytes, MaxLastKnownBytes),
				fmt.Sprintf("leave it out for %d", DefaultLastKnownBytes))
		}
	}
	if v := o.Variant; v != nil {
		given++
		ps = append(ps, v.validate().In("Variant")...)
	}
	if a := o.Asynchronous; a != nil {
		given++
		if rule, fix := SageMakerName(a.EndpointName); rule != "" && !problem.Unresolved(a.EndpointName) {
			ps.Add("Asynchronous.EndpointName", a.EndpointName, rule, fix)
		}
	}
	if given > 1 {
		ps.Add("", nil, fmt.Sprintf("there is one answer to a shed request, these are %d", given), "keep one of them")
	}
	if given == 0 {
		ps.Add("", nil, "it does not say what a shed request gets",
			"give lastKnown, variant or asynchronous, or leave it out for «FallbackBody» or an error")
	}
	return ps
}

func (v ShedVariant) validate() problem.List {
	var ps problem.List
	if (v.TargetVariant == "") == (v.InferenceComponent == "") {
		ps.Add("", nil, "a request goes to a variant or to an inference component", "give one of the two")
	}
	for _, name := range []struct{ field, text string }{
		{"TargetVariant", v.TargetVariant}, {"InferenceComponent", v.InferenceComponent},
	} {
		if rule, fix := SageMakerName(name.text); rule != "" && name.text != "" && !problem.Unresolved(name.text) {
			ps.Add(name.field, name.text, rule, fix)
		}
	}
	if n := v.MaxConcurrency; n < 0 || n > MaxConcurrency {
		ps.Add("MaxConcurrency", n, fmt.Sprintf("this is a whole number from 1 to %d", MaxConcurrency), "leave it out for 64")
	}
	return ps
}

// AsyncEndpoint is the asynchronous endpoint that takes shed requests, "" for none.
func (s Server) AsyncEndpoint() string {
	if s.OnShed == nil || s.OnShed.Asynchronous == nil {
		return ""
	}
	return s.OnShed.Asynchronous.EndpointName
}

// Bytes are MaxBytes, or their default.
func (l LastKnown) Bytes() int { return cmp.Or(l.MaxBytes, DefaultLastKnownBytes) }

// variables are the gateway's variables of what a shed request gets.
func (o OnShed) variables() map[string]string {
	variables := map[string]string{}
	number := func(name string, n int) {
		if n != 0 {
			variables[name] = strconv.Itoa(n)
		}
	}
	if l := o.LastKnown; l != nil {
		variables["LAST_KNOWN_AGE"] = cmp.Or(l.MaxAge, DefaultLastKnownAge).String()
		number("LAST_KNOWN_BYTES", l.MaxBytes)
		if l.Shared {
			variables["LAST_KNOWN_SHARED"] = "on"
		}
	}
	if v := o.Variant; v != nil {
		variables["SHED_VARIANT"] = v.TargetVariant
		variables["SHED_COMPONENT"] = v.InferenceComponent
		number("SHED_MAX_CONCURRENCY", v.MaxConcurrency)
	}
	if a := o.Asynchronous; a != nil {
		variables["SHED_ASYNC_ENDPOINT"] = a.EndpointName
	}
	maps.DeleteFunc(variables, func(_, value string) bool { return value == "" })
	return variables
}
