package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// measuredFor is so many minutes of 60 requests, with a gap of minutes from 10 to 15.
func measuredFor(minutes int) Measured {
	from := time.Date(2027, 5, 29, 18, 0, 0, 0, time.UTC)
	m := Measured{Title: "prod <b>", From: from, To: from.Add(time.Duration(minutes) * time.Minute), Period: time.Minute,
		Parts: []Part{{Name: "variant main", Unit: "instances", Lines: [][2]string{{"planned", "6"}, {"planned", "9"}}}}}
	for i := range minutes {
		at := from.Add(time.Duration(i) * time.Minute)
		traffic := rehearsal.Minute{At: at, Arrived: 60, Failed: 6, P99: 90 * time.Millisecond}
		capacity := rehearsal.Minute{At: at, Needed: 6, Min: NotMeasured, Desired: NotMeasured, InService: 5}
		if i >= 10 && i < 15 {
			traffic.Arrived, traffic.Failed, traffic.P99 = math.NaN(), math.NaN(), NotMeasured
			capacity.InService = NotMeasured
		}
		m.Traffic = append(m.Traffic, traffic)
		m.Parts[0].Periods = append(m.Parts[0].Periods, capacity)
	}
	return m
}

// paths are the drawings of a line's name in the SVG of a chart.
func paths(svg, class string) (out []string) {
	for _, part := range strings.Split(svg, `<path class="l `+class+`" d="`)[1:] {
		path, _, _ := strings.Cut(part, `"`)
		out = append(out, path)
	}
	return out
}

// A line has a gap where nothing was measured, and one of which nothing was is left out.
func TestMeasuredGaps(t *testing.T) {
	t.Parallel()
	m := measuredFor(30)
	capacity := m.of(m.Parts[0].Periods, &m.Parts[0]).capacityChart().svg(wide)
	have := paths(capacity, "have")
	if len(have) == 0 || strings.Count(have[0], "M") != 2 || strings.Contains(have[0], "V") {
		t.Errorf("in service: got %q, want two pieces at one height", have)
	}
	for _, class := range []string{"floor", "want"} {
		if got := paths(capacity, class); len(got) > 0 {
			t.Errorf("%s was not measured: got %q", class, got)
		}
	}
	whole := m.of(m.Traffic, nil)
	if came := paths(whole.requestsChart().svg(wide), "need"); len(came) == 0 || strings.Count(came[0], "M") != 2 {
		t.Errorf("came: got %q", came)
	}
	if p99 := paths(whole.latencyChart().svg(wide), "have"); len(p99) == 0 || strings.Count(p99[0], "M") != 2 {
		t.Errorf("p99: got %q", p99)
	}
	for _, chart := range []string{capacity, whole.requestsChart().svg(narrow), whole.latencyChart().svg(narrow)} {
		if strings.Contains(chart, "NaN") {
			t.Errorf("got %s", chart)
		}
	}
}

// Where several minutes are one point, those of which nothing was measured do not count.
func TestMeasuredGapsInLongTimes(t *testing.T) {
	t.Parallel()
	m := measuredFor(1920) // four minutes a point: two of the third are known, and one of the fourth
	ps := points(m.Traffic, m.To)
	for i, p := range points(m.Parts[0].Periods, m.To)[:5] {
		if ps[i].rate != 1 || ps[i].p99 != 90*time.Millisecond || p.serving != 5 {
			t.Errorf("point %d: got %+v, %+v", i, ps[i], p)
		}
	}
	for i := range 4 {
		m.Traffic[4+i].Arrived, m.Traffic[4+i].P99 = math.NaN(), NotMeasured
	}
	if p := points(m.Traffic, m.To)[1]; !math.IsNaN(p.rate) || !math.IsNaN(p.failing) || p.p99 >= 0 {
		t.Errorf("nothing was measured: got %+v", p)
	}
}

// The same values give the same bytes, and text of others is text.
func TestMeasuredPage(t *testing.T) {
	t.Parallel()
	page := measuredFor(30).HTML()
	if !bytes.Equal(page, measuredFor(30).HTML()) {
		t.Error("two pages of the same differ")
	}
	for want, times := range map[string]int{"<h1>prod &lt;b&gt;</h1>": 1, "<dt>planned</dt>": 1, "<dt></dt>": 1,
		"http://": 0, "https://": 0} {
		if got := strings.Count(string(page), want); got != times {
			t.Errorf("got %d of %q, want %d", got, want, times)
		}
	}
	m := measuredFor(30)
	m.Failures = []Failure{{"ShedRequests", 1234}}
	text := m.Summary()
	if !strings.Contains(text, "failed          1,234 ShedRequests\n") {
		t.Errorf("got %s", text)
	}
	want := "1,500, 90 % answered, 150 failed; most 1 a second at 18:00; not measured in 5 of 30"
	if !strings.Contains(text, want) {
		t.Errorf("got %s, want %s", text, want)
	}
}

// Nothing measured is no chart, and no figures.
func TestMeasuredNothing(t *testing.T) {
	t.Parallel()
	m := measuredFor(30)
	m.Traffic, m.Parts = m.Traffic[10:15], nil
	if page := string(m.HTML()); strings.Contains(page, "<svg") || strings.Contains(page, "<dt>requests") {
		t.Errorf("got %s", page)
	}
	text, err := m.JSON()
	var got struct{ Traffic []map[string]any }
	if err != nil || json.Unmarshal(text, &got) != nil || len(got.Traffic) != 5 || len(got.Traffic[0]) != 1 {
		t.Errorf("got %s, %v", text, err)
	}
}
