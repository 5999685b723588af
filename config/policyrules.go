package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// policyRules validates what YAML says of policies and the model does not have,
// such as track and absolute step bounds.
type policyRules struct {
	source
	problem.List
	// silent are the paths of which the model is not asked: it would speak of
	// what follows from something that was reported.
	silent []string
}

// trackable are the names that track knows.
var trackable = append(autoscaling.VariantUtilizations(),
	string(autoscaling.VariantInvocationsPerInstance), string(autoscaling.VariantConcurrentRequestsHighResolution))

// judge looks at the policies of list, which stand at path.
func (r *policyRules) judge(path string, list []Policy) {
	for i, p := range list {
		at := itemPath(path, i)
		if !r.oneOf(at, "a policy tracks a metric or has steps", "track", "metric", "metrics", "step") {
			continue
		}
		r.track(at+".track", p.Track)
		r.metric(at+".metric", p.Metric)
		r.queries(at+".metrics", p.Metrics)
		if p.Step == nil {
			if !r.given(at+".targetValue") && !r.faulty(at+".targetValue") {
				r.refuse(at+".targetValue", nil, "a policy that tracks a metric has a target",
					"add what the metric is to be kept near, from a load test")
			}
			continue
		}
		for _, key := range []string{"targetValue", "scaleOutCooldown", "scaleInCooldown", "disableScaleIn"} {
			if r.given(at + "." + key) {
				r.Add(at+"."+key, nil, "only a policy that tracks a metric has this key",
					"remove it; what a policy with steps has stands under step")
			}
		}
		alarm := at + ".step.alarm"
		if !r.faulty(alarm) && r.oneOf(alarm, "an alarm watches a metric or metric math", "metric", "metrics") {
			r.metric(alarm+".metric", p.Step.Alarm.Metric)
			r.queries(alarm+".metrics", p.Step.Alarm.Metrics)
		}
		r.steps(at+".step", *p.Step)
	}
}

// hides reports whether what the model says at path is not to be heard.
func (r *policyRules) hides(path string) bool {
	return slices.ContainsFunc(r.silent, func(silent string) bool { return within(path, silent) })
}

// refuse reports a problem that the model would report too.
func (r *policyRules) refuse(path string, got any, rule, fix string) {
	r.Add(path, got, rule, fix)
	r.silent = append(r.silent, path)
}

// oneOf wants exactly one of keys at path, and reports whether it is there and
// sound.
func (r *policyRules) oneOf(path, rule string, keys ...string) bool {
	given := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !r.given(path + "." + key) })
	sound := len(given) == 1 && !r.faulty(path+"."+given[0])
	switch {
	case r.faulty(path) || slices.ContainsFunc(keys,
		func(key string) bool { return r.faulty(path + "." + key) }): // reported
	case len(given) == 0:
		r.Add(path, nil, rule, "add "+strings.Join(keys[:len(keys)-1], ", ")+" or "+keys[len(keys)-1])
	case len(given) > 1:
		r.Add(path+"."+given[1], nil, rule+", and "+given[0]+" is given already", "keep one of the two")
	}
	if !sound {
		r.silent = append(r.silent, path)
	}
	return sound
}

func (r *policyRules) track(path, name string) {
	if name == "" || slices.Contains(trackable, name) {
		return
	}
	const predefined = "SageMakerVariant"
	near := nearest(name, trackable)
	// AWS adds predefined metrics (fact G22): only what is all but equal to a
	// known name is taken for a slip.
	if strings.HasPrefix(name, predefined) && (near == "" || problem.Distance(name, near) > 2) {
		return
	}
	fix := "for any other give metric, with its namespace"
	if near != "" {
		fix = "write " + near
	}
	r.refuse(path, name, "by its name alone a utilization is tracked, such as CPUUtilization or GPUUtilization, or a "+
		"predefined metric, which begins with "+predefined, fix)
}

func (r *policyRules) metric(path string, m *autoscaling.Metric) {
	if m == nil || m.Namespace != "" || m.Name == "" || r.faulty(path+".namespace") {
		return
	}
	names := autoscaling.VariantMetricNames()
	if slices.Contains(names, m.Name) {
		return
	}
	fix := "add the namespace"
	if near := nearest(m.Name, names); near != "" {
		fix = "write " + near + ", or add the namespace"
	}
	r.Add(path+".metricName", m.Name,
		"this is not what SageMaker publishes of a variant, and any other metric has a namespace", fix)
	r.silent = append(r.silent, path)
}

