package rehearsal

import (
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	base := play(t, surge())
	window := func(from, to int) []Window {
		return []Window{{noon.Add(time.Duration(from) * time.Minute), noon.Add(time.Duration(to) * time.Minute)}}
	}
	_, decided := first(base, PolicyEvent, "scale out")
	for name, test := range map[string]struct {
		faults Faults
		check  func(r Result) bool
	}{
		"no capacity": {Faults{NoCapacity: window(0, 30)}, func(r Result) bool {
			_, served := first(r, ActivityEvent, "in service")
			return served == 35*time.Minute && r.Requests.Failed > base.Requests.Failed
		}},
		"half of it": {Faults{Fulfilled: 0.5}, func(r Result) bool {
			e, _ := first(r, ActivityEvent, "in service")
			b, _ := first(base, ActivityEvent, "in service")
			return e.To-4 == (b.To-4+1)/2
		}},
		"slow starts": {Faults{SlowStart: 0.05}, func(r Result) bool {
			_, served := first(r, ActivityEvent, "in service")
			return served > decided+7*time.Minute
		}},
		"a zone lost": {Faults{ZoneLost: noon.Add(40 * time.Minute)}, func(r Result) bool {
			return r.Minutes[40].InService < base.Minutes[40].InService &&
				r.Minutes[46].InService == base.Minutes[46].InService
		}},
		"a deployment": {Faults{Deployments: []Deployment{{At: noon.Add(12 * time.Minute), Takes: 10 * time.Minute}}},
			func(r Result) bool {
				_, at := first(r, PolicyEvent, "scale out")
				return at >= 22*time.Minute // fact C10
			}},
		"a deployment that forgets the count": {Faults{Deployments: []Deployment{{At: noon.Add(40 * time.Minute),
			Takes: 5 * time.Minute, ResetTo: 2}}}, func(r Result) bool {
			return r.Minutes[45].InService == 2 && r.Requests.Failed > base.Requests.Failed // fact C7
		}},
		"a metric gap": {Faults{MetricGaps: window(5, 25)}, func(r Result) bool {
			_, at := first(r, PolicyEvent, "scale out")
			return at >= 28*time.Minute
		}},
		"an alarm without data": {Faults{NoData: []string{surge().Subject.Target.Policies[0].Name}}, func(r Result) bool {
			return r.Capacity.Actions == 0 && r.Requests.Failed > base.Requests.Failed
		}},
		"retries": {Faults{Retries: 3, RetryAfter: 20 * time.Second}, func(r Result) bool {
			return r.Requests.Arrived == base.Requests.Arrived && r.Requests.Failed > 0 &&
				r.Requests.Failed != base.Requests.Failed
		}},
	} {
		in := surge()
		in.Faults = test.faults
		if r := play(t, in); !test.check(r) {
			t.Errorf("%s: got %+v %+v, without it %+v", name, r.Requests, r.Capacity, base.Requests)
		}
	}
}

func TestFaultsOfSchedules(t *testing.T) {
	t.Parallel()
	in := variant(flat(100, 2*time.Hour))
	in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{floor("floor", "at(2027-05-29T12:30:00)", 20)}
	in.Faults.Missed = []string{"floor"}
	if r := play(t, in); r.Capacity.Most != 4 {
		t.Errorf("a missed floor: got %+v", r.Capacity)
	}
	in.Faults = Faults{Overwritten: []time.Time{noon.Add(40 * time.Minute)}}
	if r := play(t, in); r.Minutes[39].Min != 20 || r.Minutes[41].Min != 4 {
		t.Errorf("an overwritten floor: got %+v and %+v", r.Minutes[39], r.Minutes[41])
	}
}
