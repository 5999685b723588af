package main

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// ended is how a client's request ended.
type ended struct {
	status int // 0: the connection was closed, err says how
	code   string
	body   string
	err    error
}

// post sends body and reads the answer to its end.
func post(client *http.Client, url, body string) ended {
	response, err := client.Post(url, "text/plain", strings.NewReader(body))
	if err != nil {
		return ended{err: err}
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return ended{err: err}
	}
	return ended{response.StatusCode, response.Header.Get("X-Amzn-Errortype"), string(got), nil}
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: 20 * time.Second}
}

// hit chooses one in share bodies, always the same ones.
func hit(body string, share uint32) bool {
	h := fnv.New32a()
	_, _ = io.WriteString(h, body)
	return h.Sum32()%share == 0
}

// Of 300 requests of 16 clients every twentieth meets a fault. Only those fail,
// unless the fault may be retried; none is sent twice without that; every client
// gets one answer, its own.
func TestFaults(t *testing.T) {
	t.Parallel()
	dribble := func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		next := make(chan struct{})
		go func() {
			defer close(next)
			for range len(call.Body) {
				time.Sleep(5 * time.Millisecond)
				select {
				case next <- struct{}{}:
				case <-r.Context().Done():
					return
				}
			}
		}()
		sagemakertest.Pieces("text/plain", next, strings.Split(string(call.Body), "")...)(w, r, call)
	}
	tests := map[string]struct {
		answer sagemakertest.Answer
		calls  int   // for a request that is hit
		want   ended // 200 for its own body
	}{
		"503":          {sagemakertest.Fail(503, "ServiceUnavailable"), 2, ended{status: 200}},
		"429":          {sagemakertest.Fail(429, "ModelNotReadyException"), 2, ended{status: 200}},
		"424 of a 503": {sagemakertest.ModelError(503), 2, ended{status: 200}},
		"500":          {sagemakertest.Fail(500, "InternalFailure"), 2, ended{status: 200}},
		"530":          {sagemakertest.Fail(530, "InternalDependencyException"), 2, ended{status: 200}},
		"424":          {sagemakertest.ModelError(500), 1, ended{status: 424, code: "ModelError"}},
		"400": {
			sagemakertest.Fail(400, "ValidationError"),
			1,
			ended{status: 400, code: "ValidationError"},
		},
		"hangs":                    {sagemakertest.Hang, 1, ended{status: 504, code: "EndpointTimeout"}},
		"closes without an answer": {sagemakertest.Raw("", false), 1, ended{status: 502, code: "EndpointUnreachable"}},
		"resets in the middle": {
			sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", true),
			1,
			ended{},
		},
		"closes idle connections": {sagemakertest.Closing(sagemakertest.Echo), 1, ended{status: 200}},
		"dribbles":                {dribble, 1, ended{status: 200}},
		"is no HTTP": {
			sagemakertest.Raw("SSH-2.0-OpenSSH\r\n", false),
			1,
			ended{status: 502, code: "EndpointUnreachable"},
		},
		"splits its header": {
			sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", false),
			1,
			ended{status: 502, code: "EndpointUnreachable"},
		},
		"announces too little": {
			sagemakertest.Raw(
				"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged",
				false,
			),
			1,
			ended{status: 200, body: "H"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runtime := sagemakertest.Start()
			t.Cleanup(runtime.Close)
			var mu sync.Mutex
			calls := map[string]int{}
			runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
				mu.Lock()
				calls[string(call.Body)]++
				first := calls[string(call.Body)] == 1
				mu.Unlock()
				if first && hit(string(call.Body), 20) {
					test.answer(w, r, call)
					return
				}
				sagemakertest.Echo(w, r, call)
			})
			s := startServer(t, environment(runtime, map[string]string{"REQUEST_TIMEOUT": "500ms", "LOG_RATE": "0"}))
			client := newClient()
			defer client.CloseIdleConnections()
			bodies := make(chan string)
			var all sync.WaitGroup
			var hits atomic.Int64
			for range 16 {
				all.Go(func() {
					for body := range bodies {
						want, wantCalls := ended{status: 200, body: body}, 1
						if hit(body, 20) {
							hits.Add(1)
							want, wantCalls = test.want, test.calls
							if want.status == 200 && want.body == "" {
								want.body = body
							}
						}
						got := post(client, "http://"+s.address+"/invocations", body)
						same := got.status == want.status && got.code == want.code && (want.status != 200 || got.body == want.body)
						mu.Lock()
						n := calls[body]
						mu.Unlock()
						if !same || n != wantCalls || (got.err == nil) != (want.status != 0) {
							t.Errorf("%s: got %+v after %d calls, want %+v after %d", body, got, n, want, wantCalls)
						}
					}
				})
			}
			for i := range 300 {
				bodies <- fmt.Sprintf("request %d", i)
			}
			close(bodies)
			all.Wait()
			if hits.Load() == 0 {
				t.Error("no request was hit")
			}
		})
	}
}

