package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"
)

// TestTimelineGolden: what is printed, the page and the JSON of recorded answers, twice the
// same bytes. -update renews them.
func TestTimelineGolden(t *testing.T) {
	t.Parallel()
	for range 2 {
		m, err := timelineOf(t, answers{t: t}, "2027-05-29T18:20Z", "2027-05-29T20:20Z", timelineNow).measured("prod")
		if err != nil {
			t.Fatal(err)
		}
		document, err := m.JSON()
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string][]byte{"txt": []byte(m.Summary()), "html": m.HTML(), "out.json": document} {
			file := "testdata/timeline/golden." + name
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		}
	}
}

// TestTimelineLeavesOut: what nobody has measured, or what could not be read, is said, and
// is no zero.
func TestTimelineLeavesOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		answers   answers
		want, not []string
	}{
		{name: "a gap", want: []string{"not measured in 6 of 120"}, not: []string{"not read"}},
		{name: "no metrics", answers: answers{without: []string{"metrics"}},
			want: []string{"fulfilled at 18:37:14, 7m14s after"}, not: []string{"requests ", "latency", "in service"}},
		{name: "no activities", answers: answers{without: []string{"activities"}},
			want: []string{"20 instances from 18:30 (final): as many in service from 18:37, 7m after"},
			not:  []string{"minimum was", "start time"}},
		{name: "metrics refused", answers: answers{denied: []string{"metrics"}},
			want: []string{"not read", "cloudwatch:GetMetricData"}, not: []string{"requests "}},
		{name: "alarms refused", answers: answers{denied: []string{"alarms"}},
			want: []string{"alarms: cloudwatch:DescribeAlarmHistory"}, not: []string{"in ALARM"}},
		{name: "activities refused", answers: answers{denied: []string{"activities"}},
			want: []string{"activities of variant main: application-autoscaling:DescribeScalingActivities"}},
		{name: "stacks refused", answers: answers{denied: []string{"stacks"}},
			want: []string{"deployments of prod-frontend: cloudformation:DescribeStackEvents"}, not: []string{"UPDATE"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.answers.t = t
			m, err := timelineOf(t, c.answers, "2027-05-29T18:20Z", "2027-05-29T20:20Z", timelineNow).measured("prod")
			if err != nil {
				t.Fatal(err)
			}
			text := m.Summary()
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("want %q", want)
				}
			}
			for _, not := range c.not {
				if strings.Contains(text, not) {
					t.Errorf("do not want %q", not)
				}
			}
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

// TestTimelineGapInJSON: a minute of which nothing was measured has no numbers.
func TestTimelineGapInJSON(t *testing.T) {
	t.Parallel()
	m, err := timelineOf(t, answers{t: t}, "2027-05-29T18:20Z", "2027-05-29T20:20Z", timelineNow).measured("prod")
	if err != nil {
		t.Fatal(err)
	}
	text, err := m.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Traffic []map[string]any
		Scaled  []struct{ Periods []map[string]any }
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"at": "2027-05-29T19:22:00Z"}, got.Traffic[62]); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{"at": "2027-05-29T19:22:00Z", "planned": 4.0, "inService": 4.0}
	if diff := cmp.Diff(want, got.Scaled[1].Periods[62]); diff != "" {
		t.Error(diff)
	}
}

