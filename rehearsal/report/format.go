package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// number formats a figure with three significant digits or thousands separators.
func number(x float64) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "none"
	case a >= 100:
		return thousands(x)
	default:
		decimals := 2
		if a >= 10 {
			decimals = 1
		}
		text := strconv.FormatFloat(x, 'f', decimals, 64)
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text
	}
}

// thousands formats a whole number with thousands separators.
func thousands(x float64) string {
	text := strconv.FormatFloat(math.Abs(math.Round(x)), 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if x <= -0.5 {
		text = "-" + text
	}
	return text
}

// percent formats a share, rounded down, so that less than 1 is never 100 %.
func percent(share float64) string {
	down := math.Floor(share*100*1e4) / 1e4
	if share >= 1 {
		return "100 %"
	}
	return strconv.FormatFloat(max(0, down), 'f', -1, 64) + " %"
}

// duration formats a duration in ms, seconds, or as problem.Duration.
func duration(d time.Duration) string {
	switch {
	case d > 0 && d < time.Second:
		return strconv.FormatFloat(math.Round(float64(d)/float64(time.Millisecond)*10)/10, 'f', -1, 64) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(math.Round(d.Seconds()*100)/100, 'f', -1, 64) + " s"
	}
	return problem.Duration(d.Round(time.Second))
}

// days reports whether the rehearsal is on more than one day in UTC.
func (r Report) days() bool {
	return day(r.Result.From) != day(r.Result.To.Add(-time.Nanosecond))
}

// day is the day of a time in UTC, such as "8 Jul 1998".
func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// clock formats a time of the rehearsal, with its day where there are several.
func (r Report) clock(t time.Time) string {
	if r.days() {
		return t.UTC().Format("2 Jan 15:04")
	}
	return t.UTC().Format("15:04")
}

// span formats two times of the rehearsal, with the day of the second where it is
// another one.
func (r Report) span(from, to time.Time) string {
	if day(from) == day(to) {
		return r.clock(from) + " to " + to.UTC().Format("15:04")
	}
	return r.clock(from) + " to " + r.clock(to)
}

// frequency formats a number of times.
func frequency(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return thousands(float64(n)) + " times"
}
