package monitoring

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Dashboard is a CloudWatch dashboard: from the top to the bottom along the path of a
// request.
type Dashboard struct {
	region string
	rows   [][]widget
}

// maxBands is how many events a graph marks, so that a body stays small; maxAlarms how many
// alarms a widget shows (CloudWatch API reference, "Dashboard body structure and syntax").
const maxBands, maxAlarms = 200, 100

// Dashboard returns the dashboard of s, of metrics in a region. It shows the states of
// alarms whose ARNs are given, at most 100, the most urgent first.
func (s Subject) Dashboard(set Settings, region string, alarmARNs ...string) Dashboard {
	set = set.withDefaults()
	d := Dashboard{region: region}
	d.row(widget{width: columns, height: 1,
		markdown: fmt.Sprintf("# Endpoint %s &nbsp; [runbook](%s)", s.EndpointName, set.RunbookURL)})
	if n := min(len(alarmARNs), maxAlarms); n > 0 {
		d.row(widget{width: columns, height: 1 + (n+7)/8, title: "Alarms", alarmARNs: alarmARNs[:n]})
	}
	d.section("The gateway", s.gatewayWidgets(set))
	d.section("The load balancer", s.loadBalancerWidgets(set, region))
	d.section("The endpoint", s.endpointWidgets(set))
	d.section("Capacity", s.capacityWidgets(set))
	return d
}

func (d *Dashboard) row(widgets ...widget) { d.rows = append(d.rows, widgets) }

// section adds a heading and widgets, three in a row, or two or one where there are no more.
func (d *Dashboard) section(heading string, widgets []widget) {
	if len(widgets) == 0 {
		return
	}
	d.row(widget{width: columns, height: 1, markdown: "## " + heading})
	rows := (len(widgets) + 2) / 3
	for row := range rows {
		from, to := row*len(widgets)/rows, (row+1)*len(widgets)/rows
		some := slices.Clone(widgets[from:to])
		for i := range some {
			some[i].width, some[i].height = columns/len(some), 6
		}
		d.row(some...)
	}
}

// Body is the dashboard in the structure that CloudWatch takes as JSON.
func (d Dashboard) Body() map[string]any {
	var widgets []any
	y := 0
	for _, row := range d.rows {
		x, height := 0, 0
		for _, w := range row {
			widgets = append(widgets, w.body(x, y, d.region))
			x, height = x+w.width, max(height, w.height)
		}
		y += height
	}
	return map[string]any{"start": "-PT3H", "periodOverride": "inherit", "widgets": widgets}
}

// bands are the events of all calendars, in order of time.
func (s Subject) bands() []band {
	var bands []band
	seen := map[band]bool{}
	add := func(c *Capacity) {
		if c == nil {
			return
		}
		for _, e := range c.Calendar.Events {
			for _, w := range c.Calendar.Windows(e) {
				b := band{e.Name, w.Starts.UTC(), w.Ends.UTC()}
				if !seen[b] {
					seen[b] = true
					bands = append(bands, b)
				}
			}
		}
	}
	for _, v := range s.Variants {
		add(v.Capacity)
	}
	for _, c := range s.Components {
		add(c.Capacity)
	}
	slices.SortStableFunc(bands, func(a, b band) int { return a.from.Compare(b.from) })
	return bands[:min(len(bands), maxBands)]
}

func (s Subject) gatewayWidgets(set Settings) []widget {
	if s.Gateway == nil {
		return nil
	}
	if s.Gateway.FunctionName != "" {
		return s.functionWidgets()
	}
	sum := func(name string) autoscaling.Metric { return s.gateway(name, autoscaling.Sum) }
	offered := widget{title: "Requests that arrive", left: axis{label: "a second"}, right: axis{label: "at a time"},
		bands: s.bands()}
	offered.perSecond("arrived", "arrive", blue, sum(autoscaling.GatewayArrivedRequests))
	offered.perSecond("served", "succeed", green, sum("SucceededRequests"))
	offered.add("queued", "wait", orange, s.gateway(autoscaling.GatewayQueuedRequests, autoscaling.Maximum))
	offered.series[len(offered.series)-1].right = true

	shed := widget{title: "Requests that are refused or fail", left: axis{label: "a second"}, stacked: true}
	shed.perSecond("shed", "shed", orange, sum(autoscaling.GatewayShedRequests))
	shed.perSecond("throttled", "throttled by SageMaker", purple, sum("ThrottledRequests"))
	shed.perSecond("endpoint", "errors of the endpoint", red, sum("EndpointErrors"))
	shed.perSecond("model", "errors of the model", "#8c564b", sum("ModelErrors"))
	shed.perSecond("own", "errors of the gateway", "#e377c2", sum("GatewayErrors"))

	latency := widget{title: "Latency at the gateway", left: axis{label: "ms"}}
	for i, p := range []string{"P50", "P90", "P99"} {
		// Each task publishes its own: the slowest is shown.
		latency.add(strings.ToLower(p), strings.ToLower(p), []string{light, blue, purple}[i],
			s.gateway("Latency"+p, autoscaling.Maximum))
	}
	latency.objective(set, 1000)
	return []widget{offered, shed, latency}
}

