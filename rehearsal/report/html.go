package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// The widths in which each chart is drawn, for a desk and for a phone.
const (
	wide   = 880.0
	narrow = 360.0
)

// maxEventsListed limits the events on a page.
const maxEventsListed = 500

// drawing is a chart in both widths.
type drawing struct{ Wide, Narrow template.HTML }

// HTML is the report as a self-contained page.
func (r Report) HTML() []byte {
	var charts []drawing
	for _, draw := range []func(float64) string{r.capacityChart, r.requestsChart, r.latencyChart, r.eventsChart,
		r.costChart} {
		charts = append(charts, drawing{template.HTML(draw(wide)), template.HTML(draw(narrow))})
	}
	events := []string{}
	for _, e := range r.Result.Events {
		if len(events) == maxEventsListed {
			events = append(events, fmt.Sprintf("and %d more, which the JSON has", len(r.Result.Events)-maxEventsListed))
			break
		}
		events = append(events, e.At.UTC().Format("2 Jan ")+Line(e))
	}
	var out bytes.Buffer
	err := page.Execute(&out, struct {
		Target, From, To, Template, Trace string
		Lines                             [][2]string
		Failures, Changes, Events         []string
		Charts                            []drawing
	}{
		r.Input.Subject.Target.ResourceID, r.Result.From.Format("2 Jan 2006 15:04"),
		r.Result.To.Format("2 Jan 2006 15:04 MST"), r.Template, r.Trace,
		r.Lines(), r.Failures, r.recommendations(), events, charts,
	})
	if err != nil {
		panic(err) // the page and its data are this package's own
	}
	return out.Bytes()
}