func (r *policyRules) queries(path string, queries []autoscaling.MetricQuery) {
	for i, q := range queries {
		if r.touched(itemPath(path, i)) { // expressions may speak of it
			r.silent = append(r.silent, path)
		}
		r.metric(itemPath(path, i)+".metric", q.Metric)
	}
}

// steps wants ranges that AWS can take as bounds counted from the threshold. The
// model says the same, in those bounds.
func (r *policyRules) steps(path string, s StepScaling) {
	steps, threshold, before := path+".steps", path+".alarm.threshold", len(r.List)
	sound := !r.touched(steps) && !r.touched(threshold)
	if sound {
		r.ranges(steps, s)
	}
	if sound && len(r.List) == before {
		r.reach(steps, threshold, s)
	}
	if sound && len(r.List) == before {
		return
	}
	for i := range s.Steps {
		r.silent = append(r.silent, itemPath(steps, i)+".from", itemPath(steps, i)+".to")
	}
}

// ranges wants steps that do not overlap and leave no gap.
func (r *policyRules) ranges(steps string, s StepScaling) {
	before := len(r.List)
	for i, step := range s.Steps {
		switch at := itemPath(steps, i); {
		case step.From == nil && step.To == nil:
			r.Add(at, nil, "a step is a range of the metric's values", "add from, the value at which it begins")
		case step.low() >= step.high():
			r.Add(at+".to", *step.To, fmt.Sprintf("the step ends where it begins, at %g, or before", *step.From),
				"give a greater value")
		}
	}
	if len(r.List) > before {
		return
	}
	order := s.order()
	for n, i := range order[1:] {
		at, neighbour, last := itemPath(steps, i)+".from", itemPath(steps, order[n]), s.Steps[order[n]]
		switch low := s.Steps[i].From; {
		case last.To == nil || low == nil:
			r.Add(at, got(low), neighbour+" is without end here, and the two overlap", "let one begin where the other ends")
		case *low < *last.To:
			r.Add(at, *low, fmt.Sprintf("the step overlaps %s, which ends at %g", neighbour, *last.To),
				fmt.Sprintf("write %g", *last.To))
		case *low > *last.To:
			r.Add(at, *low, fmt.Sprintf("between this step and %s, which ends at %g, is a gap", neighbour, *last.To),
				fmt.Sprintf("write %g", *last.To))
		}
	}
}

// order is the steps from the lowest to the highest.
func (s StepScaling) order() []int {
	order := make([]int, len(s.Steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Steps[a].low(), s.Steps[b].low()) })
	return order
}

// reach wants the steps to begin where the alarm goes off, and to have no end.
func (r *policyRules) reach(steps, threshold string, s StepScaling) {
	order := s.order()
	first, last := order[0], order[len(order)-1]
	outer, inner := itemPath(steps, last)+".to", itemPath(steps, first)+".from"
	open, begin := s.Steps[last].To == nil, s.Steps[first].From
	direction, beginKey, endKey := "rises", "from", "to"
	if s.falls() {
		outer, inner = itemPath(steps, first)+".from", itemPath(steps, last)+".to"
		open, begin = s.Steps[first].From == nil, s.Steps[last].To
		direction, beginKey, endKey = "falls", "to", "from"
	}
	switch {
	case begin == nil:
		r.Add(inner, nil, "the alarm goes off as the metric "+direction+", and this step has no beginning",
			"add "+beginKey+", the value at which the alarm goes off")
	case !open:
		r.Add(outer, nil, "the alarm goes off as the metric "+direction+", however far, and beyond the last step "+
			"nothing would happen", "leave "+endKey+" out")
	case s.Alarm.Threshold != nil && *s.Alarm.Threshold != *begin:
		r.Add(threshold, *s.Alarm.Threshold, fmt.Sprintf("the steps begin at %g, where the alarm goes off", *begin),
			fmt.Sprintf("leave it out, or write %g", *begin))
	}
}

func (s Step) low() float64  { return orInfinity(s.From, -1) }
func (s Step) high() float64 { return orInfinity(s.To, 1) }

func orInfinity(end *float64, sign int) float64 {
	if end == nil {
		return math.Inf(sign)
	}
	return *end
}

func got(end *float64) any {
	if end == nil {
		return nil
	}
	return *end
}
