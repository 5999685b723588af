package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// Limits of the search for break-even points.
const (
	// maxSpeedup is the largest change of an instance's speed.
	maxSpeedup = 8.0
	// maxStart is the longest start time.
	maxStart = time.Hour
	// halvings is the number of bisections: to 3 % of a speed, or a minute.
	halvings = 6
)

// contender is the cheapest setting of a facts file.
type contender struct {
	setting setting
	row     report.Compared
}

// breakEvens are the price, the speed and the start time of an instance at which
// another facts file would be the cheapest, each with all other facts unchanged.
// Prices are computed; the others are found by rehearsals.
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

// contenders are the best setting and, of every other facts file, the cheapest one
// that passes the gate.
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

// breakEven searches for the break-even points of best and next, the runner-up.
type breakEven struct {
	*options
	best, next contender
}

func name(r contender) string { return r.row.Scaling + ", " + r.row.Facts }

func price(r contender) float64 { return r.row.Input.Service.PricePerHour }

func money(r contender) float64 { return r.row.Result.Cost.Money }

func (f breakEven) priceLine() string {
	return fmt.Sprintf("%s is the cheapest up to %s an hour, and is taken at %.3f; then %s", name(f.best),
		f.best.amount(price(f.best)*money(f.next)/money(f.best)), price(f.best), name(f.next))
}

// amount is a price with its currency, where that is known.
func (r contender) amount(x float64) string {
	return strings.TrimSpace(fmt.Sprintf("%.3f %s", x, r.row.Currency))
}

// cheaper reports whether a contender with changed facts passes the gate for at most
// an amount of money.
func (f breakEven) cheaper(r contender, most float64, change func(*facts)) (bool, error) {
	played, err := f.replay(r.setting, change)
	return err == nil && len(played.Failures) == 0 && played.Result.Cost.Money <= most, err
}

// faster changes the speed of an instance by a factor.
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
	return fmt.Sprintf("%s is the cheapest from %.0f requests/s an instance, and is taken at %.0f", name(f.best),
		math.Ceil(rate*math.Exp(log)), rate), nil
}

func (f breakEven) startLine() (string, error) {
	start := f.best.row.Input.WithDefaults().Service.Start
	at := func(x float64) func(*facts) {
		return func(to *facts) {
			to.service.Start.Median = time.Duration(x * float64(time.Second)).Round(time.Second)
			to.service.Start.P95 = time.Duration(float64(start.P95) / float64(start.Median) * float64(to.service.Start.Median))
		}
	}
	// bisect finds the lowest value, so start times are negative.
	low, found, err := bisect(-maxStart.Seconds(), -start.Median.Seconds(), func(x float64) (bool, error) {
		return f.cheaper(f.best, money(f.next), at(-x))
	})
	if err != nil || !found {
		return fmt.Sprintf("%s is the cheapest at any start time up to %s", name(f.best), problem.Duration(maxStart)), err
	}
	return fmt.Sprintf("%s is the cheapest up to a start time of about %s, and is taken at %s", name(f.best),
		problem.Duration(time.Duration(-low*float64(time.Second)).Round(time.Minute)), problem.Duration(start.Median)), nil
}

// contenderLine says from when on a contender would be the cheapest.
func (f breakEven) contenderLine(r contender) (string, error) {
	rate := r.row.Input.WithDefaults().Service.RequestsPerSecond
	said := fmt.Sprintf("%s would be the cheapest below %s an hour, and is taken at %.3f", name(r),
		r.amount(price(r)*money(f.best)/money(r)), price(r))
	log, found, err := bisect(0, math.Log(maxSpeedup), func(x float64) (bool, error) {
		return f.cheaper(r, money(f.best), r.faster(math.Exp(x)))
	})
	if err != nil || !found {
		return said + fmt.Sprintf("; not at %g times the speed", maxSpeedup), err
	}
	return said + fmt.Sprintf("; or from %.0f requests/s an instance, and is taken at %.0f",
		math.Ceil(rate*math.Exp(log)), rate), nil
}

// bisect finds the lowest value between low and high for which ok is true. found is
// false unless ok is false at low and true at high.
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
