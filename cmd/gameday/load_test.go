package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// arrived is a server that notes when requests arrive, as another goroutine answers.
type arrived struct {
	*httptest.Server
	mutex sync.Mutex
	times []time.Time
	last  *http.Request
	// sessions are the values of X-Session-Id.
	sessions map[string]bool
	body     string
}

func serve(t *testing.T, answer func(n int, w http.ResponseWriter)) *arrived {
	t.Helper()
	s := &arrived{sessions: map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mutex.Lock()
		s.times = append(s.times, time.Now())
		s.last, s.body = r, string(body)
		s.sessions[r.Header.Get("X-Session-Id")] = true
		n := len(s.times)
		s.mutex.Unlock()
		answer(n, w)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *arrived) since(start time.Time, within time.Duration) (n int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, at := range s.times {
		if at.Sub(start) < within {
			n++
		}
	}
	return n
}

// TestLoad sends 3 s of the final, a quarter of it, to a gateway that sheds.
func TestLoad(t *testing.T) {
	t.Parallel()
	s := serve(t, func(n int, w http.ResponseWriter) {
		switch {
		case n%10 == 0:
			w.Header().Set("X-Amzn-ErrorType", "Overloaded")
			w.WriteHeader(http.StatusServiceUnavailable)
		case n%50 == 1:
			w.Header().Set("X-Amzn-ErrorType", "ModelError")
			w.WriteHeader(http.StatusFailedDependency)
		case n%50 == 3: // the load balancer's own
			w.WriteHeader(http.StatusServiceUnavailable)
		case n%50 == 4:
			w.Header().Set("X-Gateway-Fallback", "Overloaded")
		case n%50 == 2:
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
	})
	dir := t.TempDir()
	written, traced := filepath.Join(dir, "load.json"), filepath.Join(dir, "load.csv")
	status, out, problems := call(t.Context(), "load", "--url", s.URL+"/invocations", "--body", "testdata/request.csv",
		"-H", "Content-Type: text/csv", "-H", "X-Session-Id: game-day-{session}", "--sessions", "5", "--event", "final", "--scale", "0.25",
		"--duration", "3s", "--yes", "--price-per-hour", "0.5", "--json", written, "--trace", traced)
	if status != 0 || problems != "" {
		t.Fatalf("got status %d\n%s%s", status, out, problems)
	}
	for _, want := range []string{
		"Event final of match: 150 requests in 3s, at most 50 a second,\nas POST to http",
		"The plan has 2 instances for its peak, in all about\n0.00167 hours of ml.c6i.large, which cost about 0.00.\n",
		"\n        Overloaded 18, ", "\n123 of 150 requests succeeded, 82.000 %; 18 were shed, 9 failed.\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	for _, line := range strings.Split(out, "\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("%d columns: %s", len([]rune(line)), line)
		}
	}
	if h := s.last.Header; s.last.Method != http.MethodPost || s.last.URL.Path != "/invocations" ||
		h.Get("Content-Type") != "text/csv" || len(s.sessions) != 5 || !s.sessions["game-day-4"] || s.body != "1,2,3\n" {
		t.Errorf("got %s %s %v %q", s.last.Method, s.last.URL, h, s.body)
	}

	data, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	var got outcome
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), "{\n  \"schemaVersion\": 1,\n") || got.Expected != 150 || got.Sent != 150 ||
		got.Shed != 18 || got.Failed != 9 || len(got.Minutes) != 1 {
		t.Errorf("got %s", data)
	}
	if m := got.Minutes[0]; m.Instances != 2 || m.Codes["ModelError"] != 3 || m.Codes["307"] != 3 ||
		m.Codes["Overloaded"] != 18 || m.Codes["503"] != 3 || m.P50 <= 0 || m.P99 < m.P50 {
		t.Errorf("got %+v", m)
	}
	played, _, err := trace.ReadFile(traced, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if played.Period != time.Second || played.Total() != 150 || !played.Start.Equal(got.Start.Truncate(time.Second)) {
		t.Errorf("got a trace from %v by %v of %v requests", played.Start, played.Period, played.Total())
	}
}

