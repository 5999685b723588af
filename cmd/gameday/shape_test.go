package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func shareFrom(after time.Duration, share float64) events.ShapeStep {
	return events.ShapeStep{After: after, Share: share}
}

func TestCurve(t *testing.T) {
	t.Parallel()
	none, half := time.Duration(0), 30*time.Minute
	shape := []events.ShapeStep{shareFrom(0, 0.5), shareFrom(time.Hour, 1), shareFrom(2*time.Hour, 0.2)}
	cases := map[string]struct {
		event events.Event
		shape loadShape
		// total is the requests, peak the highest rate, length how long.
		total, peak float64
		length      time.Duration
	}{
		"the peak from start to end, and an hour of overrun": {events.Event{}, loadShape{scale: 1, compress: 1},
			100 * 3 * 3600, 100, 3 * time.Hour},
		"no overrun": {events.Event{Overrun: &none}, loadShape{scale: 1, compress: 1}, 100 * 2 * 3600, 100, 2 * time.Hour},
		"a shape, whose last step is the overrun's": {events.Event{Shape: shape, Overrun: &half},
			loadShape{scale: 1, compress: 1}, 50*3600 + 100*3600 + 20*1800, 100, 150 * time.Minute},
		"a tenth of it": {events.Event{Shape: shape, Overrun: &half}, loadShape{scale: 0.1, compress: 1},
			5*3600 + 10*3600 + 2*1800, 10, 150 * time.Minute},
		"ten times as fast, at the same rate": {events.Event{Shape: shape, Overrun: &half},
			loadShape{scale: 1, compress: 10}, 50*360 + 100*360 + 20*180, 100, 15 * time.Minute},
		"at most 60 a second": {events.Event{Shape: shape, Overrun: &half}, loadShape{scale: 1, compress: 1, maxRate: 60},
			50*3600 + 60*3600 + 20*1800, 60, 150 * time.Minute},
		"the first 90 minutes": {events.Event{Shape: shape}, loadShape{scale: 1, compress: 1, length: 90 * time.Minute},
			50*3600 + 100*1800, 100, 90 * time.Minute},
		"longer than it lasts": {events.Event{}, loadShape{scale: 1, compress: 1, length: 10 * time.Hour},
			100 * 3 * 3600, 100, 3 * time.Hour},
	}
	for name, c := range cases {
		got := curveOf(c.event, 100, 2*time.Hour, c.shape)
		if math.Abs(got.total()-c.total) > 1e-6 || got.peak() != c.peak || got.length != c.length {
			t.Errorf("%s: got %v requests, at most %v, in %v; want %v, %v, %v", name, got.total(), got.peak(), got.length,
				c.total, c.peak, c.length)
		}
	}
}

// TestRate holds the rate function to the requests: its integral, by an independent
// sum, is what is expected, and each request is due when that many were.
func TestRate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minutes := func(name string, least, most int) time.Duration {
			return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Minute
		}
		e := events.Event{Shape: []events.ShapeStep{shareFrom(0, rapid.Float64Range(0.01, 1).Draw(t, "share"))}}
		overrun := minutes("overrun", 0, 60)
		e.Overrun = &overrun
		after := time.Duration(0)
		for range rapid.IntRange(0, 6).Draw(t, "steps") {
			after += minutes("after", 1, 60)
			e.Shape = append(e.Shape, shareFrom(after, rapid.Float64Range(0.01, 1).Draw(t, "share")))
		}
		s := loadShape{scale: rapid.Float64Range(0.01, 2).Draw(t, "scale"),
			compress: float64(rapid.SampledFrom([]int{1, 2, 5, 10}).Draw(t, "compress")),
			maxRate:  rapid.SampledFrom([]float64{0, 50}).Draw(t, "max rate")}
		c := curveOf(e, 100, minutes("lasts", 1, 180), s)

		// Every step begins on a multiple of 6 s, also ten times as fast.
		const grid = 6 * time.Second
		sum := 0.0
		for at := time.Duration(0); at < c.length; at += grid {
			if math.Abs(c.until(at)-sum) > 1e-6*(1+sum) {
				t.Fatalf("%v requests until %v, want %v", c.until(at), at, sum)
			}
			sum += c.Rate(at+grid/2) * grid.Seconds()
		}
		if math.Abs(c.total()-sum) > 1e-6*sum {
			t.Fatalf("%v requests, and the rate's integral is %v", c.total(), sum)
		}
		n := rapid.Float64Range(0, 1).Draw(t, "n") * c.total()
		if due, ok := c.due(n); ok && math.Abs(c.until(due)-n) > 1e-3 {
			t.Fatalf("request %v is due at %v, until when there are %v", n, due, c.until(due))
		}
		if _, ok := c.due(c.total()); ok {
			t.Fatal("a request is due after the last one")
		}
		// Paced without delay, there are as many.
		elapsed, hits := time.Duration(0), uint64(0)
		for range 200 {
			wait, stop := c.Pace(elapsed, hits)
			if stop {
				break
			}
			elapsed, hits = elapsed+wait, hits+1
		}
		if want := c.until(elapsed); math.Abs(float64(hits)-1-want) > 1e-2 && float64(hits) < c.total() {
			t.Fatalf("%d requests until %v, want %v", hits, elapsed, want)
		}
	})
}

