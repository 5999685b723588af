package trace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Format is the format of a trace file.
type Format string

// The formats that are read.
const (
	// Counts has lines of a period's beginning and its requests, separated by
	// commas, semicolons or tabs, with or without a header.
	Counts Format = "counts"
	// Requests has a line for each request, with its time in the first field, or in
	// brackets as web servers write it.
	Requests Format = "requests"
	// CloudWatch is the output of `aws cloudwatch get-metric-data`.
	CloudWatch Format = "cloudwatch"
)

// Options is how a file is read.
type Options struct {
	// Name is the file's name in problems. Default: "trace", or ReadFile's path.
	Name string
	// Format is the file's. Default: detected from its beginning.
	Format Format
	// Period is the length of each count's period, or that by which requests are
	// counted. Default: the shortest time between two counts; 1s for requests.
	Period time.Duration
	// Metric is the ID or label of the result to read from a CloudWatch export
	// of several. Default: the only one, else Invocations or RequestCount.
	Metric string
}

// ReadFile reads a trace from a file: see Read.
func ReadFile(path string, o Options) (Trace, Report, error) {
	file, err := os.Open(path)
	if err != nil {
		return Trace{}, Report{}, problem.List{{Path: path, Rule: err.Error(), Fix: "name a file that can be read"}}
	}
	defer file.Close()
	if o.Name == "" {
		o.Name = path
	}
	return Read(file, o)
}

// Read reads a trace. Its error is a problem.List with the line and column of each
// problem, at most 20 of them.
func Read(r io.Reader, o Options) (Trace, Report, error) {
	if o.Name == "" {
		o.Name = "trace"
	}
	if o.Period != 0 && (o.Period < time.Second || o.Period%time.Second != 0) {
		return Trace{}, Report{}, problem.List{{Path: "Period", Got: problem.Duration(o.Period),
			Rule: "a period is whole seconds, 1s or more", Fix: "such as 1m"}}
	}
	in := bufio.NewReaderSize(r, 64<<10)
	x := reader{options: o, problemList: problemList{name: o.Name}, maxRows: maxRows}
	head, _ := in.Peek(4096)
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if o.Format == "" {
		x.options.Format = detectFormat(head)
	}
	var err error
	switch x.options.Format {
	case CloudWatch:
		err = x.cloudWatch(in)
	case Requests, Counts:
		err = x.lines(in)
	default:
		return Trace{}, Report{}, problem.List{{Path: "Format", Got: string(o.Format),
			Rule: "a format is counts, requests or cloudwatch", Fix: "leave it out to find it out"}}
	}
	if err != nil {
		x.add(position{}, "", err.Error(), "see that the file can be read")
	}
	t := x.trace()
	return t, x.report, x.err()
}

// reader collects the rows of a file.
type reader struct {
	problemList
	options Options
	report  Report
	// maxRows limits the rows.
	maxRows int
	// times are Unix seconds in order; counts and positions are theirs.
	times     []int64
	counts    []float64
	positions []position
}

// maxCount limits the requests of a period.
const maxCount = 1e15

// row adds a count. Rows must be in order; one with the time of the row before is
// added to it.
func (x *reader) row(at position, text string, when time.Time, countAt position, count float64, countText string) {
	x.report.Rows++
	if !(count >= 0) || count > maxCount {
		x.add(countAt, countText, "a number of requests is 0 or more", "give the number of requests, or 0")
		return
	}
	if when.Nanosecond() != 0 {
		x.add(at, text, "a period begins at a whole second", "count requests by the second or longer")
		return
	}
	unix := when.Unix()
	if n := len(x.times); n > 0 {
		switch last := x.times[n-1]; {
		case unix < last:
			x.add(at, text, "this is earlier than the row before, of "+time.Unix(last, 0).UTC().Format(time.RFC3339),
				"sort the file by time")
			return
		case unix == last:
			x.counts[n-1] += count
			if x.report.Duplicates++; x.report.Duplicates == 1 {
				x.report.FirstDuplicate = fmt.Sprintf("%s:%d:%d", x.name, at.line, at.column)
			}
			return
		}
	}
	x.times, x.counts, x.positions = append(x.times, unix), append(x.counts, count), append(x.positions, at)
}

