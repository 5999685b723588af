package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// table prints the median of each figure over the rounds.
func table(ways []way, all map[string][]figures) {
	fmt.Println("| | requests/s | p50 | p99 | own CPU a request | peak memory | failed |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, w := range ways {
		each := all[w.key]
		cpu, memory := "", ""
		if w.command != nil {
			cpu = fmt.Sprintf("%d µs", median(each, cpuOf).Microseconds())
			memory = fmt.Sprintf("%.0f MB", median(each, func(f figures) float64 { return f.peakMegabytes }))
		}
		failed := 0
		for _, f := range each {
			failed += f.failed
		}
		fmt.Printf("| (%s) %s | %.0f | %.1f ms | %.1f ms | %s | %s | %d |\n", w.key, w.name, median(each, rateOf),
			1000*median(each, p50Of).Seconds(), 1000*median(each, p99Of).Seconds(), cpu, memory, failed)
	}
}

func rateOf(f figures) float64      { return f.perSecond }
func p50Of(f figures) time.Duration { return f.p50 }
func p99Of(f figures) time.Duration { return f.p99 }
func cpuOf(f figures) time.Duration { return f.cpu }

// bound is a limit for the gateway's figure as a share of another program's.
type bound struct {
	what, to string
	of       func(figures) float64
	atMost   float64 // 0 for at least
	atLeast  float64
	aim      bool // reported only
}

var bounds = []bound{
	{what: "own CPU a request", to: "b", of: seconds(cpuOf), atMost: 1},
	{what: "own CPU a request", to: "c", of: seconds(cpuOf), atMost: 1.05},
	{what: "requests/s", to: "c", of: rateOf, atLeast: 0.95},
	{what: "p99", to: "c", of: seconds(p99Of), atMost: 1},
	{what: "own CPU a request", to: "f", of: seconds(cpuOf), atMost: 0.6},
	{what: "requests/s", to: "f", of: rateOf, atLeast: 1.5, aim: true},
	{what: "own CPU a request", to: "g", of: seconds(cpuOf), atMost: 1, aim: true},
	{what: "p99", to: "g", of: seconds(p99Of), atMost: 1, aim: true},
}

func seconds(of func(figures) time.Duration) func(figures) float64 {
	return func(f figures) float64 { return of(f).Seconds() }
}

// judge prints the gateway's figures as shares of the other programs', each the median
// of the rounds' shares: rounds differ more than programs do.
func judge(all map[string][]figures) {
	fmt.Println("| the gateway's | as a share of | median | of the rounds | held to | |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, b := range bounds {
		others := all[b.to]
		if len(others) == 0 {
			continue
		}
		var shares []float64
		for i, other := range others {
			shares = append(shares, b.of(all["d"][i])/b.of(other))
		}
		slices.Sort(shares)
		share := shares[len(shares)/2]
		held, good := fmt.Sprintf("at most %.2f", b.atMost), share <= b.atMost
		if b.atMost == 0 {
			held, good = fmt.Sprintf("at least %.2f", b.atLeast), share >= b.atLeast
		}
		end := verdict(good)
		if b.aim {
			held, end = "aim: "+held, map[bool]string{true: "reached", false: "not reached"}[good]
		}
		fmt.Printf("| %s | (%s) | %.2f | %.2f to %.2f | %s | %s |\n",
			b.what, b.to, share, shares[0], shares[len(shares)-1], held, end)
	}
}

func verdict(good bool) string {
	if good {
		return "pass"
	}
	return "fail"
}

func median[T cmp.Ordered](all []figures, of func(figures) T) T {
	var values []T
	for _, f := range all {
		values = append(values, of(f))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
