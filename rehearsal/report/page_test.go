package report

import (
	"regexp"
	"strings"
	"testing"
)

// pagesOf are the pages of a rehearsal, a comparison and what was measured, by name.
func pagesOf(t *testing.T) map[string]string {
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
		for _, want := range []string{"figure, .verdict, li, tr { break-inside: avoid; }", ".table { overflow: visible; }"} {
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
