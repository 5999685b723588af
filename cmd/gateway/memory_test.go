package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// peak is the most memory that the server has had, in megabytes.
func (s *server) peak(t *testing.T) float64 {
	t.Helper()
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("there is no /proc: only Linux says what a process has had")
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no peak in %s", status)
	}
	kilobytes, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return float64(kilobytes) / 1024
}

// Streams of 25 MB, 40 at a time, take no more memory than small ones.
func TestMemoryOfStreams(t *testing.T) {
	t.Parallel()
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	const size = 25 << 20
	piece := make([]byte, 64<<10)
	runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		for range size / len(piece) {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	s := startServer(t, environment(runtime, map[string]string{"MIN_CONCURRENCY": "100", "LOG_RATE": "0"}))
	client := newClient()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			response, err := client.Post("http://"+s.address+"/invocations", "text/plain", strings.NewReader("a"))
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			if n, err := io.Copy(io.Discard, response.Body); err != nil || n != size {
				t.Errorf("%d bytes, %v", n, err)
			}
		})
	}
	all.Wait()
	if got := s.peak(t); got > 60 {
		t.Errorf("%.0f MB for 1 GB in 40 streams", got)
	} else {
		t.Logf("%.0f MB", got)
	}
}

// 2,000 requests at a time, all connections new, fit into 140 MB, and 160 MB while all are answered.
func TestMemoryOfManyRequests(t *testing.T) {
	t.Parallel()
	const requests = 2000
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	var arrived atomic.Int64
	released, full := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(released) })
	t.Cleanup(release) // the runtime's end waits for its answers
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		if arrived.Add(1) == requests {
			close(full)
		}
		select {
		case <-released:
		case <-r.Context().Done():
		}
		sagemakertest.Echo(w, r, call)
	})
	s := startServer(t, environment(runtime, map[string]string{"MIN_CONCURRENCY": "2000", "LOG_RATE": "0"}))
	client := newClient()
	defer client.CloseIdleConnections()
	body := strings.Repeat("x", 1024)
	var all sync.WaitGroup
	var failed atomic.Int64
	for range requests {
		all.Go(func() {
			if got := post(client, "http://"+s.address+"/invocations", body); got.status != 200 || got.body != body {
				failed.Add(1)
				t.Errorf("got %+v", got)
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		all.Wait()
	}()
	select {
	case <-full:
	case <-ended:
		t.Fatalf("%d arrived", arrived.Load())
	}
	inFlight := s.peak(t)
	release()
	<-ended
	// To answer all of them at once takes some more, before it is collected.
	if peak := s.peak(t); inFlight > 140 || peak > 160 {
		t.Errorf("%.0f MB for %d requests at a time, %.0f MB at the end", inFlight, requests, peak)
	} else {
		t.Logf("%.0f MB, %.0f MB at the end", inFlight, peak)
	}
}
