package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// reader collects the rows of a file.
type reader struct {
	problemList
	options Options
	report  Report
	format  *format
	unit    unit // "" until it is known
	// fixed is set where the file says the period, in seconds.
	fixed    int64
	clock    clock
	rows     series
	requests counter
	// direction is 1 for rows with the oldest first, -1 with the newest first.
	direction int
	held      []heldRow
	decimal   rune // 0 until it is known
	grouping  bool // a point or a comma stood between thousands
	commas    bool // commas separate the columns, so that the decimal sign is a point
	blank     int  // rows without a value
	ungrouped bool // a number of four digits or more had nothing between thousands
	fraction  *int // of a second, at which periods begin
	stopped   bool // a problem would be that of each row that follows
	suffix    *string
	// skipped are requests that the load balancer answered itself.
	skipped int
	maxRows int
}

func newReader(o Options) *reader {
	x := &reader{options: o, problemList: problemList{name: o.Name}, unit: unit(o.Unit), maxRows: maxRows}
	x.clock = clock{zone: o.Timezone, order: o.DateOrder}
	switch o.Decimal {
	case "point":
		x.decimal = point
	case "comma":
		x.decimal = comma
	}
	return x
}

// file reads a file into the reader.
func (x *reader) file(r io.Reader) {
	in, err := decode(r)
	if err == nil {
		var h *head
		if h, err = readHead(in); err == nil {
			x.recognise(h)
		}
		if err == nil && x.format != nil {
			err = x.format.read(x, h, in)
		}
	}
	if err != nil {
		x.add(position{}, "", err.Error(), "see that the file is whole and can be read")
	}
}

// finish is the trace of what was read.
func (x *reader) finish() (Trace, Report, error) {
	x.release(true)
	t := x.trace()
	if err := x.err(); err != nil {
		return Trace{}, x.report, err
	}
	x.describe(t)
	return t, x.report, nil
}

// full reports whether reading on is of no use.
func (x *reader) full() bool { return x.stopped || x.omitted > 1000 || x.rows.rows > x.maxRows }

// maxRows limits the memory of a trace: it is more than half a year of seconds.
const maxRows = 20_000_000

// cell is a piece of a file: its place, its column's name and its text.
type cell struct {
	at   position
	name string
	text string
}

func (x *reader) addCell(c cell, rule, fix string) { x.addColumn(c.at, c.name, c.text, rule, fix) }

// time reads a cell's time.
func (x *reader) time(c cell) (time.Time, bool) {
	previous := int64(-1 << 62)
	if len(x.held) > 0 {
		previous = x.held[len(x.held)-1].at
	} else if x.rows.rows > 0 {
		previous = x.rows.last()
	}
	at, wrong := x.clock.parse(c.text, previous)
	if wrong != nil {
		x.addCell(c, wrong.rule, wrong.fix)
		x.stopped = x.stopped || wrong == noOrder
		return time.Time{}, false
	}
	return at, true
}

// heldRow is a row whose number is not understood yet: its separator may be the
// decimal sign, or stand between thousands.
type heldRow struct {
	at             int64
	value, grouped float64
	separator      rune
	when, count    cell
}

// maxHeld limits the rows that wait for a number that shows what a separator is.
const maxHeld = 1 << 16

const (
	countRule = "a number of requests is 0 or more, in decimal digits"
	countFix  = "give the number of requests, or 0"
)

// row reads a row of a time and a count. A row without a value is none.
func (x *reader) row(when, count cell) {
	switch count.text {
	case "", "null", "NULL":
		x.blank++
		return
	}
	x.report.Rows++
	at, ok := x.time(when)
	n, isNumber := parseNumber(count.text, x.decimal)
	if !isNumber {
		x.addCell(count, countRule, countFix)
	}
	if !ok || !isNumber || !x.suffixed(count, n.suffix) {
		return
	}
	if x.fraction == nil {
		fraction := at.Nanosecond()
		x.fraction = &fraction
	}
	if at.Nanosecond() != *x.fraction { // equal ones, as of a query of Prometheus, move nothing
		x.addCell(when, "a period begins at a whole second, or always at the same fraction of one",
			"count requests by the second or longer")
		return
	}
	if !x.ungrouped && plain(count.text) && len(count.text) > 3 && count.text[0] != '0' {
		x.ungrouped = true
		for _, r := range x.held {
			if r.separator != 0 {
				x.decimal = r.separator
				x.release(false)
				break
			}
		}
	}
	if n.separator != 0 && x.ungrouped && x.decimal == 0 {
		x.decimal = n.separator // 1200 beside 1.234: nothing is between thousands here
		n, _ = parseNumber(count.text, x.decimal)
	}
	if n.separator != 0 && x.commas && (n.separator == comma || x.unit == unitRate || x.unit == unitPerMinute) {
		n, _ = parseNumber(count.text, point)
	}
	if n.decimal != 0 && x.decimal == 0 {
		x.decimal = n.decimal
		x.release(false)
	}
	x.grouping = x.grouping || n.thousands
	if n.separator != 0 || len(x.held) > 0 {
		x.held = append(x.held, heldRow{at.Unix(), n.value, n.grouped, n.separator, when, count})
		if len(x.held) > maxHeld {
			x.release(true)
		}
		return
	}
	x.put(at.Unix(), n.value, when, count)
}

