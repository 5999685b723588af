package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
)

//go:embed *.html
var pageFiles embed.FS

// The styles of all pages. An SVG file has coloursStyle and chartStyle.
var (
	//go:embed colours.css
	coloursStyle string
	//go:embed chart.css
	chartStyle string
	//go:embed page.css
	pageStyle string
)

// pages are the pages, which share the parts in layout.html.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(coloursStyle + pageStyle + chartStyle) },
}).ParseFS(pageFiles, "*.html"))

// render is a page with its data.
func render(page string, data any) []byte {
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, page, data); err != nil {
		panic(err) // the page and its data are this package's own
	}
	return out.Bytes()
}

// The widths in which each chart is drawn, for a desk and for a phone.
const (
	wide   = 880.0
	narrow = 360.0
)

// maxEventsListed limits the events on a page.
const maxEventsListed = 500

// drawing is a chart in both widths.
type drawing struct{ Wide, Narrow template.HTML }

func drawn(chart func(width float64) string) drawing {
	return drawing{template.HTML(chart(wide)), template.HTML(chart(narrow))}
}

// HTML is the report as a self-contained page.
func (r Report) HTML() []byte {
	var charts []drawing
	for _, draw := range []func(float64) string{r.capacityChart, r.requestsChart, r.latencyChart, r.eventsChart,
		r.costChart} {
		charts = append(charts, drawn(draw))
	}
	events := []string{}
	for _, e := range r.Result.Events {
		if len(events) == maxEventsListed {
			events = append(events, fmt.Sprintf("and %d more, which the JSON has", len(r.Result.Events)-maxEventsListed))
			break
		}
		events = append(events, e.At.UTC().Format("2 Jan ")+Line(e))
	}
	return render("page.html", struct {
		Target, From, To, Template, Trace string
		Verdict                           verdict
		Lines                             [][2]string
		Changes, Events                   []string
		Charts                            []drawing
	}{
		r.Input.Subject.Target.ResourceID, r.Result.From.Format("2 Jan 2006 15:04"),
		r.Result.To.Format("2 Jan 2006 15:04 MST"), r.Template, r.Trace,
		r.verdict(), r.figures(), r.recommendations(), events, charts,
	})
}

// figures are the lines of the summary, without what the verdict has.
func (r Report) figures() [][2]string {
	return slices.DeleteFunc(r.Lines(), func(line [2]string) bool { return line[0] == restsOnLabel })
}
