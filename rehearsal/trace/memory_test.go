package trace_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// stream is a generated file, line by line, which is never held as a whole.
type stream struct {
	left    int // bytes
	n       int
	line    func(b []byte, n int) []byte
	pending []byte
	buffer  []byte
	reads   int
	peak    uint64 // the most memory in use at any time
}

func (s *stream) Read(b []byte) (int, error) {
	if len(s.pending) == 0 {
		if s.left <= 0 {
			return 0, io.EOF
		}
		if s.reads++; s.reads%16 == 0 {
			s.peak = max(s.peak, inUse())
		}
		s.pending = s.buffer[:0]
		for len(s.pending) < 32<<10 && len(s.pending) < s.left {
			s.pending = s.line(s.pending, s.n)
			s.n++
		}
		s.buffer = s.pending
		s.left -= len(s.pending)
	}
	n := copy(b, s.pending)
	s.pending = s.pending[n:]
	return n, nil
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// 100 MB of CSV, of an access log or of JSON take less than 100 MB of memory.
func TestMemory(t *testing.T) {
	begin := time.Date(2027, time.May, 29, 20, 0, 0, 0, time.UTC)
	const size = 100 << 20
	for name, test := range map[string]struct {
		line func(b []byte, n int) []byte
		most uint64
	}{
		"counts by the second": {func(b []byte, n int) []byte {
			b = begin.Add(time.Duration(n)*time.Second).AppendFormat(b, time.RFC3339)
			return append(strconv.AppendInt(append(b, ','), int64(600+n%100), 10), '\n')
		}, 100 << 20},
		"rates with a fraction": {func(b []byte, n int) []byte {
			if n == 0 {
				b = append(b, "time,rps\n"...)
			}
			b = begin.Add(time.Duration(n)*time.Second).AppendFormat(b, time.RFC3339)
			return append(strconv.AppendFloat(append(b, ','), float64(n%1000)+0.25, 'f', 3, 64), '\n')
		}, 100 << 20},
		"a load balancer's log": {func(b []byte, n int) []byte {
			b = append(b, "https "...)
			at := begin.Add(time.Duration(n) * 100 * time.Millisecond)
			b = at.AppendFormat(b, "2006-01-02T15:04:05.000000Z")
			b = append(b, ` app/edge/0123456789abcdef 198.51.100.7:40218 10.0.3.20:8080 0.001 0.050 0.000 200 200 512 230 `+
				`"POST https://odds.example.com:443/invocations HTTP/2.0" "client/1.0" - - arn:aws:elasticloadbalancing:x `+
				`"Root=1-0-0" "odds.example.com" "session-reused" 0 `...)
			b = at.AppendFormat(b, "2006-01-02T15:04:05.000000Z")
			return append(b, " \"forward\" \"-\" \"-\" \"10.0.3.20:8080\" \"200\" \"-\" \"-\" TID_0\n"...)
		}, 100 << 20},
		"requests over a year": {func(b []byte, n int) []byte {
			return append(begin.Add(time.Duration(n)*37*time.Second).AppendFormat(b, `198.51.100.7 - - `+
				`[02/Jan/2006:15:04:05 -0700] "POST /invocations HTTP/1.1" 200 12 "-" "a client with quite a long name `+
				`1.0"`), '\n')
		}, 100 << 20},
		"JSON lines": {func(b []byte, n int) []byte {
			b = append(b, `{"time": "`...)
			b = begin.Add(time.Duration(n)*time.Second).AppendFormat(b, time.RFC3339)
			return append(b, "\", \"endpoint\": \"odds\", \"count\": 600}\n"...)
		}, 20 << 20},
	} {
		runtime.GC()
		before := inUse()
		in := &stream{left: size, line: test.line}
		switch name {
		case "requests over a year":
			in.left = 60 << 20 // all of 400 days
		case "JSON lines":
			in.left = 20 << 20
		}
		got, report, err := trace.Read(in, trace.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		in.peak = max(in.peak, inUse())
		if took := in.peak - before; in.peak > before && took > test.most {
			t.Errorf("%s: %d rows, %d periods took %d MB", name, report.Rows, len(got.Counts), took>>20)
		} else {
			t.Logf("%s: %d rows, %d periods took %d MB", name, report.Rows, len(got.Counts), took>>20)
		}
	}
}

// What never ends is refused before it fills memory.
func TestEndless(t *testing.T) {
	for name, file := range map[string]struct {
		begin, rest string
	}{
		"an open quote":  {"time,count\n\"", "2027-05-29T20:00:00Z,1\n"},
		"an open string": {`{"time": "`, "2027-05-29T20:00:00Z,1 "},
		"open lists":     {`{"a": `, "["},
		"open objects":   {`{"time": `, `{"a":`},
		"a long line":    {"10.0.0.1 - - [29/May/2027:22:00:00 +0200] ", "abcdefgh"},
		"a long field":   {"time,", "abcdefgh"},
	} {
		runtime.GC()
		before := inUse()
		in := &stream{left: 200 << 20, line: func(b []byte, n int) []byte {
			if n == 0 {
				return append(b, file.begin...)
			}
			return append(b, file.rest...)
		}}
		var err error
		_, _, err = trace.Read(in, trace.Options{})
		if took := in.peak - before; err == nil || in.peak > before && took > 100<<20 {
			t.Errorf("%s: it took %d MB: %v", name, took>>20, err)
		}
	}
	// A small archive of a large file.
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	line := bytes.Repeat([]byte("0"), 1<<20)
	for range 100 {
		_, _ = zip.Write(line)
	}
	_ = zip.Close()
	if _, _, err := trace.Read(&packed, trace.Options{}); err == nil {
		t.Error("100 MB of zeros are read")
	}
}

func BenchmarkRead(b *testing.B) {
	begin := time.Date(2027, time.May, 29, 20, 0, 0, 0, time.UTC)
	b.SetBytes(10 << 20)
	b.ReportAllocs()
	for range b.N {
		in := &stream{left: 10 << 20, line: func(b []byte, n int) []byte {
			b = begin.Add(time.Duration(n)*time.Second).AppendFormat(b, time.RFC3339)
			return append(b, ",600\n"...)
		}}
		if _, _, err := trace.Read(in, trace.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
