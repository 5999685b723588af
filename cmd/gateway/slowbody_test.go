package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// metricsUntil adds up the metrics of the server's lines until done.
func (s *server) metricsUntil(t *testing.T, done func(sum map[string]float64) bool) map[string]float64 {
	t.Helper()
	sum := map[string]float64{}
	for !done(sum) {
		var line map[string]any
		if err := json.Unmarshal([]byte(s.waitFor(t, `"CloudWatchMetrics"`)), &line); err != nil {
			t.Fatal(err)
		}
		for name, value := range line {
			if n, ok := value.(float64); ok {
				sum[name] += n
			}
		}
	}
	return sum
}

// askWith posts a body of high or normal priority and returns status and code.
func (s *server) askWith(t *testing.T, client *http.Client, priority string, body []byte) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address+"/invocations",
		bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Gateway-Priority", priority)
	response, err := client.Do(r)
	if err != nil { // as where a write to a connection that is closed after its reply fails first
		return 0, err.Error()
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode, response.Header.Get("X-Amzn-Errortype")
}

// Thousands of clients that announce 70,000 bytes and send one take no memory that
// others need. Each is told after 5 s that it is too slow.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"MAX_BODY_BYTES": "6291456", "LOG_RATE": "0"}))
	const clients = 4200
	var all sync.WaitGroup
	var sent, slow atomic.Int64
	gate := make(chan struct{}, 64) // connections that are being made
	for range clients {
		all.Go(func() {
			gate <- struct{}{}
			conn := s.dial(t)
			_, err := io.WriteString(conn, "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\nx")
			<-gate
			start := time.Now()
			sent.Add(1)
			if err != nil {
				t.Error(err)
				return
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			took := time.Since(start)
			if response.StatusCode != 408 || response.Header.Get("X-Amzn-Errortype") != "BodyTooSlow" || !response.Close ||
				took < 4*time.Second {
				t.Errorf("got %d %v after %s", response.StatusCode, response.Header, took)
				return
			}
			slow.Add(1)
		})
	}
	client := newClient()
	defer client.CloseIdleConnections()
	served := 0
	for begin := time.Now(); sent.Load() < clients || time.Since(begin) < 4*time.Second; served++ {
		status, code := s.askWith(t, client, "", bytes.Repeat([]byte("y"), 70_000))
		if status != 200 {
			t.Fatalf("while %d clients are slow: %d %s", sent.Load(), status, code)
		}
	}
	all.Wait()
	t.Logf("%d served meanwhile, peak of %.0f MB", served, s.peak(t))
	sum := s.metricsUntil(t, func(sum map[string]float64) bool { return sum["SlowBodies"] >= clients })
	if sum["SlowBodies"] != clients || sum["ShedRequests"] != 0 || sum["ClientErrors"] != 0 {
		t.Errorf("metrics %v", sum)
	}
}

// Clients that send most of their bodies and stop fill the memory for normal priority,
// for seconds: requests of high priority are served meanwhile, all afterwards.
func TestStalledBodies(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{
		"MAX_BODY_BYTES": "6291456", "MAX_HELD_BYTES": "67108864", "LOG_RATE": "0", "PRIORITY_SOURCES": "127.0.0.0/8"}))
	const size = 6 << 20
	var all sync.WaitGroup
	codes, over := make(chan string, 10_000), make(chan struct{})
	stop := sync.OnceFunc(func() {
		close(over)
		all.Wait()
	})
	defer stop()
	stall := func() string {
		conn := s.dial(t)
		defer func() { _ = conn.Close() }()
		fmt.Fprintf(conn, "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", size)
		// A refused one is not read to its end.
		_, _ = conn.Write(make([]byte, size-1))
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return err.Error()
		}
		_ = response.Body.Close()
		return response.Header.Get("X-Amzn-Errortype")
	}
	// On a busy machine the first are given up before the last arrive: each comes again.
	for range 20 {
		all.Go(func() {
			for {
				codes <- stall()
				select {
				case <-over:
					return
				case <-time.After(100 * time.Millisecond):
				}
			}
		})
	}
	client := newClient()
	defer client.CloseIdleConnections()
	body := bytes.Repeat([]byte("y"), size)
	full, start := false, time.Now()
	for !full {
		status, code := s.askWith(t, client, "", body)
		full = status == 503 && code == "GatewayMemoryFull"
		if !full && (status != 200 && status != 0 || time.Since(start) > time.Minute) {
			t.Fatalf("the memory is not full: %d %s", status, code)
		}
	}
	for range 5 {
		if status, code := s.askWith(t, client, "high", body); status != 200 {
			t.Fatalf("of high priority: %d %s", status, code)
		}
	}
	stop()
	if status, code := s.askWith(t, client, "", body); status != 200 {
		t.Errorf("afterwards: %d %s", status, code)
	}
	close(codes)
	got := map[string]int{}
	for code := range codes {
		got[code]++
	}
	t.Logf("%v", got)
	if got["BodyTooSlow"] < 5 {
		t.Errorf("got %v", got)
	}
	sum := s.metricsUntil(t, func(sum map[string]float64) bool { return sum["SlowBodies"] > 0 })
	if sum["BodyMemoryFull"] == 0 || sum["ShedRequests"] != 0 {
		t.Errorf("metrics %v", sum)
	}
}

