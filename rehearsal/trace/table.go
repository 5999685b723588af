package trace

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// table reads CSV.
type table struct {
	x       *reader
	csv     *csv.Reader
	limit   *limited
	skipped int // lines before those that csv reads
}

func newTable(x *reader, h *head, in *bufio.Reader) (*table, error) {
	t := &table{x: x, limit: &limited{in: in}}
	if !validSeparator(h.separator) {
		x.add(position{1, 1}, string(h.separator), "a separator is a comma, a semicolon, a tab or |",
			"save the file with one")
		return nil, nil
	}
	if h.sep {
		if _, err := in.ReadString('\n'); err != nil {
			return nil, err
		}
		t.skipped = 1
	}
	t.csv = csv.NewReader(bufio.NewReaderSize(t.limit, bufferSize))
	t.csv.Comma, t.csv.Comment, t.csv.FieldsPerRecord, t.csv.ReuseRecord = h.separator, '#', -1, true
	t.csv.TrimLeadingSpace = h.separator != '\t'
	x.commas = h.separator == comma
	return t, nil
}

// next is the next record, with its fields trimmed. It is false at the end and where
// no more can be read.
func (t *table) next() ([]string, bool) {
	if t == nil || t.x.full() {
		return nil, false
	}
	t.limit.next()
	record, err := t.csv.Read()
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil, false
	case errors.Is(err, bufio.ErrTooLong):
		t.x.add(position{}, "", fmt.Sprintf("a line or a quoted field is longer than %d bytes", maxLine),
			"see that each quote is closed")
		return nil, false
	case errors.As(err, &broken):
		t.x.add(position{broken.Line + t.skipped, broken.Column}, "", "this is no CSV: "+broken.Err.Error(),
			"quote fields with separators or quotes, and double the quotes in them")
		return nil, false
	case err != nil:
		t.x.add(position{}, "", err.Error(), "see that the file is whole and can be read")
		return nil, false
	}
	for i := range record {
		record[i] = strings.TrimSpace(record[i])
	}
	if len(record) > 2 && weekday[record[0]] { // Tue, 07 Jul 1998 19:00:00 GMT without quotes
		record[1] = record[0] + ", " + record[1]
		record = record[1:]
	}
	return record, true
}

var weekday = map[string]bool{"Mon": true, "Tue": true, "Wed": true, "Thu": true, "Fri": true, "Sat": true,
	"Sun": true}

// cell is a field of the record of next. A field that is not there is a problem.
func (t *table) cell(record []string, i int, name string) (cell, bool) {
	if i >= len(record) {
		line, column := t.csv.FieldPos(0)
		t.x.addColumn(position{line + t.skipped, column}, name, strings.Join(record, string(t.csv.Comma)),
			fmt.Sprintf("a line has a time and a count, and this has %d of %d fields", len(record), i+1),
			"write them as 2027-05-29T20:00:00Z,1200")
		return cell{}, false
	}
	line, column := t.csv.FieldPos(i)
	return cell{position{line + t.skipped, column}, name, record[i]}, true
}

// readTable reads a plain table: a column of times, and one of counts or of rates; or
// a row for each request.
func readTable(x *reader, h *head, in *bufio.Reader) error {
	t, err := newTable(x, h, in)
	if err != nil {
		return err
	}
	first, ok := t.next()
	if !ok {
		return nil
	}
	var c columns
	at := position{h.number, 1}
	var names []string
	if isHeader(first) {
		names = append(names, first...)
		if c, ok = x.choose(at, names); !ok {
			return nil
		}
	} else if c, ok = x.numbered(at, first); !ok {
		return nil
	}
	name := func(i int) string {
		switch {
		case i < 0:
			return ""
		case names != nil:
			return names[i]
		}
		return fmt.Sprint(i + 1)
	}
	x.report.TimeColumn, x.report.Column = name(c.time), name(c.count)
	if c.day >= 0 {
		x.report.TimeColumn = name(c.day) + " and " + name(c.time)
	}
	column := func(i int) string {
		if names == nil {
			return "" // the position says it
		}
		return name(i)
	}
	if names != nil {
		first, ok = t.next()
	}
	for record := first; ok; record, ok = t.next() {
		if len(record) == 1 && record[0] == "" {
			continue
		}
		when, hasTime := t.cell(record, c.time, column(c.time))
		if c.day >= 0 && hasTime {
			var day cell
			day, hasTime = t.cell(record, c.day, column(c.day))
			when.text = day.text + " " + when.text
		}
		if c.count < 0 {
			if hasTime {
				x.request(when)
			}
			continue
		}
		if hasTime {
			if count, hasCount := t.cell(record, c.count, column(c.count)); hasCount {
				x.row(when, count)
			}
		}
	}
	return nil
}

// isHeader reports whether no field is a number or a time.
func isHeader(fields []string) bool {
	for _, f := range fields {
		if _, isNumber := parseNumber(f, 0); isNumber || looksLikeTime(f) {
			return false
		}
	}
	return true
}

// looksLikeTime reports whether a text is a time, perhaps one with a problem.
func looksLikeTime(text string) bool {
	_, wrong := new(clock).parse(text, 0)
	return wrong == nil || wrong != noTime
}
