package autoscaling

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxRollbackAlarms is the most alarms that SageMaker watches during an update
// (fact C16).
const maxRollbackAlarms = 10

// made is how many alarms are made for the variants.
func (r Rollback) made(variants []UpdatedVariant) (n int) {
	for _, v := range variants {
		n += r.of(v.Name).alarms()
	}
	return n
}

func (r Rollback) validate(variants []UpdatedVariant) problem.List {
	ps := r.RollbackThresholds.validate()
	if r.LatencyPercentile != 0 && !(r.LatencyPercentile > 0 && r.LatencyPercentile < 100) {
		ps.Add("LatencyPercentile", r.LatencyPercentile, "a percentile is over 0 and under 100", "such as 99")
	}
	names := make([]string, len(variants))
	latency := false
	for i, v := range variants {
		names[i] = v.Name
		latency = latency || r.of(v.Name).ModelLatency != 0
	}
	if r.LatencyPercentile != 0 && !latency {
		ps.Add("LatencyPercentile", r.LatencyPercentile, "no alarm on «ModelLatency» is made",
			"give «ModelLatency», or remove it")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Variants)) {
		at, own := fmt.Sprintf("Variants[%q]", name), r.Variants[name]
		if !slices.Contains(names, name) {
			ps.Add(at, nil, "the endpoint has no variant of this name", "it has "+strings.Join(names, ", "))
		} else if own.alarms() == 0 {
			ps.Add(at, nil, "neither «ErrorRate» nor «ModelLatency» is given", "give one of them, or remove it")
		}
		ps = append(ps, own.validate().In(at)...)
	}
	return append(append(ps, r.validateNames()...), r.validateMade(variants)...)
}

func (r Rollback) validateNames() problem.List {
	var ps problem.List
	for i, name := range r.Alarms {
		at := fmt.Sprintf("Alarms[%d]", i)
		switch first := slices.Index(r.Alarms, name); {
		case strings.TrimSpace(name) == "" || len(name) > 255 && !problem.Unresolved(name):
			ps.Add(at, got(name), "an alarm's name has 1 to 255 characters", "copy it from CloudWatch")
		case strings.HasPrefix(name, "arn:"):
			ps.Add(at, name, "SageMaker knows alarms by their names", "write "+name[strings.LastIndex(name, ":")+1:])
		case first < i:
			ps.Add(at, name, fmt.Sprintf("«Alarms»[%d] is the same alarm", first), "remove one of the two")
		}
	}
	return ps
}

// validateMade checks how many alarms there are, and that the variants publish what
// those that are made look at.
func (r Rollback) validateMade(variants []UpdatedVariant) problem.List {
	var ps problem.List
	made := r.made(variants)
	switch n := len(r.Alarms) + made; {
	case n == 0:
		ps.Add("", nil, "a rollback needs an alarm, and none is given or made",
			"give «ErrorRate», «ModelLatency» or «Alarms», or remove it")
	case n > maxRollbackAlarms:
		ps.Add("", nil,
			fmt.Sprintf("SageMaker watches at most %d alarms, here are %d: %d are given and %d made of %d variants",
				maxRollbackAlarms, n, len(r.Alarms), made, len(variants)),
			"leave out «ErrorRate» or «ModelLatency», or join alarms into a composite alarm and name it in «Alarms»")
	}
	for _, v := range variants {
		t := r.of(v.Name)
		switch {
		case v.ManagedInstanceScaling && t.alarms() > 0:
			ps.Add("", nil, "no alarm can be made for inference components, whose metrics have no variant (fact A51)",
				"make alarms on the components' metrics and name them in «Alarms»")
		case v.Asynchronous && t.ErrorRate != 0:
			ps.Add("ErrorRate", t.ErrorRate, "an asynchronous endpoint does not publish how many requests it gets (fact D7)",
				"make an alarm on InvocationFailures and name it in «Alarms»")
		}
	}
	return ps
}

// validateWatch wants the update to last long enough for an alarm to go off, and to
// send the new fleet enough traffic for it.
func (u Update) validateWatch(variants []UpdatedVariant) problem.List {
	var ps problem.List
	watch := time.Duration(0)
	if u.Rollback.made(variants) > 0 {
		watch = rollbackPeriods * time.Minute
	}
	fleet := largest(variants)
	if waits := u.Waits(fleet); u.Steps(fleet) > 0 && (waits == 0 || waits < watch) {
		path, rule := "TerminationWait", "alarms are watched during the waits, and there is none"
		if u.Kind() != UpdateAllAtOnce {
			path = map[UpdateKind]string{
				UpdateCanary: "Canary.Wait", UpdateLinear: "Linear.Wait", UpdateRolling: "Rolling.Wait",
			}[u.Kind()]
		}
		if waits > 0 {
			rule = fmt.Sprintf("the waits add up to %s, and an alarm looks at %s", problem.Duration(waits),
				problem.Duration(watch))
		}
		ps.Add(path, nil, rule, "raise it, such as to 10m")
	}
	if u.Kind() == UpdateCanary {
		ps = append(ps, u.validateCanaryShare(variants)...)
	}
	return ps
}

// validateCanaryShare refuses alarms that a canary cannot set off even where all its
// requests fail or are slow: metrics are of both fleets together.
func (u Update) validateCanaryShare(variants []UpdatedVariant) problem.List {
	var ps problem.List
	r, share := u.Rollback, float64(u.Canary.Size.Percent)
	if fleet := largest(variants); share == 0 && fleet > 0 {
		share = 100 * float64(u.Canary.Size.Instances) / float64(fleet)
	}
	if share <= 0 {
		return nil
	}
	for _, v := range variants {
		t, at := r.of(v.Name), "Rollback."
		if own := r.Variants[v.Name]; own.ErrorRate != 0 {
			at = fmt.Sprintf("Rollback.Variants[%q].", v.Name)
		}
		if t.ErrorRate*100 >= share && t.ErrorRate < 1 {
			ps = appendOnce(ps, problem.Problem{Path: at + "ErrorRate", Got: problem.Value(t.ErrorRate),
				Rule: fmt.Sprintf("the canary serves %.4g %% of the requests: where all of them fail, the rate is %.4g",
					share, share/100),
				Fix: fmt.Sprintf("lower it, such as to %.4g, or give a larger «Canary.Size»", share/200)})
		}
		if p := r.percentile(); t.ModelLatency > 0 && p > 0 && 100-p >= share {
			ps = appendOnce(ps, problem.Problem{Path: "Rollback.LatencyPercentile", Got: problem.Value(r.percentile()),
				Rule: fmt.Sprintf("the canary serves %.4g %% of the requests: where all of them are slow, p%g stays",
					share, r.percentile()),
				Fix: fmt.Sprintf("raise it over %.4g, or give a larger «Canary.Size»", 100-share)})
		}
	}
	return ps
}

func appendOnce(ps problem.List, p problem.Problem) problem.List {
	if slices.Contains(ps, p) {
		return ps
	}
	return append(ps, p)
}