// trace puts the rows on a grid of periods, and reports gaps.
func (x *reader) trace() Trace {
	if len(x.problems) > 0 {
		return Trace{} // incomplete rows would only cause further problems
	}
	if len(x.times) == 0 {
		x.add(position{}, "", "there is no count in it", "give lines of a time and a number of requests")
		return Trace{}
	}
	period := x.period()
	if period == 0 {
		return Trace{}
	}
	first, last := x.times[0], x.times[len(x.times)-1]
	periods := (last-first)/period + 1
	if periods > 1_000_000 && periods/1000 > int64(len(x.times)) {
		x.add(x.positions[len(x.positions)-1], "",
			fmt.Sprintf("%d rows are spread over %d periods of %ds: nearly all of it would be gaps", len(x.times), periods,
				period),
			"look at the first and last times, or give a longer period")
		return Trace{}
	}
	t := Trace{Start: time.Unix(first, 0).UTC(), Period: time.Duration(period) * time.Second,
		Counts: make([]float64, periods)}
	free := first
	for i, at := range x.times {
		if (at-first)%period != 0 {
			x.add(x.positions[i], time.Unix(at, 0).UTC().Format(time.RFC3339),
				fmt.Sprintf("periods of %ds begin at %s, and this is between two of them: the periods are mixed",
					period, time.Unix(first, 0).UTC().Format(time.RFC3339)), "write all counts with one period")
			continue
		}
		if at > free {
			x.report.gap(time.Unix(free, 0).UTC(), time.Unix(at, 0).UTC(), int((at-free)/period))
		}
		free = at + period
		t.Counts[(at-first)/period] += x.counts[i]
	}
	return t
}

// maxPeriod is a month, in seconds.
const maxPeriod = 31 * 24 * 3600

// period is the grid's period in seconds: the shortest time between two rows, which
// must also be the usual one. It is 0 if it is not known.
func (x *reader) period() int64 {
	if p := x.options.Period; p > 0 {
		return int64(p / time.Second)
	}
	shortest, often, first := int64(math.MaxInt64), 0, 0
	for i := 1; i < len(x.times); i++ {
		switch step := x.times[i] - x.times[i-1]; {
		case step < shortest:
			shortest, often, first = step, 1, i
		case step == shortest:
			often++
		}
	}
	switch steps := len(x.times) - 1; {
	case steps == 0:
		x.add(x.positions[0], "", "of a single row the period is not known", "give the period")
		return 0
	case shortest > maxPeriod:
		x.add(x.positions[first], time.Unix(x.times[first], 0).UTC().Format(time.RFC3339),
			"this is more than a month after the row before: such counts say nothing of a surge",
			"give counts of a day at most")
		return 0
	case 2*often < steps:
		x.add(x.positions[first], time.Unix(x.times[first], 0).UTC().Format(time.RFC3339),
			fmt.Sprintf("this is %ds after the row before, and most rows are further apart: the periods are mixed", shortest),
			"write all counts with one period, or give it")
		return 0
	}
	return shortest
}

// maxRows limits the memory of a trace: it is more than half a year of seconds.
const maxRows = 20_000_000

// maxLine is the longest line that is read.
const maxLine = 1 << 20

// lines reads Counts and Requests.
func (x *reader) lines(in *bufio.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	number, columns := 0, columns{time: -1}
	var recent []float64 // requests by second
	var base int64
	for lines.Scan() {
		number++
		text := lines.Text()
		if number == 1 && len(text) >= 3 && text[:3] == "\xef\xbb\xbf" {
			text = text[3:]
		}
		if blank(text) || text[0] == '#' {
			continue
		}
		if x.options.Format == Requests {
			recent, base = x.request(number, text, recent, base)
			continue
		}
		x.count(number, text, &columns)
		if x.omitted > 1000 || len(x.times) > x.maxRows {
			break // it has another format, or is too long
		}
	}
	if len(x.times) > x.maxRows {
		x.add(position{number, 1}, "", fmt.Sprintf("a trace has at most %d rows", x.maxRows),
			"add them up by the minute, or give a part of it")
	}
	x.requests(recent, base)
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		x.add(position{number + 1, 1}, "", fmt.Sprintf("the line is longer than %d bytes", maxLine),
			"write one count or request a line")
	} else if err != nil {
		return err
	}
	return nil
}