// A slow client that keeps to the rate is served, over HTTP/1.1 and HTTP/2.
func TestSteadyBodies(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"MAX_BODY_BYTES": "100000"}))
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		var protocols http.Protocols
		protocols.SetHTTP1(!http2)
		protocols.SetUnencryptedHTTP2(http2)
		client := &http.Client{Transport: &http.Transport{Protocols: &protocols}, Timeout: 30 * time.Second}
		for rate, want := range map[int]string{2000: "200 ", 500: "408 BodyTooSlow"} {
			t.Run(fmt.Sprintf("%s, %d bytes a second", name, rate), func(t *testing.T) {
				t.Parallel()
				defer client.CloseIdleConnections()
				post := func() (*http.Response, error) {
					reader, writer := io.Pipe()
					go func() {
						defer writer.Close()
						for range 14 { // 7 s
							if _, err := io.WriteString(writer, strings.Repeat("x", rate/2)); err != nil {
								return
							}
							time.Sleep(500 * time.Millisecond)
						}
					}()
					defer reader.Close()
					return client.Post("http://"+s.address+"/invocations", "text/plain", reader)
				}
				response, err := post()
				// net/http gives up a reply where its own write to the closed connection fails first.
				for try := 0; err != nil && want != "200 " && try < 4; try++ {
					response, err = post()
				}
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				got := fmt.Sprintf("%d %s", response.StatusCode, response.Header.Get("X-Amzn-Errortype"))
				if got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
	}
}

// 80 clients with 6 MB each at a time stay within what docs/gateway.md allows: bodies of
// MAX_HELD_BYTES, 64 MB, and 64 KB a connection and a request. The others are told so.
func TestMemoryOfBodies(t *testing.T) {
	t.Parallel()
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		time.Sleep(300 * time.Millisecond)
		_, _ = io.WriteString(w, "done")
	})
	s := startServer(t, environment(runtime, map[string]string{
		"MAX_BODY_BYTES": "6291456", "LOG_RATE": "0", "MIN_CONCURRENCY": "100"}))
	const clients, heldMB = 80, 256
	client := newClient()
	defer client.CloseIdleConnections()
	body := bytes.Repeat([]byte("x"), 6<<20)
	var all sync.WaitGroup
	var served, refused atomic.Int64
	until := time.Now().Add(8 * time.Second)
	for range clients {
		all.Go(func() {
			for time.Now().Before(until) {
				response, err := client.Post("http://"+s.address+"/invocations", "text/plain", bytes.NewReader(body))
				if err != nil {
					continue // refused before the body was sent
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
				switch code := response.Header.Get("X-Amzn-Errortype"); {
				case response.StatusCode == 200:
					served.Add(1)
				case response.StatusCode == 503 && code == "GatewayMemoryFull":
					refused.Add(1)
				default:
					t.Errorf("got %d %s", response.StatusCode, code)
				}
			}
		})
	}
	all.Wait()
	const bound = heldMB + 64 + (2*clients+256)*64.0/1024 // the limit rises in steps of 256
	peak := s.peak(t)
	t.Logf("%d served, %d refused, peak of %.0f MB", served.Load(), refused.Load(), peak)
	if peak > bound || served.Load() == 0 {
		t.Errorf("peak of %.0f MB, want at most %.0f", peak, bound)
	}
}
