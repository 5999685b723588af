package main

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

// kickoff is when the final of the sample starts.
var kickoff = time.Date(2027, 5, 29, 19, 0, 0, 0, time.UTC)

const (
	perInstance  = 60 // requests a second that an instance serves
	leastRunning = 4
	mostRunning  = 40
)

// sampleSubject is an endpoint whose final is made up.
func sampleSubject() monitoring.Subject {
	c := events.Calendar{MinCapacity: leastRunning, MaxCapacity: mostRunning, RequestsPerSecondPerInstance: perInstance,
		StartTime: 6 * time.Minute, Events: []events.Event{{Name: "final", Timezone: "Europe/London",
			Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 1000,
			Shape: []events.ShapeStep{{Share: 0.7}, {After: 45 * time.Minute, Share: 1}}}}}
	return monitoring.Subject{
		EndpointName: "predictions",
		Gateway: &monitoring.Gateway{ClusterName: "gateway", ServiceName: "gateway", TargetGroup: "targetgroup/gateway/1",
			MaxTasks: 10, RequestTimeout: 10 * time.Second, Calendar: frontend.ServiceTasks(450, 0).Calendar(c)},
		LoadBalancer: &monitoring.LoadBalancer{FullName: "app/predictions/1"},
		Variants: []monitoring.Variant{{Name: "main", InstanceType: "ml.g5.2xlarge", Capacity: &monitoring.Capacity{
			Calendar: c, Target: autoscaling.ScalableTarget{ResourceID: "endpoint/predictions/variant/main",
				Dimension: autoscaling.VariantInstanceCount, MinCapacity: leastRunning, MaxCapacity: mostRunning}}}},
	}
}

// moment is what happens in a minute of the final.
type moment struct {
	offered, served, shed float64 // requests a second
	running               int
	use                   float64 // share of what runs that is used
}

// timeline is the made-up final, from before on, a minute each.
func timeline(before, after int) []moment {
	var out []moment
	// What the calendar asks for runs 12 minutes later; tracking adds to it in the second half.
	for m := -before; m < after; m++ {
		t := float64(m)
		offered := 90 + 12*math.Sin(t/5)
		offered += 420 * rise(t, -25, 5) * fall(t, 130)
		offered += 110 * rise(t, 44, 50)
		for _, peak := range []struct{ at, height, width float64 }{{23, 360, 3}, {52, 330, 6}, {78, 480, 2.5}, {97, 1500, 12}} {
			if t >= peak.at-1 {
				offered += peak.height * math.Exp(-(t-peak.at)/peak.width) * rise(t, peak.at-1, peak.at)
			}
		}
		offered *= 1 + 0.04*noise(m)
		running := leastRunning
		switch {
		case m >= 103:
			running = 34
		case m >= 30:
			running = 24
		case m >= -18:
			running = 17
		}
		capacity := float64(running) * perInstance
		served := math.Min(offered, capacity)
		out = append(out, moment{offered: offered, served: served, shed: offered - served, running: running,
			use: served / capacity})
	}
	return out
}

// rise goes from 0 to 1, smoothly.
func rise(t, from, to float64) float64 {
	x := math.Max(0, math.Min(1, (t-from)/(to-from)))
	return x * x * (3 - 2*x)
}

// noise is a number from -1 to 1 that looks random.
func noise(n int) float64 {
	_, fraction := math.Modf(math.Abs(math.Sin(float64(n)*12.9898)) * 43758.5453)
	return 2*fraction - 1
}

func fall(t, from float64) float64 { return 1 - rise(t, from, from+20) }

// spread is n latencies around a middle, with a long tail.
func spread(middle float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		x := (float64(i) + 0.5) / float64(n)
		out[i] = middle * math.Pow(x/(1-x), 0.28)
	}
	return out
}

// values are what is published of a metric in a minute, nothing for others than these.
func (m moment) values(metric alarms.Metric, minute int) []float64 {
	crowded := 1 + 2.6*math.Pow(m.use, 8)
	each := func(v float64) []float64 {
		out := make([]float64, m.running)
		for i := range out {
			out[i] = v * (1 + 0.03*noise(100*i+minute))
		}
		return out
	}
	requests, served := math.Round(60*m.offered), math.Round(60*m.served)
	wrong := math.Round(m.served / 90 * (1 + noise(minute)))
	switch metric.Name {
	case "RequestCount", "ArrivedRequests":
		return []float64{requests}
	case "SucceededRequests":
		return []float64{served - wrong}
	case "Invocations":
		return []float64{served}
	case "InvocationsPerInstance":
		return []float64{served / float64(m.running)}
	case "ShedRequests", "HTTPCode_Target_5XX_Count":
		return []float64{math.Round(60 * m.shed)}
	case "ModelErrors", "InvocationModelErrors":
		return []float64{wrong}
	case "Invocation5XXErrors", "EndpointErrors":
		return []float64{math.Floor(wrong / 4)}
	case "ThrottledRequests", "GatewayErrors", "CredentialRenewalFailures", "BodyMemoryFull", "UnHealthyHostCount",
		"RejectedConnectionCount", "TargetConnectionErrorCount":
		return []float64{0}
	case "QueuedRequests":
		return []float64{math.Min(200, math.Round(m.shed*0.7+2*math.Pow(m.use, 6)*10))}
	case "HealthyHostCount":
		return []float64{4}
	case "TargetResponseTime":
		return spread(0.052*crowded, 100)
	case "ModelLatency":
		return spread(44_000*crowded, 100)
	case "OverheadLatency":
		return spread(3_000, 100)
	case "LatencyP50", "LatencyP90", "LatencyP99":
		at := map[string]int{"LatencyP50": 49, "LatencyP90": 89, "LatencyP99": 98}[metric.Name]
		return []float64{1000 * spread(0.05*crowded, 100)[at]}
	case "CPUUtilization":
		if metric.Namespace == "AWS/ECS" {
			tasks := make([]float64, 2)
			if m.running > leastRunning {
				tasks = make([]float64, 4)
			}
			for i := range tasks {
				tasks[i] = 8 + m.offered/(8*float64(len(tasks))) + noise(10*minute+i)
			}
			return tasks
		}
		return each(100 + 420*m.use)
	case "GPUUtilization":
		return each(6 + 84*m.use)
	case "GPUMemoryUtilization":
		return each(72)
	case "MemoryUtilization":
		return each(41 + 6*m.use)
	case "DiskUtilization":
		return []float64{31}
	}
	return nil
}

// sample fills the metrics of alarms and of widgets with the final, up to a moment.
func sample(metrics []alarms.Metric, end time.Time, minutes int) *alarms.Data {
	data := &alarms.Data{}
	seen := map[string]bool{}
	moments := timeline(int(kickoff.Sub(end).Minutes())+minutes, int(end.Sub(kickoff).Minutes()))
	start := end.Add(-time.Duration(len(moments)) * time.Minute)
	for _, metric := range metrics {
		key := metric.Namespace + " " + metric.Name
		for _, value := range []string{"EndpointName", "VariantName", "LoadBalancer", "TargetGroup", "ServiceName"} {
			key += " " + value + "=" + metric.Dimensions[value]
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		for i, m := range moments {
			data.Add(metric, start.Add(time.Duration(i)*time.Minute), m.values(metric, i)...)
		}
	}
	return data
}