// objective adds the latency objective, in fractions of a second.
func (w *widget) objective(set Settings, fraction float64) {
	if set.LatencyObjective > 0 {
		w.lines = append(w.lines, line{"objective of p" + number(set.Thresholds.LatencyPercentile), red,
			set.LatencyObjective.Seconds() * fraction})
	}
}

func (s Subject) functionWidgets() []widget {
	g := s.Gateway
	sum := func(name string) autoscaling.Metric { return g.function(name, autoscaling.Sum) }
	offered := widget{title: "Requests that arrive", left: axis{label: "a second"}, bands: s.bands()}
	offered.perSecond("arrived", "arrive", blue, sum("Invocations"), sum("Throttles"))
	offered.perSecond("throttled", "refused by Lambda", orange, sum("Throttles"))
	offered.perSecond("failed", "fail", red, sum("Errors"))
	environments := widget{title: "Environments in use", left: axis{label: "environments"}}
	environments.add("used", "in use", blue, g.function("ConcurrentExecutions", autoscaling.Maximum))
	if g.ReservedConcurrency > 0 {
		environments.lines = []line{{"reserved", grey, float64(g.ReservedConcurrency)}}
	}
	latency := widget{title: "Duration of the function", left: axis{label: "ms"}}
	for i, p := range []string{"p50", "p90", "p99"} {
		latency.add(p, p, []string{light, blue, purple}[i], g.function("Duration", autoscaling.Statistic(p)))
	}
	return []widget{offered, environments, latency}
}

func (s Subject) loadBalancerWidgets(set Settings, region string) []widget {
	if s.LoadBalancer == nil || s.Gateway == nil || s.Gateway.TargetGroup == "" {
		return nil
	}
	group := s.Gateway.TargetGroup
	sum := func(name, group string) autoscaling.Metric { return s.loadBalancer(name, autoscaling.Sum, group) }
	requests := widget{title: "Requests at the load balancer", left: axis{label: "a second"}, bands: s.bands()}
	requests.perSecond("requests", "arrive", blue, sum("RequestCount", group))
	if s.Canary != nil && s.Canary.TargetGroup != "" {
		requests.perSecond("canary", "arrive for the canary", purple, sum("RequestCount", s.Canary.TargetGroup))
	}
	if acl := s.LoadBalancer.WebACL; acl != "" {
		requests.perSecond("blocked", "blocked by the web ACL", "#8c564b", autoscaling.Metric{Namespace: firewallNamespace,
			Name: "BlockedRequests", Statistic: autoscaling.Sum,
			Dimensions: map[string]string{"Region": region, "Rule": "ALL", "WebACL": acl}})
	}
	requests.perSecond("targets", "5xx of the gateway", orange, sum("HTTPCode_Target_5XX_Count", group))
	requests.perSecond("own", "5xx of the load balancer", red, sum("HTTPCode_ELB_5XX_Count", ""))

	latency := widget{title: "Latency at the load balancer", left: axis{label: "ms"}}
	for i, p := range []string{"p50", "p90", "p99"} {
		var q queries
		q.metric(p+"s", s.loadBalancer("TargetResponseTime", autoscaling.Statistic(p), group))
		latency.hide(q)
		latency.compute(p, p, []string{light, blue, purple}[i], p+"s * 1000")
	}
	latency.objective(set, 1000)

	targets := widget{title: "Connections", left: axis{label: "a minute"}}
	targets.add("rejected", "rejected", red, sum("RejectedConnectionCount", ""))
	targets.add("failed", "failed to the gateway", orange, sum("TargetConnectionErrorCount", group))
	if queue := s.LoadBalancer.ReservationQueue; queue != "" {
		targets.add("refused", "reservations refused", purple, autoscaling.Metric{Namespace: queueNamespace,
			Name: "ApproximateNumberOfMessagesVisible", Statistic: autoscaling.Maximum,
			Dimensions: map[string]string{"QueueName": queue}})
	}
	if s.Gateway.FunctionName == "" {
		targets.title, targets.right = "Targets and connections", axis{label: "targets"}
		targets.add("healthy", "healthy targets", green, s.loadBalancer("HealthyHostCount", autoscaling.Minimum, group))
		targets.series[len(targets.series)-1].right = true
	}
	return []widget{requests, latency, targets}
}