// TestThePageShowsTheTimeline: docs/final.md has what the golden file has.
func TestThePageShowsTheTimeline(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/timeline/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, shows := strings.Cut(string(text), timelineCommand)
	if !shows {
		t.Fatalf("%s does not show the timeline", manual)
	}
	shown, after, _ := strings.Cut(rest, "```")
	if *update {
		text := before + timelineCommand + string(golden) + "```" + after
		if err := os.WriteFile(manual, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(golden), shown); diff != "" {
		t.Errorf("%s (-golden +page):\n%s", manual, diff)
	}
}

// timelineCommand is how docs/final.md shows a timeline.
const timelineCommand = "```sh\nbin/final timeline --env prod --from 2027-05-29T18:20Z --to 2027-05-29T20:20Z " +
	"--html bin/timeline.html\n```\n\n```text\n"

// TestTimelineOfNothing: nothing at all is an error that says where to look.
func TestTimelineOfNothing(t *testing.T) {
	t.Parallel()
	all := []string{"activities", "metrics", "alarms", "stacks"}
	_, err := timelineOf(t, answers{t: t, without: all}, "2027-05-29T18:20Z", "2027-05-29T20:20Z",
		timelineNow).measured("prod")
	if err == nil || !strings.Contains(err.Error(), "prod: AWS has nothing on 2027-05-29T18:20:00Z to "+
		"2027-05-29T20:20:00Z: no request, no scaling, no alarm, no deployment: look at --env, --from and --to") {
		t.Errorf("got %v", err)
	}
	_, err = timelineOf(t, answers{t: t, denied: all}, "2027-05-29T18:20Z", "2027-05-29T20:20Z",
		timelineNow).measured("prod")
	if err == nil || !strings.Contains(err.Error(), "not read: metrics: cloudwatch:GetMetricData") {
		t.Errorf("refused: got %v", err)
	}
}

// TestTimelineBeginsInAnAlarm: an alarm that was in ALARM before, and that ends.
func TestTimelineBeginsInAnAlarm(t *testing.T) {
	t.Parallel()
	m, err := timelineOf(t, answers{t: t}, "2027-05-29T19:50Z", "2027-05-29T20:20Z", timelineNow).measured("prod")
	if err != nil {
		t.Fatal(err)
	}
	text := m.Summary()
	for _, want := range []string{"-EFGH12345678 in ALARM from before to 19:58:33",
		"planned         20 instances from 19:50 (final): the minimum stood, as many in service",
		"start time      1 scale-out: 5m40s"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
}

// TestTimelinePeriod: the period is the shortest that CloudWatch still has.
func TestTimelinePeriod(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]int32{"2027-06-13T18:00:00Z": 60, "2027-06-13T18:21:00Z": 300,
		"2027-08-20T00:00:00Z": 3600} {
		var periods []int32
		rec := timelineOf(t, answers{t: t, asked: &periods}, "2027-05-29T18:20Z", "2027-05-29T20:20Z", now)
		if len(periods) == 0 || periods[0] != want || rec.span.period != time.Duration(want)*time.Second {
			t.Errorf("as of %s: got %v, want %d", now, periods, want)
		}
		m, err := rec.measured("prod")
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Contains(m.Summary(), "are kept for")
		if said != (want > 60) {
			t.Errorf("as of %s: got %s", now, m.Summary())
		}
	}
}

func TestTimelineFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"no beginning", "", "2027-05-29T20:20Z", "--from: it is required"},
		{"no end", "2027-05-29T20:20Z", "", "--to: it is required"},
		{"no zone", "2027-05-29T18:20", "2027-05-29T20:20Z",
			`--from: got "2027-05-29T18:20": a time has its date and its zone`},
		{"no time", "2027-05-29T18:20Z", "later", `--to: got "later": a time has its date and its zone`},
		{"back", "2027-05-29T18:20Z", "2027-05-29T18:20Z", "which is not after --from"},
		{"ahead", "2027-05-29T18:20Z", "2027-05-30T08:01Z", "which lies ahead, now is 2027-05-30T08:00:00Z"},
		{"long ago", "2026-02-01T00:00Z", "2027-05-29T18:20Z", "over 455 days ago"},
	} {
		if _, err := readSpan(c.from, c.to, at(t, timelineNow)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestStarts: a start is a scale-out that was fulfilled, and no scale-in, no failure and
// nothing of which it is not known.
func TestStarts(t *testing.T) {
	t.Parallel()
	s, err := readSpan("2027-05-29T18:00Z", "2027-05-29T23:00Z", at(t, timelineNow))
	if err != nil {
		t.Fatal(err)
	}
	var h history
	for i, a := range []struct{ what, cause, status string }{
		{"Setting desired instance count to 9.", "somebody asked", "Successful"}, // from what?
		{"Setting desired instance count to 12.", "somebody asked", "Successful"},
		{"Setting desired instance count to 8.", "maximum capacity was set to 8", "Successful"},
		{"Setting desired instance count to 20.", "minimum capacity was set to 20", "Failed"},
		{"Setting desired instance count to 8.", "somebody asked", "Successful"},
		{"Setting min capacity to 30 and max capacity to 40", "scheduled action name x was triggered", "Successful"},
		{"Setting desired instance count to 10.", "minimum capacity was set to 10", "InProgress"},
		{"Setting desired instance count to 11.", "minimum capacity was set to 11", "Successful"},
	} {
		start := s.from.Add(time.Duration(i) * 10 * time.Minute)
		h.activities = append(h.activities, scaling.ScalingActivity{Description: &a.what, Cause: &a.cause,
			StatusCode: scaling.ScalingActivityStatusCode(a.status), StartTime: &start,
			EndTime: aws.Time(start.Add(time.Duration(i) * time.Minute))})
	}
	got := h.starts(s)
	if diff := cmp.Diff([]time.Duration{time.Minute, 7 * time.Minute}, got); diff != "" {
		t.Error(diff)
	}
	if p := percentile(got, 0.5); p != time.Minute {
		t.Errorf("p50 is %s", p)
	}
	if p := percentile(got, 0.95); p != 7*time.Minute {
		t.Errorf("p95 is %s", p)
	}
}
