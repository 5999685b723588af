package trace

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// format is a format of traffic files. A file has one format: recognisers exclude each
// other, but for the plain table, which is what no other format claims.
type format struct {
	// name is what reports and docs/rehearsal.md call it.
	name string
	// is recognises a file by its beginning.
	is func(*head) bool
	// read reads a file's rows.
	read func(*reader, *head, *bufio.Reader) error
	// log reports whether each line is a request, so that files may be read together;
	// table whether columns and their unit may be named; series whether one may be;
	// refused whether no file of it is read.
	log, table, series, refused bool
}

// formats are the formats, the plain table last.
var formats = sync.OnceValue(func() []*format {
	var all []*format
	for _, m := range magics {
		all = append(all, refused(m.name, m.magic, m.fix))
	}
	return append(all, []*format{
		{name: "a binary file", refused: true, is: func(h *head) bool { return h.binary() && !h.magic() },
			read: func(x *reader, _ *head, _ *bufio.Reader) error {
				x.add(position{}, "", "this is binary, in no format that is known",
					"export CSV or JSON; of vegeta: vegeta encode --to csv")
				return nil
			}},
		{name: "locust's totals", refused: true, is: columnsBegin("Type", "Name", "Request Count"),
			read: func(x *reader, h *head, _ *bufio.Reader) error {
				x.add(position{h.number, 1}, "", "these are the totals of a test of locust, without times",
					"give the file beside it whose name ends in _stats_history.csv")
				return nil
			}},
		{name: "the CLI's table or yaml-stream", refused: true,
			is: func(h *head) bool { return strings.HasPrefix(h.line, "---") || strings.HasPrefix(h.line, "- ") },
			read: func(x *reader, h *head, _ *bufio.Reader) error {
				x.add(position{h.number, 1}, "", "of the CLI's outputs json, text and yaml are read", exportAgain)
				return nil
			}},
		{name: "CloudWatch get-metric-data", is: key("MetricDataResults"), read: readMetricData, series: true},
		{name: "CloudWatch get-metric-statistics", is: key("Datapoints"), read: readStatistics, series: true},
		{name: "CloudWatch text", is: isMetricText, read: readMetricText, series: true},
		{name: "CloudWatch YAML", is: isMetricYAML, read: readMetricYAML, series: true},
		{name: "CloudWatch console CSV", is: isConsole, read: readConsole, series: true},
		{name: "Application Load Balancer log", is: isLoadBalancerLog, read: readLoadBalancerLog, log: true},
		{name: "web server log", is: isWebServerLog, read: readWebServerLog, log: true},
		{name: "Prometheus query_range", is: isPrometheus, read: readPrometheus, series: true},
		{name: "k6 CSV", is: columnsBegin("metric_name", "timestamp", "metric_value"), read: readK6CSV},
		{name: "k6 JSON", is: isK6JSON, read: readK6JSON},
		{name: "vegeta CSV", is: isVegetaCSV, read: readVegetaCSV},
		{name: "vegeta JSON", is: isVegetaJSON, read: readVegetaJSON},
		{name: "locust stats_history", is: isLocust, read: readLocust},
		{name: "hey CSV", is: columnsBegin("response-time", "DNS+dialup"), read: readHey},
		{name: "Azure LLM inference trace", is: columnsBegin("TIMESTAMP", "ContextTokens", "GeneratedTokens"),
			read: readAzure},
		{name: "JSON rows", is: isJSONRows, read: readJSONRows, table: true},
		{name: "times", is: isTimes, read: readTimes, log: true},
		{name: "CSV", is: func(h *head) bool { return !h.json }, read: readTable, table: true},
	}...)
})

// magics are files that are known by their first bytes, and not read.
var magics = []struct{ name, magic, fix string }{
	{"Parquet", "PAR1", `convert it to CSV: duckdb -c "COPY (FROM 'FILE.parquet') TO 'FILE.csv'"`},
	{"a workbook or a zip archive", "PK\x03\x04", "save the sheet as CSV, or unpack the archive"},
	{"Avro", "Obj\x01", "convert it to CSV or JSON lines"},
	{"a file compressed by zstd", "\x28\xb5\x2f\xfd", "pipe it: zstd -dc FILE | rehearse … --trace -"},
	{"a file compressed by bzip2", "BZh91AY&SY", "pipe it: bzip2 -dc FILE | rehearse … --trace -"},
	{"a file compressed by xz", "\xfd7zXZ", "pipe it: xz -dc FILE | rehearse … --trace -"},
}

// magic reports whether the beginning is one of magics.
func (h *head) magic() bool {
	for _, m := range magics {
		if bytes.HasPrefix(h.raw, []byte(m.magic)) {
			return true
		}
	}
	return false
}

// refused is a format that is known and not read.
func refused(name, magic, fix string) *format {
	return &format{name: name, refused: true, is: func(h *head) bool { return bytes.HasPrefix(h.raw, []byte(magic)) },
		read: func(x *reader, _ *head, _ *bufio.Reader) error {
			x.add(position{}, "", "this is "+name+", which is not read", fix)
			return nil
		}}
}

