package rehearsal

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A Prepared gives the results of Run, on any trace, with any change, and to several
// goroutines at a time.
func TestPrepared(t *testing.T) {
	t.Parallel()
	in := evening(8, 1, 0.7, 5*time.Minute, 0)
	in.Objective.Latency = 400 * time.Millisecond
	ready, err := Prepare(in)
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(*Input){
		"nothing":     func(*Input) {},
		"the policy":  func(in *Input) { in.Subject = evening(8, 1, 0.5, 5*time.Minute, 0).Subject },
		"the service": func(in *Input) { in.Service.RequestsPerSecond = 80; in.Service.Concurrency = 4 },
		"the starts":  func(in *Input) { in.Service.Start = Fixed(10 * time.Minute) },
		"the floors":  func(in *Input) { *in = learned(*in, semifinal(7, 1), 5*time.Minute) },
		"the promise": func(in *Input) { in.Objective.Latency = 0 },
		"a fault":     func(in *Input) { in.Faults.Fulfilled = 0.5 },
	}
	var wait sync.WaitGroup
	for name, change := range changes {
		for _, day := range []int{7, 8} {
			wait.Go(func() {
				whole := in
				change(&whole)
				whole.Trace = semifinal(day, 1)
				want, err := Run(whole)
				if err != nil {
					t.Error(err)
					return
				}
				changed, err := ready.With(change)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := changed.Run(whole.Trace)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%s, %d July: %v (-run +prepared)\n%s", name, day, err, diff)
				}
				quick, err := changed.With(func(in *Input) { in.NoLatency = true })
				if err != nil {
					t.Error(err)
					return
				}
				got, err = quick.Run(whole.Trace)
				want.Latency, got.Latency = Latency{}, Latency{}
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%s, %d July, without latency: %v (-run +prepared)\n%s", name, day, err, diff)
				}
			})
		}
	}
	wait.Wait()
	if _, err := ready.With(func(in *Input) { in.Service.Concurrency = -1 }); err == nil {
		t.Error("what is wrong was prepared")
	}
	if _, err := ready.Run(nil); err == nil {
		t.Error("no traffic was rehearsed")
	}
	if _, err := Prepare(Input{}); err == nil {
		t.Error("nothing was prepared")
	}
}
