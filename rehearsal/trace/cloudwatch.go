package trace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// metricResult is a series of a CloudWatch export.
type metricResult struct {
	id, label string
	at        position
	times     []json.RawMessage
	timesAt   []position
	values    []json.RawMessage
	valuesAt  []position
}

// lineCounter records where lines begin while a decoder reads.
type lineCounter struct {
	in    io.Reader
	lines []int64 // offsets at which lines begin
	read  int64
}

func (p *lineCounter) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	for i := range n {
		if b[i] == '\n' {
			p.lines = append(p.lines, p.read+int64(i)+1)
		}
	}
	p.read += int64(n)
	return n, err
}

func (p *lineCounter) at(offset int64) position {
	line, found := slices.BinarySearch(p.lines, offset)
	if found {
		line++
	}
	begin := int64(0)
	if line > 0 {
		begin = p.lines[line-1]
	}
	return position{line + 1, int(offset-begin) + 1}
}

// cloudWatch reads the output of get-metric-data.
func (x *reader) cloudWatch(in *bufio.Reader) error {
	if mark, _ := in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
	}
	p := &lineCounter{in: in}
	d := json.NewDecoder(p)
	results, err := readResults(d, p)
	if err != nil {
		var syntax *json.SyntaxError
		var shape *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			x.add(p.at(max(syntax.Offset-1, 0)), "", err.Error(), "export it again with --output json")
		case errors.As(err, &shape), errors.Is(err, errShape):
			x.add(p.at(d.InputOffset()), "", "this is not what get-metric-data prints", "export it again with --output json")
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			x.add(p.at(p.read), "", "the file ends too early", "export it again with --output json")
		default:
			return err
		}
		return nil
	}
	if r := x.selectResult(results); r != nil {
		x.result(r)
	}
	return nil
}

var errShape = errors.New("not an export")

// readResults reads MetricDataResults.
func readResults(d *json.Decoder, p *lineCounter) ([]metricResult, error) {
	var results []metricResult
	err := object(d, func(key string) error {
		if key != "MetricDataResults" {
			return skip(d)
		}
		return array(d, func() error {
			r := metricResult{at: p.at(d.InputOffset())}
			err := object(d, func(key string) (err error) {
				switch key {
				case "Id":
					return d.Decode(&r.id)
				case "Label":
					return d.Decode(&r.label)
				case "Timestamps":
					r.times, r.timesAt, err = rawValues(d, p)
				case "Values":
					r.values, r.valuesAt, err = rawValues(d, p)
				default:
					err = skip(d)
				}
				return err
			})
			results = append(results, r)
			return err
		})
	})
	return results, err
}

func rawValues(d *json.Decoder, p *lineCounter) (values []json.RawMessage, at []position, err error) {
	err = array(d, func() error {
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return err
		}
		values, at = append(values, v), append(at, p.at(d.InputOffset()-int64(len(v))))
		return nil
	})
	return values, at, err
}

func skip(d *json.Decoder) error { var v json.RawMessage; return d.Decode(&v) }

func object(d *json.Decoder, member func(key string) error) error {
	return within(d, '{', func() error {
		key, err := d.Token()
		if err != nil {
			return err
		}
		return member(key.(string)) // the decoder lets nothing else be a key
	})
}

func array(d *json.Decoder, element func() error) error { return within(d, '[', element) }

func within(d *json.Decoder, open json.Delim, each func() error) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != open {
		return errShape
	}
	for d.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// selectResult selects the result to read.
func (x *reader) selectResult(results []metricResult) *metricResult {
	match := func(yes func(r *metricResult) bool) (one *metricResult, several bool) {
		for i := range results {
			if yes(&results[i]) {
				one, several = &results[i], one != nil
			}
		}
		return one, several
	}
	var names []string
	for _, r := range results {
		names = append(names, fmt.Sprintf("%s (%s)", r.id, r.label))
	}
	there := "there is " + strings.Join(names, ", ")
	if len(names) == 0 {
		there = "there is none"
	}
	if x.options.Metric != "" {
		if r, _ := match(func(r *metricResult) bool {
			return r.id == x.options.Metric ||
				r.label == x.options.Metric
		}); r != nil {
			return r
		}
		x.add(position{}, x.options.Metric, "no result has this ID or label; "+there, "name one of them")
		return nil
	}
	if len(results) == 1 {
		return &results[0]
	}
	if r, several := match(func(r *metricResult) bool {
		return strings.Contains(r.label, "Invocations") || strings.Contains(r.label, "RequestCount")
	}); r != nil && !several {
		return r
	}
	x.add(position{}, "", "one result is read; "+there, "name the metric to read")
	return nil
}

// result adds the rows of a series, oldest first.
func (x *reader) result(r *metricResult) {
	if len(r.times) != len(r.values) {
		x.add(r.at, "", fmt.Sprintf("%d times and %d values do not go together", len(r.times), len(r.values)),
			"export it again")
		return
	}
	order := make([]int, 0, len(r.times))
	for i := range r.times {
		order = append(order, i)
	}
	if n := len(r.times); n > 1 {
		first, ok := parseTime(unquote(r.times[0]))
		last, alsoOK := parseTime(unquote(r.times[n-1]))
		if ok && alsoOK && first.After(last) {
			slices.Reverse(order)
		}
	}
	for _, i := range order {
		text := unquote(r.times[i])
		at, ok := parseTime(text)
		if !ok {
			x.add(r.timesAt[i], text, timeRule, "export it again with --output json")
		}
		var n float64
		err := json.Unmarshal(r.values[i], &n)
		if err != nil {
			x.add(r.valuesAt[i], string(r.values[i]), "a value is a number", "export it again with --output json")
		}
		if ok && err == nil {
			x.row(r.timesAt[i], text, at, r.valuesAt[i], n, string(r.values[i]))
		}
	}
}

func unquote(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }
