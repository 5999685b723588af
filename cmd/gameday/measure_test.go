package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// restored holds the fake against what it was before a measurement.
func (f *fakeAWS) restored(t *testing.T) {
	t.Helper()
	if f.desired != 2 || f.lowest != 2 || len(f.actions) > 0 || len(f.tags) > 0 ||
		f.suspended != nil && *f.suspended.DynamicScalingOutSuspended {
		t.Errorf("left: %d desired, minimum %d, actions %v, marks %v, suspended %v", f.desired, f.lowest, f.actions, f.tags,
			f.suspended)
	}
}

var usual = measureOptions{add: 2, repeat: 3, wait: 30 * time.Minute}

func TestMeasurements(t *testing.T) {
	t.Parallel()
	minutes := func(all ...int) (d []time.Duration) {
		for _, m := range all {
			d = append(d, time.Duration(m)*time.Minute)
		}
		return d
	}
	for name, c := range map[string]struct {
		measurement string
		aws         func(*fakeAWS)
		// parameter, value and sentence are the result's.
		parameter string
		value     any
		sentence  string
	}{
		"start times": {"start-times", func(f *fakeAWS) { f.updates = minutes(4, 1, 5, 1, 7, 1) }, "capacity.startTime", "7m",
			"Of 6 instances of ml.c6i.large, one served 5m after it was asked for, median; 95th percentile 7m: write startTime: 7m."},
		"a past action is refused": {"past-action", func(f *fakeAWS) { f.refusesPast = true }, "facts", "refused",
			"Application Auto Scaling refuses a one-time action an hour ago: the time is in the past"},
		"a past action runs": {"past-action", func(*fakeAWS) {}, "facts", "accepted and run",
			"Application Auto Scaling takes a one-time action an hour ago, and runs it within 5m; it is still listed."},
		"a past action does not run": {"past-action", func(f *fakeAWS) { f.late = 2 * time.Hour }, "facts", "accepted, not run",
			"Application Auto Scaling takes a one-time action an hour ago, and does not run it within 5m; it is still listed."},
		"a spent action stays": {"spent-action", func(*fakeAWS) {}, "facts", "listed",
			"A one-time action that has run is still listed 5m later."},
		"a spent action goes": {"spent-action", func(f *fakeAWS) { f.forgets = true }, "facts", "gone",
			"A one-time action that has run is not listed any more 5m later."},
		"a refused floor is lost": {"floor-while-updating", func(*fakeAWS) {}, "Reading.RefusedFloorRetried", false,
			"A floor that fell while the endpoint was updating was not raised within 15m after the update (2 activities, " +
				"1 failed): the reading is refused-floor=lost."},
		"a refused floor is raised later": {"floor-while-updating", func(f *fakeAWS) { f.retries = true },
			"Reading.RefusedFloorRetried", true, "A floor that fell while the endpoint was updating was raised 4m50s later, " +
				"without another assertion (2 activities, 1 failed): the reading is refused-floor=retried."},
		"actions are late": {"action-delay", func(*fakeAWS) {}, "facts", "7s",
			"3 of 3 actions ran, 7s after their time, median, and 7s, 95th percentile."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			c.aws(f)
			out, err := f.measure(t.Context(), t, c.measurement, usual)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			f.restored(t)
			lines := strings.Split(out, "\n")
			var got finding
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got.SchemaVersion != 1 || got.Measurement != c.measurement || got.Parameter != c.parameter ||
				got.Value != c.value || got.Sentence != c.sentence ||
				!strings.Contains(strings.ReplaceAll(out, "\n", " "), c.sentence) {
				t.Errorf("got %+v\nwant %s %v\n%s", got, c.parameter, c.value, c.sentence)
			}
		})
	}
}