// A generator that is late sends at once what is due, and waits for nothing.
func TestPaceIsOpenLoop(t *testing.T) {
	t.Parallel()
	c := curveOf(events.Event{}, 100, time.Hour, loadShape{scale: 1, compress: 1})
	for hits := range uint64(200) {
		if wait, stop := c.Pace(2*time.Second, hits); wait != 0 || stop {
			t.Fatalf("request %d, two seconds in: got %v, %v; want it at once", hits, wait, stop)
		}
	}
	if wait, _ := c.Pace(2*time.Second, 201); wait < 9*time.Millisecond || wait > 11*time.Millisecond {
		t.Errorf("the next one: got %v, want in 10ms", wait)
	}
}

func TestEventOf(t *testing.T) {
	t.Parallel()
	loaded, err := config.Load("../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	p, err := eventOf(loaded[0], "final")
	if err != nil {
		t.Fatal(err)
	}
	if p.peak != 6000 || p.lasts != 3*time.Hour+10*time.Minute {
		t.Errorf("got %v requests/s for %v, want 6000 for 3h10m", p.peak, p.lasts)
	}
	if n, ok := p.instances(6000); n != 47 || !ok { // 6000 ÷ (200 × 0.65)
		t.Errorf("got %d instances for the peak, want 47", n)
	}
	if n, _ := p.instances(10); n != 6 {
		t.Errorf("got %d instances for 10 requests/s, want the minimum, 6", n)
	}
	for rate, want := range map[float64]struct {
		peak float64
		err  string
	}{
		100: {8 * 100 * 0.7, ""},
		0: {0, "--event: event final gives 8 instances and the rate of an instance was not measured; give it " +
			"peakRequestsPerSecond, or capacity.requestsPerSecondPerInstance"},
	} {
		loaded, err := config.Load("testdata", "match")
		if err != nil {
			t.Fatal(err)
		}
		e := loaded[0]
		e.Capacity.RequestsPerSecondPerInstance = rate
		e.Events[0].PeakRequestsPerSecond, e.Events[0].PeakInstances = 0, 8
		p, err := eventOf(e, "")
		if want.err == "" && (err != nil || math.Abs(p.peak-want.peak) > 1e-6) ||
			want.err != "" && (err == nil || err.Error() != want.err) {
			t.Errorf("8 instances of %v requests/s: got %v, %v; want %+v", rate, p.peak, err, want)
		}
	}
	for name, want := range map[string]string{
		"":      "--event: it is required, there are several: final, evening",
		"finel": `--event: got "finel": there is none of that name; there are final, evening`,
	} {
		if _, err := eventOf(loaded[0], name); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", name, err, want)
		}
	}
	local, err := config.Load("../../config/environments", "local")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := eventOf(local[0], ""); err == nil || !strings.Contains(err.Error(), "environment local has no events") {
		t.Errorf("got %v, want that it has none", err)
	}
}
