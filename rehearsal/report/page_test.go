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