// What cannot be known is not invented, and what was changed is restored.
func TestInconclusive(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		measurement string
		aws         func(*fakeAWS)
		want        string
	}{
		"an update that ends too soon": {"floor-while-updating", func(f *fakeAWS) { f.updates = []time.Duration{time.Second} },
			"nothing is known; measure again"},
		"an action that never runs": {"spent-action", func(f *fakeAWS) { f.late = time.Hour }, "has not run after 5m: nothing is known"},
		"no action that runs":       {"action-delay", func(f *fakeAWS) { f.late = time.Hour }, "none of 3 actions has run 5m after the last"},
		"instances that do not come": {"start-times", func(f *fakeAWS) { f.updates = []time.Duration{31 * time.Minute} },
			"2 of 4 instances are there after 30m0s"},
		"an endpoint that is updating": {"start-times", func(f *fakeAWS) { f.updating = f.now.Add(time.Minute) },
			"endpoint predictions-match is updating; measure when it is in service"},
		"no permission to add": {"start-times", func(f *fakeAWS) { f.denied = "UpdateEndpointWeightsAndCapacities" },
			"the credentials do not allow sagemaker:UpdateEndpointWeightsAndCapacities; allow it, or use others"},
		"no permission to put": {"past-action", func(f *fakeAWS) { f.denied = "PutScheduledAction" },
			"the credentials do not allow application-autoscaling:PutScheduledAction; allow it, or use others"},
		"no permission to read": {"past-action", func(f *fakeAWS) { f.denied = "ListTags" },
			"the credentials do not allow sagemaker:ListTags; allow it, or use others"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			c.aws(f)
			out, err := f.measure(t.Context(), t, c.measurement, usual)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q\n%s", err, c.want, out)
			}
			if f.denied == "" {
				f.restored(t)
			}
		})
	}
}

// Ctrl-C restores too, once the endpoint takes it.
func TestInterruptedMeasurement(t *testing.T) {
	t.Parallel()
	f := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	f.updates = []time.Duration{5 * time.Minute}
	cancel()
	_, err := f.measure(ctx, t, "start-times", usual)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was interrupted", err)
	}
	f.restored(t)
}

// Nothing is measured during an event, or shortly before.
func TestNoMeasurementDuringAnEvent(t *testing.T) {
	for at, want := range map[string]bool{
		"2027-05-29T18:00:00Z": false, "2027-05-29T20:00:00Z": false, "2027-05-29T17:00:00Z": true, "2027-05-30T12:00:00Z": true,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		r := played(t, nil)
		r.now = func() time.Time { return now }
		err = r.noEvent()
		if (err == nil) != want || err != nil && !strings.Contains(err.Error(), "measure after Sat 2027-05-29 23:") {
			t.Errorf("%s: got %v", at, err)
		}
	}
}

// What the local AWS can do is measured there too: a change takes until the endpoint
// was described five times.
func TestMeasuredOnTheLocalAWS(t *testing.T) {
	assert(t, 2)
	before := state(t)
	slow := func(looks int) {
		t.Helper()
		if err := local.SlowEndpoints(context.Background(), region, looks); err != nil {
			t.Fatal(err)
		}
	}
	slow(5)
	t.Cleanup(func() { slow(0) })
	r, now := played(t, nil), time.Date(2027, 4, 1, 12, 0, 0, 0, time.UTC)
	r.now = func() time.Time { return now }
	r.pause = func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil }
	args := strings.Fields("start-times --repeat 2 --yes --env match --environments testdata")
	if err := r.measure(t.Context(), args, &r.out); err != nil {
		t.Fatalf("%v\n%s", err, &r.out)
	}
	if got := state(t); got != before {
		t.Errorf("got %s, want %s", got, before)
	}
	if want := `"parameter":"capacity.startTime","value":"20s","seconds":[20,20]`; !strings.Contains(r.out.String(), want) {
		t.Errorf("want %s in\n%s", want, &r.out)
	}
	// The instances are taken away, which takes time too.
	if err := testAccount(t).inService(t.Context(), r.run, 0); err != nil {
		t.Fatal(err)
	}
}
