package main

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// frontend is the gateway and load balancer of the rehearsed endpoint, from their
// template and the facts. It is nil if neither has a gateway.
func (o *options) frontend(s setting, scaled cloudformation.Scaled, said frontendFacts) (*rehearsal.Frontend, error) {
	var out rehearsal.Frontend
	endpoint := endpointOf(scaled)
	found, err := o.gateway(s, endpoint)
	if err != nil {
		return nil, err
	}
	traffic := frontend.LoadBalancerTraffic{BytesPerRequest: said.bytesPerRequest,
		RequestsPerConnection: max(1, said.requests)}
	switch {
	case found == nil && said.tasks == 0:
		return nil, nil
	case found == nil:
		out.LoadBalancer = &rehearsal.LoadBalancer{Traffic: traffic}
	case found.LoadBalancer:
		traffic.FunctionTarget = found.Function
		out.LoadBalancer = &rehearsal.LoadBalancer{Traffic: traffic, ReservedUnits: found.ReservedUnits,
			Reservations: found.Reservations}
	}
	switch {
	case said.tasks > 0:
		out.Tasks = &rehearsal.Tasks{Capacity: autoscaling.ScalableTarget{MinCapacity: said.tasks, MaxCapacity: said.tasks}}
	case found.Function:
		out.Function = &rehearsal.Function{MemoryGB: found.MemoryGB, Capacity: found.Capacity}
		return &out, nil
	default:
		out.Tasks = &rehearsal.Tasks{VCPU: found.VCPU, MemoryGB: found.MemoryGB, Capacity: found.Capacity}
	}
	out.Tasks.RequestsPerSecond = said.perTask
	if said.vcpu > 0 {
		out.Tasks.VCPU = said.vcpu
	}
	if said.gb > 0 {
		out.Tasks.MemoryGB = said.gb
	}
	return &out, nil
}

// gateway is the gateway of an endpoint in its template, nil without one. A template
// of --frontend must have one.
func (o *options) gateway(s setting, endpoint string) (*cloudformation.Frontend, error) {
	file := o.frontendTemplate
	if file == "" {
		if s.mode != "" || o.environments[s.template] || s.template == "" && o.assembly == "" {
			return nil, nil
		}
		file = s.template
	}
	reading, err := o.read(file)
	if err != nil {
		if o.frontendTemplate == "" {
			err = nil // reported for what scales
		}
		return nil, err
	}
	var names []string
	for i, f := range reading.Frontends {
		if f.EndpointName == endpoint || s.mode != "" {
			return &reading.Frontends[i], nil
		}
		names = append(names, f.EndpointName)
	}
	if o.frontendTemplate == "" || endpoint == "" {
		return nil, nil
	}
	rule := "no gateway of this project stands in it"
	if len(names) > 0 {
		rule = fmt.Sprintf("its gateway calls %s, and %s is rehearsed", strings.Join(names, ", "), endpoint)
	}
	return nil, problem.List{{Path: "--frontend", Got: o.frontendTemplate, Rule: rule,
		Fix: "give the template of the endpoint's own gateway, or leave it out"}}
}

// endpointOf is the endpoint of what scales, "" if it is not known.
func endpointOf(s cloudformation.Scaled) string {
	switch {
	case s.Subject.Variant != nil:
		return s.Subject.Variant.EndpointName
	case s.Subject.Host != nil:
		return s.Subject.Host.EndpointName
	}
	return ""
}
