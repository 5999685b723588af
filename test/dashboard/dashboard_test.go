package main

import (
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

func TestDraw(t *testing.T) {
	t.Parallel()
	page, err := draw()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := draw(); err != nil || again != page {
		t.Errorf("another page of the same, or %v", err)
	}
	b, err := read(sampleSubject().Dashboard(monitoring.Settings{LatencyObjective: time.Second}, "eu-west-1").Body())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range b.Widgets {
		if title := w.Properties.Title; !strings.Contains(page, ">"+title+"<") && title != "" {
			t.Errorf("%q is not drawn", title)
		}
	}
	for _, want := range []string{"<div class='s ALARM'>gatewayShed<", "<div class='s OK'>gatewayErrors<"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page, "INSUFFICIENT_DATA'") || strings.Contains(page, "NaN") {
		t.Error("the page has an alarm without data, or a line of nothing")
	}
}

// Every metric of the sample's widgets has values.
func TestSampleIsWhole(t *testing.T) {
	t.Parallel()
	b, err := read(sampleSubject().Dashboard(monitoring.Settings{}, "eu-west-1").Body())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range b.Widgets {
		for _, m := range w.Properties.metrics() {
			if m.Name != "HTTPCode_ELB_5XX_Count" && len(timeline(10, 10)[3].values(m, 3)) == 0 {
				t.Errorf("%s of %q has no sample", m.Name, w.Properties.Title)
			}
		}
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for most, want := range map[float64]int{0: 5, 1: 5, 7: 5, 40: 5, 41: 4, 1999: 5} {
		got := ticks(most, false)
		if len(got) < want-1 || len(got) > 6 || got[len(got)-1] < most {
			t.Errorf("to %v: got %v", most, got)
		}
	}
}
