package frontend

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxKeptShare is the part of a task's memory that kept answers may take.
const maxKeptShare = 4

// validateOnShed judges what shed requests get by the rest of the properties.
func (p GatewayServiceProps) validateOnShed() problem.List {
	var ps problem.List
	shed := p.Server.OnShed
	if shed == nil {
		return ps
	}
	if l, most := shed.LastKnown, p.MemoryMB<<20/maxKeptShare; l != nil && l.Bytes() > most {
		ps.Add("LastKnown.MaxBytes", l.Bytes(),
			fmt.Sprintf("answers take at most a quarter of a task's memory, %d bytes", most), "lower it, or raise «MemoryMB»")
	}
	if v := shed.Variant; v != nil && v.InferenceComponent != "" && !problem.Unresolved(v.InferenceComponent) &&
		!slices.ContainsFunc(p.InferenceComponents, func(name string) bool {
			return strings.EqualFold(name, v.InferenceComponent) || problem.Unresolved(name)
		}) {
		ps.Add("Variant.InferenceComponent", v.InferenceComponent,
			"this is not one of «InferenceComponents», which the gateway may call", "add it there")
	}
	if a := shed.Asynchronous; a != nil {
		if a.EndpointName == p.EndpointName {
			ps.Add("Asynchronous.EndpointName", a.EndpointName, "this is the endpoint that sheds, and no asynchronous one",
				"give the name of another endpoint")
		}
		if p.PrivateEndpoints != nil && !p.PrivateEndpoints.async {
			ps.Add("Asynchronous", nil, "«PrivateEndpoints» pass no asynchronous invocation on",
				"set AllowAsync of their properties")
		}
	}
	return ps
}