// head is the beginning of a file.
type head struct {
	raw []byte
	// line is the first line that is neither blank nor a comment, number its number.
	line   string
	number int
	// separator is that of the line's fields; sep is set where a line sep=; said it.
	separator rune
	sep       bool
	fields    []string
	// json reports whether the file begins as JSON, keys are those of its first
	// object, array reports whether it begins with a list.
	json, array bool
	keys        []string
}

// readHead peeks at the beginning of a file.
func readHead(in *bufio.Reader) (*head, error) {
	raw, err := in.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	h := &head{raw: raw, separator: comma}
	for line := range bytes.Lines(raw) {
		h.number++
		text := strings.TrimRight(string(line), "\r\n")
		if s, found := strings.CutPrefix(text, "sep="); found && len(s) == 1 && !h.sep { // as spreadsheets want it
			h.sep, h.separator = true, rune(s[0])
			continue
		}
		if strings.TrimSpace(text) == "" || text[0] == '#' {
			continue
		}
		h.line = text
		break
	}
	trimmed := strings.TrimSpace(h.line)
	if trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') && !h.sep {
		h.json, h.array = true, trimmed[0] == '['
		h.keys = firstKeys(raw)
		return h, nil
	}
	if !h.sep {
		h.separator = separatorOf(h.line)
	}
	h.fields = splitFields(h.line, h.separator)
	return h, nil
}

// separatorOf is the separator of a header or a row: a tab, else a semicolon, else a
// comma, outside of quotes.
func separatorOf(line string) rune {
	var outside strings.Builder
	quoted := false
	for _, r := range line {
		if r == '"' {
			quoted = !quoted
		} else if !quoted {
			outside.WriteRune(r)
		}
	}
	for _, s := range []rune{'\t', ';'} {
		if strings.ContainsRune(outside.String(), s) {
			return s
		}
	}
	return comma
}

func splitFields(line string, separator rune) []string {
	r := csv.NewReader(strings.NewReader(line))
	r.Comma = separator
	r.FieldsPerRecord = -1
	if !validSeparator(separator) {
		return nil
	}
	fields, err := r.Read()
	if err != nil {
		return nil
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

func validSeparator(r rune) bool { return r == comma || r == ';' || r == '\t' || r == '|' }

// firstKeys are the keys of the first object of JSON, as far as they are there.
func firstKeys(raw []byte) []string {
	d := json.NewDecoder(bytes.NewReader(raw))
	var keys []string
	depth, isKey, object := 0, false, 0
	for range 100_000 {
		token, err := d.Token()
		if err != nil {
			return keys
		}
		delim, isDelim := token.(json.Delim)
		switch {
		case isDelim && delim == '{':
			if depth++; object == 0 {
				object, isKey = depth, true
				continue
			}
		case isDelim && delim == '[':
			if depth++; object == 0 && depth > 1 {
				return keys
			}
		case isDelim:
			if depth--; depth < object {
				return keys
			}
		}
		if depth != object || object == 0 {
			continue
		}
		if !isKey { // a value of the object has ended
			isKey = true
			continue
		}
		if text, ok := token.(string); ok {
			keys, isKey = append(keys, text), false
		}
	}
	return keys
}

// binary reports whether the beginning is no text.
func (h *head) binary() bool { return bytes.IndexByte(h.raw, 0) >= 0 }

// has reports whether the first object of JSON has all the keys.
func (h *head) has(keys ...string) bool {
	for _, k := range keys {
		if !slices.Contains(h.keys, k) {
			return false
		}
	}
	return h.json
}

// key recognises a JSON object by a key.
func key(name string) func(*head) bool { return func(h *head) bool { return !h.array && h.has(name) } }

// columnsBegin recognises CSV by its first headers.
func columnsBegin(names ...string) func(*head) bool {
	return func(h *head) bool {
		if len(h.fields) < len(names) {
			return false
		}
		for i, name := range names {
			if !strings.EqualFold(h.fields[i], name) {
				return false
			}
		}
		return true
	}
}

// recognise finds the format of a file.
func (x *reader) recognise(h *head) {
	if h.line == "" && !h.binary() {
		return // there is nothing in it
	}
	for _, f := range formats() {
		if f.is(h) {
			x.format = f
			return
		}
	}
	if h.json {
		keys := "it has no keys at its beginning"
		if len(h.keys) > 0 {
			keys = "its keys are " + strings.Join(h.keys[:min(len(h.keys), 20)], ", ")
		}
		x.add(position{h.number, 1}, "", "this JSON is in no format that is known: "+quoted(keys),
			"give objects with a time and a count, and name them by --time-column and --column")
	}
}

// bracketed is a time as web servers write it: [08/Jul/1998:19:00:00 +0000].
var bracketed = regexp.MustCompile(`\[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [-+]\d{4})\]`)