// release puts the held rows. If none shows what the separators are, it is a problem
// at the end.
func (x *reader) release(end bool) {
	if len(x.held) == 0 || x.decimal == 0 && !end {
		return
	}
	held := x.held
	x.held = nil
	if x.decimal == 0 {
		for _, r := range held {
			if r.separator != 0 {
				x.addCell(r.count, fmt.Sprintf("this is %s or %s, and no number of the column shows which",
					formatNumber(r.value), formatNumber(r.grouped)), "say --decimal point, or comma")
				return
			}
		}
	}
	for _, r := range held {
		v := r.value
		if r.separator != 0 && r.separator != x.decimal {
			v, x.grouping = r.grouped, true
		}
		x.put(r.at, v, r.when, r.count)
	}
}

// suffixed takes the unit behind a number, which is the same in all rows.
func (x *reader) suffixed(count cell, suffix string) bool {
	if x.suffix == nil {
		u, known := suffixes[suffix]
		switch {
		case !known:
			x.addCell(count, "this unit is not known: a number has none, or req/s, req/min or requests behind it",
				"export numbers without a unit, and say --unit")
			return false
		case suffix != "" && x.options.Unit != "" && u != unit(x.options.Unit):
			x.addCell(count, "the number says another unit than --unit "+x.options.Unit, "leave --unit out")
			return false
		case suffix != "":
			x.unit = u
		}
		x.suffix = &suffix
	}
	if *x.suffix != suffix {
		x.addCell(count, fmt.Sprintf("the unit changes: the rows before have %q", *x.suffix), "write all rows in one unit")
		return false
	}
	return true
}

// maxCount limits a value: a counter's may be large.
const maxCount = 1e15

// put adds a row, or adds to the row before if that has its time.
func (x *reader) put(at int64, v float64, when, count cell) {
	if v > maxCount {
		x.addCell(count, "this is more than any number of requests", countFix)
		return
	}
	if x.rows.rows > 0 {
		last := x.rows.last()
		direction := 1
		if at < last {
			direction = -1
		}
		switch {
		case at == last && x.unit == unitCounter:
			x.addCell(when, "two rows of a counter have one time", "write one series, or name it by --metric")
			return
		case at == last:
			x.rows.increase(v)
			if x.within(at) {
				if x.report.Duplicates++; x.report.Duplicates == 1 {
					x.report.FirstDuplicate = fmt.Sprintf("%s:%d:%d", x.name, when.at.line, when.at.column)
				}
			}
			return
		case x.direction == 0:
			x.direction = direction
		case x.direction != direction:
			order, than := "earlier", ""
			if direction > 0 {
				order, than = "later", ", in a file with the newest row first"
			}
			x.addCell(when, fmt.Sprintf("this is %s than the row before, of %s%s", order, formatTime(last), than),
				"sort the file by time")
			return
		}
	}
	x.rows.add(at, v, when.at)
}

// within reports whether a time is in the part that the report is on.
func (x *reader) within(at int64) bool {
	return (x.options.From.IsZero() || at >= x.options.From.Unix()) && (x.options.To.IsZero() || at < x.options.To.Unix())
}

// maxSpan limits the seconds from the first request to the last.
const maxSpan = 400 * 24 * 3600

// fineSpan is the seconds up to which requests are counted by the second, and
// coarsePeriod the period for more.
const (
	fineSpan     = 7 * 24 * 3600
	coarsePeriod = 60
)

// request counts a request.
func (x *reader) request(when cell) {
	x.report.Rows++
	if at, ok := x.time(when); ok {
		x.requestAt(at, when)
	}
}

func (x *reader) requestAt(at time.Time, when cell) {
	c := &x.requests
	if c.period == 0 {
		c.period = max(1, int64(x.options.Period/time.Second))
	}
	unix := at.Unix()
	if p := floorDiv(unix, c.period); c.rows > 0 && (max(c.latest, p)-min(c.first, p))*c.period > maxSpan {
		x.addCell(when, "this is more than 400 days from another request, of "+formatTime(c.first*c.period),
			"look at the first and last times")
		return
	}
	c.add(unix)
	if x.options.Period == 0 && c.period == 1 && c.latest-c.first > fineSpan {
		c.coarsen(coarsePeriod)
	}
}

func formatTime(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }

// lineError tells that a line is too long, and returns other errors.
func (x *reader) lineError(line int, err error) error {
	if errors.Is(err, bufio.ErrTooLong) {
		x.add(position{line, 1}, "", fmt.Sprintf("the line is longer than %d bytes", maxLine),
			"write one count or request a line")
		return nil
	}
	return err
}

// maxLine is the longest line that is read.
const maxLine = 1 << 20
