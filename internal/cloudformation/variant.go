package cloudformation

import (
	"math"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// describe adds what other resources say of what scales: the endpoint's
// configuration, or the inference component.
func (s *Scaled) describe(t *template) {
	target := &s.Subject.Target
	if name, ok := strings.CutPrefix(target.ResourceID, "inference-component/"); ok {
		s.describeComponent(t, name)
		return
	}
	endpoint, name := variantOf(target.ResourceID)
	if endpoint == "" {
		return
	}
	s.Subject.Variant = &autoscaling.Variant{EndpointName: endpoint, Name: name}
	o, config := t.configuration(endpoint)
	if config == nil {
		return
	}
	target.Asynchronous = config.Get("AsyncInferenceConfig") != nil
	o.describeVariant(s.Subject.Variant, config)
	s.Subject.Hosting = o.hosting(*s.Subject.Variant, config)
	s.Subject.Hosting.MinInstances, s.Subject.Hosting.MaxInstances = 0, 0 // the target has the bounds
	if !t.retainsCounts(endpoint) {
		s.Subject.Hosting.ResetCount = s.Subject.Variant.InitialInstanceCount
	}
}

// variantOf takes endpoint/NAME/variant/NAME apart.
func variantOf(resourceID string) (endpoint, variant string) {
	if parts := strings.Split(resourceID, "/"); len(parts) == 4 && parts[0] == "endpoint" && parts[2] == "variant" {
		return parts[1], parts[3]
	}
	return "", ""
}

func (s *Scaled) describeComponent(t *template, name string) {
	o, id := t.lookup(componentType, name)
	if id == "" {
		return
	}
	if copies, ok := o.count(o.property(id, "RuntimeConfig").Get("CopyCount")); ok {
		s.InitialCopyCount = copies
	}
	s.Subject.Copy = o.copyOf(id)
	endpoint, known := o.quietText(o.property(id, "EndpointName"))
	if !known {
		return
	}
	variant, _ := o.quietText(o.property(id, "VariantName"))
	host := &autoscaling.Variant{EndpointName: endpoint, Name: variant}
	s.Subject.Host = host
	if owner, config := t.configuration(endpoint); config != nil {
		owner.describeVariant(host, config)
		h := owner.hosting(*host, config)
		h.TrafficShare = nil // requests name their component
		h.CopiesPerInstance = o.copiesPerInstance(id, h.InstanceType)
		s.Subject.Hosting = h
	}
}

// lookup is the resource of a kind that goes by name, among all that was read:
// in t first, since others may use the name in another account.
func (t *template) lookup(kind, name string) (owner, string) {
	var others Problems // said of those who need it
	for _, candidate := range append([]*template{t}, *t.stacks...) {
		if candidate.Account != t.Account || candidate.Region != t.Region {
			continue
		}
		if ids := candidate.called(kind, name); len(ids) > 0 {
			return candidate.owner("", &others), ids[0]
		}
	}
	return t.owner("", &others), ""
}

// called are the resources of a kind in t that go by name, without those whose
// condition is false; there are several where which is made is not known.
func (t *template) called(kind, name string) []string {
	var found []string
	var others Problems
	for _, id := range t.root.Get("Resources").Names() {
		o := t.owner(id, &others)
		if t.kind(id) != kind || o.stands() == no {
			continue
		}
		if own, ok := o.nameOf(id, "", 0); ok && own == name {
			found = append(found, id)
		}
	}
	return found
}

// configuration is the properties of the endpoint's configuration, nil where it
// is not among what was read.
func (t *template) configuration(endpoint string) (owner, *document.Node) {
	o, id := t.lookup(endpointType, endpoint)
	if id == "" {
		return o, nil
	}
	wanted, ok := text(o.resolve(o.property(id, "EndpointConfigName"), "", 0))
	if !ok {
		return o, nil
	}
	// Ref gives the ARN, in which names are in lower case, and of which account
	// and region need not be known.
	if _, fromARN, isARN := strings.Cut(wanted, ":endpoint-config/"); isARN {
		for _, candidate := range o.root.Get("Resources").Names() {
			own, ok := o.nameOf(candidate, "", 0)
			if ok && o.kind(candidate) == endpointConfigType && strings.EqualFold(own, fromARN) {
				wanted = own
			}
		}
	}
	config, id := o.template.lookup(endpointConfigType, wanted)
	if id == "" {
		return o, nil
	}
	return config, config.resource(id).Get("Properties")
}

// describeVariant adds what the configuration says of a variant. An empty name
// is that of the only one.
func (o owner) describeVariant(v *autoscaling.Variant, config *document.Node) {
	variants := config.Get("ProductionVariants")
	if variants == nil {
		return
	}
	for _, n := range variants.Items {
		name, ok := o.quietText(n.Get("VariantName"))
		if !ok || v.Name != name && (v.Name != "" || len(variants.Items) != 1) {
			continue
		}
		v.Name = name
		v.InstanceType, _ = o.quietText(n.Get("InstanceType"))
		if count, ok := o.count(n.Get("InitialInstanceCount")); ok {
			v.InitialInstanceCount = count
		}
		status, _ := o.quietText(n.Get("ManagedInstanceScaling").Get("Status"))
		v.ManagedInstanceScaling = status == "ENABLED"
		v.MaxInstanceCount, _ = o.count(n.Get("ManagedInstanceScaling").Get("MaxInstanceCount"))
		v.MaxConcurrency, _ = o.count(n.Get("ServerlessConfig").Get("MaxConcurrency"))
		return
	}
}

// quietText resolves n to a text that is known before a deployment.
func (o owner) quietText(n *document.Node) (string, bool) {
	if n == nil {
		return "", false
	}
	s, ok := text(o.resolve(n, "", 0))
	if !ok || openText(s) {
		return "", false
	}
	return s, true
}

func (o owner) count(n *document.Node) (int, bool) {
	f, ok := o.amount(n)
	if !ok || f != math.Trunc(f) {
		return 0, false
	}
	return int(f), true
}

// amount resolves n to a number of 0 or more.
func (o owner) amount(n *document.Node) (float64, bool) {
	s, ok := o.quietText(n)
	f, err := strconv.ParseFloat(s, 64)
	if !ok || err != nil || !(f >= 0 && f <= math.MaxInt32) {
		return 0, false
	}
	return f, true
}
