package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateOnShed judges what shed requests get by the rest of the file.
func validateOnShed(e Environment, src source) problem.List {
	var ps problem.List
	shed, path := e.Frontend.Server.OnShed, serverPath+".onShed"
	if shed == nil {
		return ps
	}
	if l := shed.LastKnown; l != nil {
		if at := path + ".lastKnown.maxAge"; l.MaxAge == 0 && src.given(at) && !src.faulty(at) {
			ps.Add(at, l.MaxAge, "an answer has an age over 0s", "leave it out for 1m")
		}
		ps = append(ps, validateKept(e, src, *l)...)
	}
	if v := shed.Variant; v != nil {
		ps = append(ps, validateShedVariant(e, *v).In(path+".variant")...)
	}
	if a := shed.Asynchronous; a != nil && a.EndpointName == e.Endpoint.Name {
		ps.Add(path+".asynchronous.endpointName", a.EndpointName, "this is the endpoint that sheds, and no asynchronous one",
			"give the name of another endpoint")
	}
	return ps
}

// validateKept holds the memory of kept answers against that of the smallest task.
func validateKept(e Environment, src source, l settings.LastKnown) problem.List {
	var ps problem.List
	at, memory := serverPath+".onShed.lastKnown.maxBytes", "frontend.taskMemoryMb"
	e = e.WithDefaults()
	gateways := []Environment{e}
	if canary, ok := e.Canary(); ok {
		gateways = append(gateways, canary)
	}
	for _, gateway := range gateways {
		most := gateway.Frontend.TaskMemoryMB << 20 / 4
		if gateway.Frontend.onFargate() && l.Bytes() > most && !src.faulty(memory) && !src.faulty(at) {
			ps.Add(at, l.Bytes(), fmt.Sprintf("answers take at most a quarter of a task's memory, %d bytes", most),
				fmt.Sprintf("lower it to %d or less, or raise the task's memory", most))
			break
		}
	}
	return ps
}

// validateShedVariant wants a variant or component of the endpoint.
func validateShedVariant(e Environment, v settings.ShedVariant) problem.List {
	var ps problem.List
	if v.TargetVariant != "" && v.InferenceComponent != "" {
		return nil // which is a problem already
	}
	var variants, components []string
	if all := e.ProductionVariants(); len(all) > 1 { // a single one is what sheds
		for _, variant := range all {
			variants = append(variants, variant.Name)
		}
	}
	for _, c := range e.Components {
		components = append(components, c.Name)
	}
	for _, one := range []struct {
		key, what, name string
		among           []string
	}{
		{"targetVariant", "variant", v.TargetVariant, variants},
		{"inferenceComponent", "inference component", v.InferenceComponent, components},
	} {
		if one.name == "" || slices.Contains(one.among, one.name) {
			continue
		}
		fix := "remove it, or add one"
		if len(one.among) > 0 {
			fix = "name one of " + strings.Join(one.among, ", ")
		}
		ps.Add(one.key, one.name, "the endpoint has no other "+one.what+" of this name", fix)
	}
	return ps
}
