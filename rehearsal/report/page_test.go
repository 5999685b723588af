package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// pagesOf are the pages of a rehearsal, a comparison and what was measured, by name.
func pagesOf(t *testing.T) map[string]string {
	t.Helper()
	pagesOnce.Do(func() { madePages = makePages(t) })
	return madePages
}

var (
	pagesOnce sync.Once
	madePages map[string]string
)

func makePages(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"rehearsal": string(evening(t, nil).HTML()), "comparison": string(compared(t, 0.5).HTML()),
		"measured": string(measuredFor(30).HTML())}
}

// Each part of the contents is there, and no ID is there twice.
func TestContents(t *testing.T) {
	t.Parallel()
	for name, page := range pagesOf(t) {
		ids := map[string]int{}
		for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			ids[id[1]]++
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: %d elements are %q", name, n, id)
			}
		}
		links := regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1)
		if len(links) < 3 || strings.Count(page, "<nav ") != 1 {
			t.Errorf("%s: the contents have %d links", name, len(links))
		}
		for _, link := range links {
			if ids[link[1]] != 1 {
				t.Errorf("%s: nothing is %q", name, link[1])
			}
		}
		for _, figure := range regexp.MustCompile(`<figure id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if !strings.Contains(page, `href="#`+figure[1]+`"`) {
				t.Errorf("%s: no link leads to the chart %q", name, figure[1])
			}
		}
	}
}

// On paper a page is light whatever the screen is, as wide as the paper, and cuts no chart.
func TestPrint(t *testing.T) {
	t.Parallel()
	for name, page := range pagesOf(t) {
		_, style, _ := strings.Cut(page, "<style>")
		style, _, _ = strings.Cut(style, "</style>")
		_, print, found := strings.Cut(style, "@media print {")
		if !found {
			t.Fatalf("%s has no style for print", name)
		}
		for _, want := range []string{".wide, .verdict, li, tr { break-inside: avoid; }", ".table { overflow: visible; }"} {
			if !strings.Contains(print, want) {
				t.Errorf("%s: print has no %q", name, want)
			}
		}
		for _, media := range regexp.MustCompile(`@media [^{]*`).FindAllString(style, -1) {
			if media != "@media print " && !strings.HasPrefix(media, "@media screen and ") {
				t.Errorf("%s: %q holds on paper too", name, media)
			}
		}
	}
}

// Each chart has its values in one table, outside its two drawings, with a column for
// each of its lines, and no cell where nothing was measured.
func TestValues(t *testing.T) {
	t.Parallel()
	for name, page := range pagesOf(t) {
		for _, figure := range strings.Split(page, "<figure ")[1:] {
			figure, _, _ = strings.Cut(figure, "</figure>")
			wide, rest, _ := strings.Cut(figure, `<div class="narrow">`)
			_, values, found := strings.Cut(rest, "</svg></div>")
			if !found || strings.Count(values, "<table>") != 1 || strings.Count(figure, "<table>") != 1 ||
				strings.Count(figure, "<svg ") != 2 {
				t.Fatalf("%s: %s", name, figure)
			}
			for _, drawing := range strings.Split(figure, "<svg ")[1:] {
				if !regexp.MustCompile(`^[^>]* role="img" aria-label="[^"]+"`).MatchString(drawing) {
					t.Errorf("%s: a drawing without a label: %.100s", name, drawing)
				}
			}
			columns := strings.Count(values, `<th scope="col">`)
			for _, row := range strings.Split(values, "<tr")[2:] {
				if n := strings.Count(row, "<td>") + strings.Count(row, `<th scope="row">`); n != columns {
					t.Errorf("%s: %d cells for %d columns: %s", name, n, columns, row)
				}
			}
			// Each line is a path in the drawing, and another beside its name.
			lines := strings.Count(wide, `<path class="l `) / 2
			if lines > 0 && columns != lines+1 {
				t.Errorf("%s: %d lines and %d columns: %s", name, lines, columns, values)
			}
		}
	}
	for _, r := range measuredFor(30).of(measuredFor(30).Traffic, nil).requestsChart().table().Rows {
		minute := r.Cells[0][len("2027-05-29 18:"):]
		if gap := minute >= "10" && minute < "15"; (r.Cells[1] == "") != gap || (r.Cells[2] == "") != gap {
			t.Errorf("got %q", r.Cells)
		}
	}
}

