package monitoring

import (
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

func (s Subject) endpointWidgets(set Settings) []widget {
	if s.Asynchronous {
		return s.backlogWidgets(set)
	}
	requests := widget{title: "Invocations", left: axis{label: "a second"}, bands: s.bands()}
	errors := widget{title: "Invocations that fail", left: axis{label: "a minute"}}
	latency := widget{title: "Latency of the model", left: axis{label: "ms"}}
	for i, p := range s.parts() {
		color := palette[i%len(palette)]
		requests.perSecond(fmt.Sprint("requests", i), p.name, color, p.sums(invocations)...)
		var q queries
		failed, wrong := q.sum(fmt.Sprint("failed", i), p.sums(serverErrors)...), q.sum(fmt.Sprint("wrong", i),
			p.sums(modelErrors)...)
		errors.hide(q)
		errors.compute(fmt.Sprint("errors", i), "5xx of "+p.name, []string{red, "#e377c2", "#8c564b"}[i%3], failed)
		errors.compute(fmt.Sprint("model", i), "errors of the model of "+p.name, []string{orange, purple, "#bcbd22"}[i%3],
			wrong)
		for j, m := range p.metrics(autoscaling.SageMakerNamespace, modelLatency, "p99") {
			id := fmt.Sprintf("latency%d%c", i, 'a'+j)
			label := "p99 of " + p.name
			if len(p.pools) > 0 {
				label += " on " + p.pools[j]
			}
			var q queries
			q.metric(id+"us", m)
			latency.hide(q)
			latency.compute(id, label, palette[(i+j)%len(palette)], id+"us / 1000")
		}
	}
	return []widget{requests, errors, latency}
}

func (s Subject) backlogWidgets(set Settings) []widget {
	metric := func(name string, statistic autoscaling.Statistic) autoscaling.Metric {
		return autoscaling.Metric{Namespace: autoscaling.SageMakerNamespace, Name: name, Statistic: statistic,
			Dimensions: map[string]string{autoscaling.EndpointNameDimension: s.EndpointName}}
	}
	backlog := widget{title: "Requests that wait", left: axis{label: "requests"}, bands: s.bands()}
	backlog.add("waiting", "wait", orange, metric("ApproximateBacklogSize", autoscaling.Maximum))
	age := widget{title: "Age of the oldest request", left: axis{label: "seconds"},
		lines: []line{{"alarm", red, set.Thresholds.BacklogAge.Seconds()}}}
	age.add("age", "oldest", blue, metric("ApproximateAgeOfOldestRequest", autoscaling.Maximum))
	done := widget{title: "Requests that are done", left: axis{label: "a second"}}
	done.perSecond("processed", "processed", green, metric("InvocationsProcessed", autoscaling.Sum))
	done.perSecond("failed", "failed", red, metric("InvocationFailures", autoscaling.Sum))
	return []widget{backlog, age, done}
}

// capacityWidgets are how much is wanted, runs and may run, for each of what scales, and
// what the instances use.
func (s Subject) capacityWidgets(set Settings) []widget {
	var widgets []widget
	maker := &maker{Subject: s, set: set}
	for _, p := range s.parts() {
		if p.capacity == nil || p.capacity.Target.Dimension == autoscaling.VariantProvisionedConcurrency {
			continue
		}
		unit := title(p.unit)
		w := widget{title: fmt.Sprintf("%s of %s", unit, p.name), left: axis{label: p.unit}, bands: s.bands()}
		var q queries
		running := maker.running(&q, p)
		w.wanted(p.capacity.Calendar, p.capacity.own(), q, running)
		w.lines = []line{{"maximum", grey, float64(p.capacity.Target.HighestMax())}}
		widgets = append(widgets, w)
	}
	for _, v := range s.Variants {
		if len(v.Pools) == 0 && !v.Serverless {
			widgets = append(widgets, s.hardwareWidget(v))
		}
	}
	if g := s.Gateway; g != nil && g.FunctionName == "" && g.ServiceName != "" {
		w := widget{title: "Tasks of the gateway", left: axis{label: "tasks"}, right: axis{label: "% of the CPU", most: 100}}
		var tasks queries
		running := tasks.sum("tasks", g.tasks())
		w.wanted(g.Calendar, g.Calendar.MinCapacity, tasks, running)
		cpu := g.tasks()
		cpu.Statistic = autoscaling.Average
		w.add("cpu", "CPU used", light, cpu)
		w.series[len(w.series)-1].right = true
		if g.MaxTasks > 0 {
			w.lines = []line{{"maximum", grey, float64(g.MaxTasks)}}
		}
		widgets = append(widgets, w)
	}
	return widgets
}

// wanted adds how much is wanted, by a calendar and the own minimum, and how much runs, an
// expression of q.
func (w *widget) wanted(c events.Calendar, own int, q queries, running string) {
	floors := encode(dues(c, own, 0), q[0].ID)
	wanted := floors.add(&q, own)
	w.hide(q)
	if len(floors.terms) == 0 {
		wanted = fmt.Sprintf("TIME_SERIES(%d)", own)
	}
	w.compute("wanted", "minimum wanted", orange, wanted)
	w.compute("runs", "running", blue, running)
}

// hardwareWidget is what a variant's instances use, in percent of what they have.
func (s Subject) hardwareWidget(v Variant) widget {
	w := widget{title: "Used on the instances of " + v.Name, left: axis{label: "%", most: 100}}
	add := func(id, label, color, name string, statistic autoscaling.Statistic, of int) {
		m := s.variant(v).metrics(autoscaling.UtilizationNamespace, name, statistic)[0]
		if of == 1 {
			w.add(id, label, color, m)
			return
		}
		var q queries
		q.metric(id+"sum", m)
		w.hide(q)
		w.compute(id, label, color, fmt.Sprintf("%ssum / %d", id, of))
	}
	vCPUs, gpus := v.units()
	switch {
	case vCPUs == 0 && len(s.Components) > 0: // fact A63
		add("cpu", "CPU", blue, "CPUUtilizationNormalized", autoscaling.Average, 1)
	case vCPUs > 0:
		add("cpu", "CPU", blue, "CPUUtilization", autoscaling.Average, vCPUs)
	}
	add("memory", "memory, fullest", purple, "MemoryUtilization", autoscaling.Maximum, 1)
	if gpus > 0 {
		add("gpu", "GPU", green, "GPUUtilization", autoscaling.Average, gpus)
		add("gpumemory", "GPU memory, fullest", orange, "GPUMemoryUtilization", autoscaling.Maximum, gpus)
	}
	add("disk", "disk, fullest", grey, "DiskUtilization", autoscaling.Maximum, 1)
	return w
}