// More than the endpoint serves: each request gets its own answer or is told at
// once to come later; afterwards every request is served.
func TestOverload(t *testing.T) {
	t.Parallel()
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	workers, room := make(chan struct{}, 4), make(chan struct{}, 8)
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		select {
		case room <- struct{}{}:
			defer func() { <-room }()
		default:
			sagemakertest.Fail(503, "ServiceUnavailable")(w, r, call)
			return
		}
		workers <- struct{}{}
		time.Sleep(20 * time.Millisecond)
		<-workers
		sagemakertest.Echo(w, r, call)
	})
	s := startServer(
		t,
		environment(runtime, map[string]string{"LOG_RATE": "0", "QUEUE_SIZE": "8", "QUEUE_TIMEOUT": "100ms"}),
	)
	client := newClient()
	defer client.CloseIdleConnections()
	var served, shed, refused atomic.Int64
	var all sync.WaitGroup
	until := time.Now().Add(2 * time.Second)
	for c := range 80 {
		all.Go(func() {
			for i := 0; time.Now().Before(until); i++ {
				body := fmt.Sprintf("%d/%d", c, i)
				switch got := post(client, "http://"+s.address+"/invocations", body); {
				case got.status == 200 && got.body == body:
					served.Add(1)
				case got.status == 503 && got.code == "Overloaded":
					shed.Add(1)
					time.Sleep(50 * time.Millisecond)
				case got.status == 503 && got.code == "ServiceUnavailable":
					refused.Add(1)
					time.Sleep(50 * time.Millisecond)
				default:
					t.Errorf("%s: %+v", body, got)
					return
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d served, %d shed by the gateway, %d refused by the endpoint", served.Load(), shed.Load(), refused.Load())
	if served.Load() == 0 || shed.Load() == 0 {
		t.Error("it was no overload")
	}
	for i := range 20 {
		if got := post(client, "http://"+s.address+"/invocations", "afterwards"); got.status != 200 {
			t.Fatalf("request %d after the overload: %+v", i, got)
		}
	}
}

// Clients that vanish, requests that are cut off and answers that hang leave no
// connection and no goroutine behind.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("there is no /proc: only Linux lists the descriptors of a process")
	}
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	var streaming atomic.Int64
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		if string(call.Body) != "stream" {
			sagemakertest.Hang(w, r, call)
			return
		}
		streaming.Add(1)
		defer streaming.Add(-1)
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	s := startServer(
		t,
		environment(runtime, map[string]string{"REQUEST_TIMEOUT": "3s", "MIN_CONCURRENCY": "100", "LOG_RATE": "0"}),
	)
	open := func() int {
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	before := open()
	var conns []net.Conn
	for i := range 60 {
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
		text := []string{"stream", "hang", "a body that is cut off"}[i%3]
		length := len(text)
		if i%3 == 2 {
			length++
		}
		fmt.Fprintf(conn, "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", length, text)
	}
	eventually := func(what string, is func() bool) {
		t.Helper()
		for deadline := time.Now().Add(15 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal(what)
			}
		}
	}
	eventually("the streams do not begin", func() bool { return streaming.Load() == 20 })
	for _, conn := range conns {
		_ = conn.Close()
	}
	eventually("calls to SageMaker go on", func() bool { return streaming.Load() == 0 })
	eventually(fmt.Sprintf("%d files are open, at first %d", open(), before), func() bool {
		runtime.CloseIdle()
		return open() <= before+2 // the poller's
	})
	time.Sleep(200 * time.Millisecond)                            // their goroutines end after the connections
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // has Go print all goroutines
		t.Fatal(err)
	}
	goroutines := 0
	var dump bytes.Buffer
	for line := range s.log {
		dump.WriteString(line + "\n")
		if strings.HasPrefix(line, "goroutine ") {
			goroutines++
		}
	}
	t.Logf("%d goroutines", goroutines)
	// A leak of one kind of client would leave 20 more, or 40.
	if goroutines == 0 || goroutines >= 20 {
		t.Errorf("%d goroutines: %s", goroutines, dump.String())
	}
}