// A table has at most maxRows rows, evenly spaced, and no line loses its extremes.
func TestThinnedRows(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, maxRows, maxRows + 1, 421, maxPoints} {
		high, low := make([]float64, n), make([]float64, n)
		for i := range n {
			high[i], low[i] = math.NaN(), 5
		}
		if n > 100 {
			high[77], high[78], low[91] = 9, 8, 1
		}
		got := thinned(n, [][]float64{high, low})
		if len(got) > maxRows || n <= maxRows && len(got) != n || n > maxRows && len(got) < maxRows/3 {
			t.Errorf("%d of %d rows", len(got), n)
		}
		if n > 100 && !(slices.Contains(got, 77) && slices.Contains(got, 78) && slices.Contains(got, 91)) {
			t.Errorf("of %d rows an extreme is lost: %d", n, got)
		}
		for i := range got {
			if i > 0 && (got[i] <= got[i-1] || got[i]-got[i-1] > n/maxRows+2) {
				t.Errorf("of %d rows %d and %d", n, got[i-1], got[i])
			}
		}
	}
}

// The script is in the page, reads its tables alone, and finds the times of their rows in
// the charts.
func TestHover(t *testing.T) {
	t.Parallel()
	for name, page := range pagesOf(t) {
		script := regexp.MustCompile(`(?s)<script([^>]*)>(.*?)</script>`).FindAllStringSubmatch(page, -1)
		if len(script) != 1 || script[0][1] != "" || script[0][2] != "\n"+hoverScript {
			t.Fatalf("%s: got the scripts %q", name, script)
		}
		found := 0
		for _, figure := range strings.Split(page, "<figure ")[1:] {
			rows := regexp.MustCompile(`<tr data-at="(\d+)">`).FindAllStringSubmatch(figure, -1)
			if len(rows) == 0 {
				continue
			}
			found++
			plots := regexp.MustCompile(`data-plot="[\d.]+ [\d.]+ (\d+) (\d+)"`).FindAllStringSubmatch(figure, -1)
			if len(plots) != 2 || rows[0][1] != plots[0][1] || rows[len(rows)-1][1] >= plots[1][2] {
				t.Errorf("%s: %q to %q in %q", name, rows[0], rows[len(rows)-1], plots)
			}
		}
		if found == 0 {
			t.Errorf("%s has no values at the pointer", name)
		}
	}
	for _, not := range []string{"fetch", "eval", "import", "innerHTML", "http"} {
		if strings.Contains(hoverScript, not) {
			t.Errorf("the script has %q", not)
		}
	}
}

// A finding has its place beside it, as a link where it has one, and is listed once.
func TestPlaces(t *testing.T) {
	t.Parallel()
	r := evening(t, nil)
	r.Findings = nil
	for i, link := range []string{"a.yaml#L3", "../b c.yaml#L4", "javascript:alert(1)", "", "e.yaml#L6"} {
		f := Finding{File: fmt.Sprintf("<%d>.yaml", i), Line: 3 + i, Link: link}
		f.Rule, f.Path, f.Problem.Rule = fmt.Sprintf("rule-%d", i), "Target", "it hurts"
		r.Findings = append(r.Findings, f)
	}
	page := string(r.HTML())
	for want, times := range map[string]int{`<a href="a.yaml#L3">&lt;0&gt;.yaml:3</a>`: 1, `&lt;3&gt;.yaml:6</li>`: 1,
		`<a href="../b%20c.yaml#L4">`: 1, "javascript": 0, `<h2 id="findings">`: 1, "[rule-4]": 1, "[rule-0]": 1} {
		if got := strings.Count(page, want); got != times {
			t.Errorf("%d of %q, want %d", got, want, times)
		}
	}
	r.Findings = nil
	if strings.Contains(string(r.HTML()), `"findings"`) {
		t.Error("no findings have a heading")
	}
}
