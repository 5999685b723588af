package cloudformation

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Detach returns a copy of template without the scaling of one variant: its
// scalable target with the scheduled actions in it, the policies of the target,
// and the alarms that set off nothing else. What SageMaker serves with stays as
// it is. Deployed, the copy deregisters the variant, whose fleet keeps its size:
// SageMaker refuses to change the instance type of a registered variant, and to
// remove one (fact C9).
//
// template is the body of a stack, as json.Unmarshal returns it; it is not
// changed. endpoint is the endpoint's name, or the endpoint's logical ID where
// the template leaves the name to CloudFormation.
//
// DependsOn and outputs that refer to what goes are left out too. An alarm that
// sets off something else, or that something else refers to, loses only the
// actions that go. The error is a problem.List: the variant does not scale in
// template, another resource needs what goes, or no resource is left.
func Detach(template map[string]any, endpoint, variant string) (map[string]any, error) {
	d, err := newDetachment(template, autoscaling.Variant{EndpointName: endpoint, Name: variant}.ResourceID())
	if err != nil {
		return nil, err
	}
	d.detachAlarms()
	for _, id := range slices.Sorted(maps.Keys(d.gone)) {
		delete(d.resources, id)
	}
	d.detachReferences()
	var ps problem.List
	for _, id := range slices.Sorted(maps.Keys(d.resources)) {
		if on := RefersTo(d.resources[id], d.gone); on != "" {
			ps.Add("Resources."+id, on, "the scaling cannot be left out: this resource refers to it",
				"remove the reference, deploy, and detach the variant then")
		}
	}
	if len(d.resources) == 0 {
		ps.Add("Resources", nil, "the stack has nothing but this scaling, and a stack without resources is refused",
			"delete the stack instead, and deploy it again after the endpoint's update")
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return d.template, nil
}

// detachment is a template while scaling is taken out of it.
type detachment struct {
	template, resources map[string]any
	// gone are the logical IDs of what is left out.
	gone map[string]bool
}

// newDetachment finds the targets with a resource ID, and their policies.
func newDetachment(body map[string]any, resourceID string) (*detachment, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, problem.From(err)
	}
	root, wrong := readRoot("template", func(string) ([]byte, error) { return data, nil })
	if wrong != nil {
		return nil, problem.List{wrong.Problem}
	}
	budget, others := maxSteps, Problems{}
	t := newTemplate(Source{}, root, Options{}, &[]*template{}, &budget)
	scales := func(id string) string {
		s, _ := t.owner(id, &others).resolve(t.property(id, "ResourceId"), "", 0).(string)
		return s
	}
	d := &detachment{template: deepCopy(body).(map[string]any), gone: map[string]bool{}}
	d.resources = d.template["Resources"].(map[string]any)
	var scaled []string
	for _, id := range slices.Sorted(maps.Keys(d.resources)) {
		if t.kind(id) != targetType {
			continue
		}
		scaled = append(scaled, cmp.Or(scales(id), id))
		if scales(id) == resourceID {
			d.gone[id] = true
		}
	}
	if len(d.gone) == 0 {
		fix := "nothing scales in this template: deploy without detaching"
		if len(scaled) > 0 {
			fix = "name one that does: " + strings.Join(scaled, ", ")
		}
		var ps problem.List
		ps.Add("Resources", resourceID, "no scalable target has this resource ID", fix)
		return nil, ps
	}
	targets := maps.Clone(d.gone)
	for id, r := range d.resources {
		if t.kind(id) == policyType && (scales(id) == resourceID || RefersTo(r, targets) != "") {
			d.gone[id] = true
		}
	}
	return d, nil
}

// detachAlarms takes the policies out of the alarms' actions. An alarm without an
// action left goes, unless something refers to it: one that stays in ALARM would
// set its policy off when that comes back.
func (d *detachment) detachAlarms() {
	var idle []string
	for _, id := range slices.Sorted(maps.Keys(d.resources)) {
		properties, _ := field(d.resources[id], "Properties").(map[string]any)
		if field(d.resources[id], "Type") != alarmType {
			continue
		}
		dropped, left := 0, 0
		for _, name := range []string{"AlarmActions", "OKActions", "InsufficientDataActions"} {
			actions, _ := properties[name].([]any)
			n := drop(properties, name, d.isGone)
			dropped, left = dropped+n, left+len(actions)-n
		}
		if dropped > 0 && left == 0 {
			idle = append(idle, id)
		}
	}
	for _, id := range idle {
		if !d.needed(id) {
			d.gone[id] = true
		}
	}
}

// isGone reports whether an action is a reference to what goes, and no more.
func (d *detachment) isGone(action any) bool {
	call, _ := action.(map[string]any)
	return len(call) == 1 && (call["Ref"] != nil || call["Fn::GetAtt"] != nil) && RefersTo(action, d.gone) != ""
}

// needed reports whether a resource that stays, or an output, refers to id.
func (d *detachment) needed(id string) bool {
	one := map[string]bool{id: true}
	for other, r := range d.resources {
		if other != id && !d.gone[other] && RefersTo(r, one) != "" {
			return true
		}
	}
	return RefersTo(d.template["Outputs"], one) != ""
}

// detachReferences takes what is gone out of DependsOn and of the outputs.
func (d *detachment) detachReferences() {
	for _, r := range d.resources {
		r, ok := r.(map[string]any)
		if !ok {
			continue
		}
		switch on := r["DependsOn"].(type) {
		case string:
			if d.gone[on] {
				delete(r, "DependsOn")
			}
		case []any:
			drop(r, "DependsOn", func(id any) bool {
				name, _ := id.(string)
				return d.gone[name]
			})
		}
	}
	outputs, _ := d.template["Outputs"].(map[string]any)
	before := len(outputs)
	maps.DeleteFunc(outputs, func(_ string, output any) bool { return RefersTo(output, d.gone) != "" })
	if before > 0 && len(outputs) == 0 {
		delete(d.template, "Outputs")
	}
}
