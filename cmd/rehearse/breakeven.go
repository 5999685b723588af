package main

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// What facts are tried at, to find where another is the cheapest.
const (
	// mostTimes is how many times as fast, or as slow, an instance is tried.
	maxSpeedup = 8.0
	// mostStart is the longest start that is tried.
	maxStart = time.Hour
	// halvings is how often an interval is halved: to 3 % of a speed, and to a minute.
	halvings = 6
)

// rival is the cheapest setting of one file of facts.
type contender struct {
	setting setting
	row     report.Compared
}

// findFlips says at which facts another file of them would have the cheapest
// rehearsal: of the price, how fast an instance is, and how long it takes to
// start, each alone. Prices are worked out, the others found by rehearsing.
func (o *options) breakEvens(c report.Comparison, settings []setting) ([]string, error) {
	best, others, ok := contenders(c, settings)
	switch {
	case !ok:
		return []string{"none keeps what is asked"}, nil
	case len(others) == 0:
		return []string{"all have the same facts"}, nil
	}
	for _, r := range append(others, best) {
		if price(r) == 0 {
			return []string{"not known: " + r.row.Facts + " has no price"}, nil
		}
	}
	next := others[0]
	for _, r := range others[1:] {
		if r.row.Result.Cost.Money < next.row.Result.Cost.Money {
			next = r
		}
	}
	f := breakEven{options: o, best: best, next: next}
	lines := []string{f.priceLine()}
	for _, line := range []func() (string, error){f.speedLine, f.startLine} {
		said, err := line()
		if err != nil {
			return nil, err
		}
		lines = append(lines, said)
	}
	for _, r := range others {
		said, err := f.contenderLine(r)
		if err != nil {
			return nil, err
		}
		lines = append(lines, said)
	}
	return lines, nil
}

// rivals are the best of all and, of every other file of facts, its cheapest
// that keeps what is asked. Facts of which nothing does are left out.
func contenders(c report.Comparison, settings []setting) (best contender, others []contender, ok bool) {
	at, ok := c.Best()
	if !ok {
		return contender{}, nil, false
	}
	best = contender{settings[at], c.Rows[at]}
	index := map[string]int{}
	for i, r := range c.Rows {
		if r.Facts == best.row.Facts || len(r.Failures) > 0 {
			continue
		}
		j, seen := index[r.Facts]
		switch {
		case !seen:
			index[r.Facts] = len(others)
			others = append(others, contender{settings[i], r})
		case r.Result.Cost.Money < others[j].row.Result.Cost.Money:
			others[j] = contender{settings[i], r}
		}
	}
	return best, others, true
}

// flip looks for where best is no longer the cheapest, and next is, or another.
type breakEven struct {
	*options
	best, next contender
}

func name(r contender) string { return r.row.Scaling + ", " + r.row.Facts }

func price(r contender) float64 { return r.row.Input.Service.PricePerHour }

func money(r contender) float64 { return r.row.Result.Cost.Money }

func (f breakEven) priceLine() string {
	return fmt.Sprintf("%s is the cheapest up to %.3f an hour, and is taken at %.3f; then %s", name(f.best), price(f.best)*money(f.next)/money(f.best), price(f.best), name(f.next))
}

// cheaper reports whether a rival at other facts keeps what is asked for at most
// an amount of money.
func (f breakEven) cheaper(r contender, most float64, change func(*facts)) (bool, error) {
	played, err := f.replay(r.setting, change)
	return err == nil && len(played.Failures) == 0 && played.Result.Cost.Money <= most, err
}

// faster makes an instance so many times as fast.
func (r contender) faster(times float64) func(*facts) {
	s := r.row.Input.WithDefaults().Service
	return func(f *facts) {
		f.service.RequestsPerSecond = s.RequestsPerSecond * times
		f.service.Concurrency = s.Concurrency
		f.service.ServiceTime = time.Duration(float64(s.ServiceTime) / times)
	}
}

func (f breakEven) speedLine() (string, error) {
	rate := f.best.row.Input.WithDefaults().Service.RequestsPerSecond
	log, found, err := bisect(-math.Log(maxSpeedup), 0, func(x float64) (bool, error) {
		return f.cheaper(f.best, money(f.next), f.best.faster(math.Exp(x)))
	})
	if err != nil || !found {
		return fmt.Sprintf("%s is the cheapest from 1/%g of its speed on", name(f.best), maxSpeedup), err
	}
	return fmt.Sprintf("%s is the cheapest from %.0f requests/s an instance, and is taken at %.0f", name(f.best), math.Ceil(rate*math.Exp(log)), rate), nil
}

func (f breakEven) startLine() (string, error) {
	start := f.best.row.Input.WithDefaults().Service.Start
	at := func(x float64) func(*facts) {
		return func(to *facts) {
			to.service.Start.Median = time.Duration(x * float64(time.Second)).Round(time.Second)
			to.service.Start.P95 = time.Duration(float64(start.P95) / float64(start.Median) * float64(to.service.Start.Median))
		}
	}
	// border looks for the lowest that is fine, so that time runs backwards.
	low, found, err := bisect(-maxStart.Seconds(), -start.Median.Seconds(), func(x float64) (bool, error) {
		return f.cheaper(f.best, money(f.next), at(-x))
	})
	if err != nil || !found {
		return fmt.Sprintf("%s is the cheapest at any start time up to %s", name(f.best), problem.Duration(maxStart)), err
	}
	return fmt.Sprintf("%s is the cheapest up to a start time of about %s, and is taken at %s", name(f.best), problem.Duration(time.Duration(-low*float64(time.Second)).Round(time.Minute)), problem.Duration(start.Median)), nil
}

// rival says from when on another would be the cheapest.
func (f breakEven) contenderLine(r contender) (string, error) {
	rate := r.row.Input.WithDefaults().Service.RequestsPerSecond
	said := fmt.Sprintf("%s would be the cheapest below %.3f an hour, and is taken at %.3f", name(r), price(r)*money(f.best)/money(r), price(r))
	log, found, err := bisect(0, math.Log(maxSpeedup), func(x float64) (bool, error) {
		return f.cheaper(r, money(f.best), r.faster(math.Exp(x)))
	})
	if err != nil || !found {
		return said + fmt.Sprintf("; not at %g times the speed", maxSpeedup), err
	}
	return said + fmt.Sprintf("; or from %.0f requests/s an instance, and is taken at %.0f", math.Ceil(rate*math.Exp(log)), rate), nil
}

// border is the lowest value between low and high that is fine, where those above
// it are: found is false where low is, or high is not.
func bisect(low, high float64, fine func(float64) (bool, error)) (at float64, found bool, err error) {
	for _, end := range []struct {
		at   float64
		want bool
	}{{low, false}, {high, true}} {
		if got, err := fine(end.at); err != nil || got != end.want {
			return 0, false, err
		}
	}
	for range halvings {
		middle := (low + high) / 2
		ok, err := fine(middle)
		if err != nil {
			return 0, false, err
		}
		if ok {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true, nil
}
