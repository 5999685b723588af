package report

import (
	"bytes"
	"embed"
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

// hoverScript shows values at the pointer. A page is read without it too.
//
//go:embed hover.js
var hoverScript string

// pages are the pages, which share the parts in layout.html.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"style":  func() template.CSS { return template.CSS(coloursStyle + pageStyle + chartStyle) },
	"script": func() template.JS { return template.JS(hoverScript) },
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

// drawable is a chart in any width.
type drawable interface {
	heading() string
	svg(width float64) string
	table() table
}

// anchor is a part of a page that its table of contents leads to.
type anchor struct{ ID, Name string }

// pageChart is a chart on a page, in both widths.
type pageChart struct {
	drawable
	anchor
}

// Title is the chart's.
func (p pageChart) Title() string { return p.heading() }

// Wide and Narrow are its drawings.
func (p pageChart) Wide() template.HTML   { return template.HTML(p.svg(wide)) }
func (p pageChart) Narrow() template.HTML { return template.HTML(p.svg(narrow)) }

// Table is its values.
func (p pageChart) Table() table { return p.table() }

// charts are the charts of a rehearsal.
func (r Report) charts() []pageChart {
	return []pageChart{
		{r.capacityChart(), anchor{"capacity", "Capacity"}}, {r.requestsChart(), anchor{"requests", "Requests"}},
		{r.latencyChart(), anchor{"latency", "Latency"}}, {eventsChart{r}, anchor{"scaling", "Scaling"}},
		{costChart{r}, anchor{"cost", "Cost"}},
	}
}

// contents are the parts of the page, in order.
func (r Report) contents() []anchor {
	out := append([]anchor{{"changes", "Most worth changing"}}, anchors(r.charts())...)
	if len(r.otherFindings()) > 0 {
		out = append(out, anchor{"findings", "More findings of the lint"})
	}
	return append(out, anchor{"figures", "Figures"}, whatHappened)
}

// whatHappened is the list of events.
var whatHappened = anchor{"events", "What happened, in order"}

func anchors(charts []pageChart) []anchor {
	out := make([]anchor, len(charts))
	for i, c := range charts {
		out[i] = c.anchor
	}
	return out
}

// HTML is the report as a self-contained page.
func (r Report) HTML() []byte {
	return render("page.html", struct {
		Target, Span, Template, Trace string
		Contents                      []anchor
		Verdict                       verdict
		Lines                         [][2]string
		Changes                       []recommendation
		Findings                      []Finding
		Charts                        []pageChart
	}{
		r.Input.Subject.Target.ResourceID, r.Result.From.UTC().Format("2 Jan 2006 15:04") +
			r.Result.To.UTC().Format(" to 2 Jan 2006 15:04 MST") + r.local(r.Result.From, r.Result.To),
		r.Template, r.Trace,
		r.contents(), r.verdict(), r.figures(), r.changes(), r.otherFindings(), r.charts(),
	})
}

// figures are the lines of the summary, without what the verdict has.
func (r Report) figures() [][2]string {
	lines := slices.DeleteFunc(r.Lines(), func(line [2]string) bool { return line[0] == restsOnLabel })
	return append(r.eventLines(), lines...)
}

// otherFindings are those of the lint that are not among the changes.
func (r Report) otherFindings() []Finding {
	changes := r.changes()
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool {
		return slices.ContainsFunc(changes, func(c recommendation) bool { return c.finding == f })
	})
}
