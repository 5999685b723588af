package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// machine says in a line what the figures are of.
func (b *bench) machine(runs int) string {
	node, _ := exec.CommandContext(b.ctx, "node", "--version").Output()
	return fmt.Sprintf("%s/%s, %d CPUs, %s, Node.js %s, %d runs each", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		runtime.Version(), strings.TrimSpace(string(node)), runs)
}

// table shows the times of each program, and the app's as a multiple of it.
func table(n int, validation string, all []measured, same string) string {
	var b strings.Builder
	what := "environments"
	if n == 1 {
		what = "environment"
	}
	fmt.Fprintf(&b, "\n%d %s, validation %s: %s\n", n, what, validation, same)
	fmt.Fprintf(&b, "  %-10s %9s %9s %9s %9s   %s\n", "program", "median", "min", "max", "CPU", "Go is")
	for _, m := range all {
		ratio := ""
		if m.program != all[0].program {
			ratio = fmt.Sprintf("%.2f × in time, %.2f × in CPU", over(all[0].wall, m.wall), over(all[0].cpu, m.cpu))
		}
		line := fmt.Sprintf("  %-10s %9s %9s %9s %9s   %s", m.program, seconds(median(m.wall)), seconds(slices.Min(m.wall)),
			seconds(slices.Max(m.wall)), seconds(median(m.cpu)), ratio)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func over(a, b []time.Duration) float64 { return median(a).Seconds() / median(b).Seconds() }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// median of an even number is the lower of the two in the middle.
func median(all []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(all))[(len(all)-1)/2]
}