// Answers that take longer than the load lasts do not slow it down.
func TestSlowServerSlowsNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, func(int, http.ResponseWriter) { time.Sleep(2500 * time.Millisecond) })
	status, out, problems := call(t.Context(), "load", "--url", s.URL, "--body", "testdata/request.csv", "--scale", "0.25",
		"--duration", "2s", "--yes")
	if status != 0 || !strings.Contains(out, "\n100 of 100 requests succeeded") {
		t.Fatalf("got status %d\n%s%s", status, out, problems)
	}
	if n := s.since(s.times[0], time.Second); n < 25 || n > 75 {
		t.Errorf("%d requests arrived in the first second, want about 50", n)
	}
	if line := regexp.MustCompile(`100 +100 +0 +0 +[2-9](\.\d+)?e\+03`).FindString(out); line == "" {
		t.Errorf("want latencies of 2.5 s in\n%s", out)
	}
}

// Ctrl-C ends the load, and what was sent is told.
func TestInterruptedLoad(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(n int, _ http.ResponseWriter) {
		if n == 30 {
			cancel()
		}
	})
	began := time.Now()
	status, out, problems := call(ctx, "load", "--url", s.URL, "--body", "testdata/request.csv", "--scale", "0.25", "--yes")
	if status != cli.StatusInterrupted || problems != "interrupted\n" || !strings.Contains(out, "requests succeeded, 100.000 %") {
		t.Errorf("got status %d\n%s%s", status, out, problems)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it ended after %v", took)
	}
}

// Nobody listens: every request fails, and it is said so.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	s.Close()
	status, out, problems := call(t.Context(), "load", "--url", s.URL, "--body", "testdata/request.csv", "--scale", "0.05",
		"--duration", "1s", "--yes")
	if status != 0 || !strings.Contains(out, "        no answer 10\nThe first one without an answer: Post \"http") ||
		!strings.Contains(out, "connection refused\n") || !strings.Contains(out, "0 of 10 requests succeeded") {
		t.Errorf("got status %d\n%s%s", status, out, problems)
	}
}

// Failures are red on a terminal only, and a generator that fell behind is told.
func TestOutcome(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 5, 22, 19, 0, 0, 0, time.UTC)
	o := outcome{Expected: 1000, Minutes: []minute{
		{Start: at, Expected: 500, counts: counts{Sent: 500, Succeeded: 500}},
		{Start: at.Add(time.Minute), Expected: 500, counts: counts{Sent: 400, Succeeded: 399, Failed: 1}},
	}}
	o.total()
	var plain, terminal strings.Builder
	o.write(&plain, false)
	o.write(&terminal, true)
	if strings.Contains(plain.String(), "\x1b") || strings.Count(terminal.String(), "\x1b[31m  19:01") != 1 {
		t.Errorf("got\n%s\nand on a terminal\n%s", &plain, &terminal)
	}
	if want := "899 of 900 requests succeeded, 99.889 %; 0 were shed, 1 failed.\nThe plan expected 1000: this machine could " +
		"not send them in time"; !strings.Contains(plain.String(), want) {
		t.Errorf("want %q in\n%s", want, &plain)
	}
	o.Expected = 905
	plain.Reset()
	if o.write(&plain, false); strings.Contains(plain.String(), "could not send") {
		t.Errorf("a handful less is no such thing:\n%s", &plain)
	}
}

// Quantiles are exact to a hundredth.
func TestQuantiles(t *testing.T) {
	t.Parallel()
	var s sum
	for i := range 1000 {
		s.add(&vegeta.Result{Code: 200, Latency: time.Duration(i+1) * time.Millisecond})
	}
	if c := s.result(); c.P50 < 495 || c.P50 > 505 || c.P99 < 980 || c.P99 > 1000 {
		t.Errorf("got %v and %v ms, want 500 and 990", c.P50, c.P99)
	}
	s.add(&vegeta.Result{Code: 200, Latency: time.Hour})
	s.add(&vegeta.Result{Code: 200})
	if s.Succeeded != 1002 {
		t.Errorf("got %d, want 1002", s.Succeeded)
	}
}
