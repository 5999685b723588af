package monitoring

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// columns is the width of a dashboard, in units of its grid.
const columns = 24

// series is a line of a graph.
type series struct {
	id, label, color string
	// metric or expression is what it shows.
	metric     *autoscaling.Metric
	expression string
	right      bool // on the right axis
	hidden     bool // only others are computed from it
}

// line is a level at which something holds.
type line struct {
	label, color string
	value        float64
}

// band is a time in which something is.
type band struct {
	label    string
	from, to time.Time
}

// axis is what an axis counts. Its lowest value is 0.
type axis struct {
	label string
	most  float64 // 0: what the data need
}

// widget is a graph, a text or the states of alarms.
type widget struct {
	width, height int
	title         string
	markdown      string
	alarmARNs     []string
	series        []series
	left, right   axis
	lines         []line
	bands         []band
	stacked       bool
}

// The colours of lines, by what they tell.
const (
	blue   = "#1f77b4" // what comes or is served
	light  = "#9ecae1"
	green  = "#2ca02c"
	orange = "#ff7f0e" // what is refused or waits
	red    = "#d62728" // what fails
	grey   = "#7f7f7f" // bounds
	purple = "#9467bd"
)

// palette tells variants apart.
var palette = []string{blue, purple, green, "#17becf", "#8c564b", "#e377c2", "#bcbd22", orange, grey, red}

// body is the widget at a place, in the structure of a dashboard's body.
func (w widget) body(x, y int, region string) map[string]any {
	out := map[string]any{"x": x, "y": y, "width": w.width, "height": w.height}
	switch {
	case w.markdown != "":
		out["type"], out["properties"] = "text", map[string]any{"markdown": w.markdown, "background": "transparent"}
	case len(w.alarmARNs) > 0:
		out["type"] = "alarm"
		out["properties"] = map[string]any{"title": w.title, "alarms": w.alarmARNs, "sortBy": "stateUpdatedTimestamp"}
	default:
		out["type"], out["properties"] = "metric", w.graph(region)
	}
	return out
}

func (w widget) graph(region string) map[string]any {
	metrics := make([]any, len(w.series))
	for i, s := range w.series {
		metrics[i] = s.body()
	}
	axes := map[string]any{"left": w.left.body()}
	if w.right.label != "" {
		axes["right"] = w.right.body()
	}
	out := map[string]any{
		"title": w.title, "view": "timeSeries", "stacked": w.stacked, "region": region, "period": 60, "metrics": metrics,
		"yAxis": axes, "legend": map[string]any{"position": "bottom"},
	}
	annotations := map[string]any{}
	if len(w.lines) > 0 {
		all := make([]any, len(w.lines))
		for i, l := range w.lines {
			all[i] = map[string]any{"label": l.label, "value": l.value, "color": l.color}
		}
		annotations["horizontal"] = all
	}
	if len(w.bands) > 0 {
		all := make([]any, len(w.bands))
		for i, b := range w.bands {
			all[i] = []any{
				map[string]any{"label": b.label, "value": b.from.UTC().Format(time.RFC3339), "color": light},
				map[string]any{"value": b.to.UTC().Format(time.RFC3339)},
			}
		}
		annotations["vertical"] = all
	}
	if len(annotations) > 0 {
		out["annotations"] = annotations
	}
	return out
}

func (a axis) body() map[string]any {
	out := map[string]any{"label": a.label, "min": 0, "showUnits": false}
	if a.most > 0 {
		out["max"] = a.most
	}
	return out
}

func (s series) body() []any {
	options := map[string]any{"id": s.id}
	if s.hidden {
		options["visible"] = false
	} else {
		options["label"], options["color"] = s.label, s.color
	}
	if s.right {
		options["yAxis"] = "right"
	}
	if s.metric == nil {
		options["expression"] = s.expression
		return []any{options}
	}
	options["stat"] = string(s.metric.Statistic)
	out := []any{s.metric.Namespace, s.metric.Name}
	for _, name := range s.metric.DimensionNames() {
		out = append(out, name, s.metric.Dimensions[name])
	}
	return append(out, options)
}

// add adds a metric as it is.
func (w *widget) add(id, label, color string, m autoscaling.Metric) {
	w.series = append(w.series, series{id: id, label: label, color: color, metric: &m})
}

// compute adds an expression.
func (w *widget) compute(id, label, color, expression string) {
	w.series = append(w.series, series{id: id, label: label, color: color, expression: expression})
}

// hide adds queries that expressions are computed from.
func (w *widget) hide(q queries) {
	for _, query := range q {
		w.series = append(w.series, series{id: query.ID, metric: query.Metric, expression: query.Expression, hidden: true})
	}
}

// perSecond adds the rate of sums of a minute.
func (w *widget) perSecond(id, label, color string, sums ...autoscaling.Metric) {
	var q queries
	expression := q.sum(id+"m", sums...)
	w.hide(q)
	w.compute(id, label, color, expression+" / 60")
}
