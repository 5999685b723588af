package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// tally is what became of the requests, by when they were sent.
type tally struct {
	start   time.Time
	curve   curve
	seconds []int // sent in each
	minutes []sum
	// fresh are those that were answered since the last line.
	fresh sum
	// noAnswer is why the first one without an answer had none, untold until it is told.
	noAnswer string
	untold   bool
}

func newTally(start time.Time, c curve) *tally { return &tally{start: start, curve: c} }

// add counts a request.
func (t *tally) add(r *vegeta.Result) {
	second := max(0, int(r.Timestamp.Sub(t.start)/time.Second))
	// The last requests may be sent a moment late.
	minute := min(second/60, max(0, int((t.curve.length-1)/time.Minute)))
	for len(t.seconds) <= second {
		t.seconds = append(t.seconds, 0)
	}
	for len(t.minutes) <= minute {
		t.minutes = append(t.minutes, sum{})
	}
	if r.Code == 0 && t.noAnswer == "" {
		t.noAnswer, t.untold = r.Error, true
	}
	t.seconds[second]++
	t.minutes[minute].add(r)
	t.fresh.add(r)
}

// counts are the figures of some requests.
type counts struct {
	Sent      int `json:"sent"`
	Succeeded int `json:"succeeded"`
	// Shed are answered 429 or 503 with the gateway's code, or with its fallback; Failed
	// are the others.
	Shed   int `json:"shed"`
	Failed int `json:"failed"`
	// Codes are how often the gateway gave each code for one that did not succeed, or
	// else the status.
	Codes map[string]int `json:"codes,omitempty"`
	// P50 and P99 are in milliseconds, of those that succeeded.
	P50 float64 `json:"p50Milliseconds"`
	P99 float64 `json:"p99Milliseconds"`
}

// sum adds up requests without keeping them: an event has millions.
type sum struct {
	counts
	// latencies count those that succeeded by powers of step, from a microsecond.
	latencies [2200]int32
}

// step is how exact quantiles are.
const step = 1.01

// add counts a request. The gateway's code of a refusal is in X-Amzn-ErrorType, or in
// X-Gateway-Fallback where it gave its fallback; the load balancer's own errors have
// none.
func (s *sum) add(r *vegeta.Result) {
	s.Sent++
	fallback := r.Headers.Get("X-Gateway-Fallback")
	if r.Code >= 200 && r.Code < 300 && fallback == "" {
		s.Succeeded++
		bucket := int(math.Log(max(1, float64(r.Latency.Microseconds()))) / math.Log(step))
		s.latencies[min(bucket, len(s.latencies)-1)]++
		return
	}
	gateways := cmp.Or(r.Headers.Get("X-Amzn-Errortype"), fallback)
	code := cmp.Or(gateways, strconv.Itoa(int(r.Code)))
	if r.Code == 0 {
		code = "no answer"
	}
	if gateways != "" && (fallback != "" || r.Code == 429 || r.Code == 503) {
		s.Shed++
	} else {
		s.Failed++
	}
	if s.Codes == nil {
		s.Codes = map[string]int{}
	}
	s.Codes[code]++
}

// result is the figures, with their quantiles.
func (s *sum) result() counts {
	c := s.counts
	c.P50, c.P99 = s.quantile(0.5), s.quantile(0.99)
	return c
}

// quantile is the latency, in milliseconds, that a share of those that succeeded does
// not exceed; 0 where none did.
func (s *sum) quantile(share float64) float64 {
	if s.Succeeded == 0 {
		return 0
	}
	seen, wanted := 0, int(math.Ceil(share*float64(s.Succeeded)))
	for bucket, n := range s.latencies {
		if seen += int(n); seen >= wanted {
			return math.Round(math.Pow(step, float64(bucket)+0.5)/10) / 100
		}
	}
	return 0
}

// codes are the codes, the most frequent first.
func (c counts) codes() string {
	var all []string
	for _, code := range slices.SortedFunc(maps.Keys(c.Codes), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Codes[b], c.Codes[a]), cmp.Compare(a, b))
	}) {
		all = append(all, fmt.Sprintf("%s %d", code, c.Codes[code]))
	}
	return strings.Join(all, ", ")
}

// liveForm is the form of a line, and of the heads of its columns.
const liveForm = "%7v %10v %9v %10v %6v %7v %7v %8v\n"

// live is a line of what was answered from one instant to another.
func (t *tally) live(from, to time.Duration) string {
	c := t.fresh.result()
	t.fresh = sum{}
	offered := (t.curve.until(to) - t.curve.until(from)) / max(to-from, time.Millisecond).Seconds()
	line := fmt.Sprintf(liveForm, clock(to), math.Round(offered*10)/10, c.Sent, c.Succeeded, c.Shed, c.Failed,
		short(c.P50), short(c.P99))
	if len(c.Codes) > 0 {
		line += cli.Cut("        "+c.codes(), cli.Columns) + "\n"
	}
	if t.untold {
		line += "The first one without an answer: " + t.noAnswer + "\n"
		t.untold = false
	}
	return line
}

// short is milliseconds with three digits.
func short(milliseconds float64) string { return strconv.FormatFloat(milliseconds, 'g', 3, 64) }

// clock is minutes and seconds since the start.
func clock(d time.Duration) string {
	d = d.Round(time.Second)
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// minute is a minute of the load, beside what the plan expected.
type minute struct {
	Start    time.Time `json:"start"`
	Expected float64   `json:"expected"`
	// Instances is how many the plan has for the minute's highest rate.
	// Default: 0, not known.
	Instances int `json:"plannedInstances,omitempty"`
	counts
}

// planned are the minutes until an instant, beside the plan's.
func (t *tally) planned(p planned, until time.Duration) []minute {
	var all []minute
	for at := time.Duration(0); at < until; at += time.Minute {
		end := min(at+time.Minute, until)
		m := minute{Start: t.start.Add(at).UTC(), Expected: math.Round(t.curve.until(end) - t.curve.until(at))}
		most := t.curve.at(at).rate
		for _, s := range t.curve.stretches {
			if s.from > at && s.from < end {
				most = max(most, s.rate)
			}
		}
		m.Instances, _ = p.instances(most)
		if i := len(all); i < len(t.minutes) {
			m.counts = t.minutes[i].result()
		}
		all = append(all, m)
	}
	return all
}
