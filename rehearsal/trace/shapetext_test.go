package trace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

func TestParseShape(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, time.May, 29, 18, 0, 0, 0, time.UTC)
	g := trace.Grid{Start: start, Length: 2 * time.Hour, Period: time.Minute}
	seconds := trace.Grid{Start: start, Length: 2 * time.Hour, Period: 10 * time.Second}
	const from = ",start=2027-05-29T19:00:00+01:00,length=2h,"
	for text, want := range map[string]trace.Trace{
		"step" + from + "from=10,to=90,at=1h":                         g.Step(10, 90, time.Hour),
		"ramp" + from + "from=10,to=90,begins=30m,ends=1h":            g.Ramp(10, 90, 30*time.Minute, time.Hour),
		"flash" + from + "base=10,peak=90,at=1h,rise=0s,half-life=5m": g.Flash(10, 90, time.Hour, 0, 5*time.Minute),
		"diurnal" + from + "night=10,day=90,highest=20.5":             g.Diurnal(10, 90, 20.5),
		"match" + from + "base=10, peak=90,kick-off=30m,period=10s":   seconds.Match(10, 90, 30*time.Minute),
	} {
		got, err := trace.ParseShape("--shape", text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
		if got.Validate() != nil || got.Total() == 0 {
			t.Errorf("%s: %v", text, got.Validate())
		}
	}
}

// Every form that is shown is read, once its words are values.
func TestShapeForms(t *testing.T) {
	t.Parallel()
	for _, form := range trace.ShapeForms() {
		text := strings.NewReplacer("TIME", "2027-05-29T18:00:00Z", "DURATION", "5h", "[", "", "]", "").Replace(form)
		if _, err := trace.ParseShape("--shape", text); err != nil {
			t.Errorf("%s: %v", form, err)
		}
	}
}

func TestParseShapeRefuses(t *testing.T) {
	t.Parallel()
	const whole = "start=2027-05-29T18:00:00Z,length=2h,"
	for text, paths := range map[string][]string{
		"":              {"--shape"},
		"square,side=3": {"--shape"},
		"step":          {"start", "length", "from", "to", "at"},
		"step,start=today,length=x,from=-1,to=NaN,at=-1h": {"start", "length", "from", "to",
			"at"},
		"step," + whole + "from=1,to=2,at=1h,peak=3,to=2":                            {"peak", "to"},
		"step,start=2027-05-29T18:00:00Z,length=1s,from=1,to=2,at=1h":                {"length"},
		"step,start=2027-05-29T18:00:00Z,length=200000h,period=1s,from=1,to=2,at=1h": {"length"},
		"step," + whole + "from=1,to=2,at=1h,period=1500ms":                          {"period"},
		"ramp," + whole + "from=1,to=2,begins=1h,ends=30m":                           {"ends"},
		"flash," + whole + "base=1,peak=2,at=1h,rise=1m,half-life=0s":                {"half-life"},
		"diurnal," + whole + "night=1,day=2,highest=24":                              {"highest"},
	} {
		_, err := trace.ParseShape("--shape", text)
		var ps problem.List
		if !errors.As(err, &ps) {
			t.Errorf("%s: got %v", text, err)
			continue
		}
		var got []string
		for _, p := range ps {
			got = append(got, strings.TrimPrefix(p.Path, "--shape: "))
			if p.Rule == "" || p.Fix == "" {
				t.Errorf("%s: %v says no rule, or no fix", text, p)
			}
		}
		if diff := cmp.Diff(paths, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func FuzzParseShape(f *testing.F) {
	for _, form := range trace.ShapeForms() {
		f.Add(strings.NewReplacer("TIME", "2027-05-29T18:00:00Z", "DURATION", "5h", "[", "", "]", "").Replace(form))
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := trace.ParseShape("--shape", text)
		if err == nil && got.Validate() != nil {
			t.Errorf("%q makes %v", text, got.Validate())
		}
	})
}
