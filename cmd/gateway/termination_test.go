package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// SIGTERM under load: whatever the endpoint answered has reached its client, and
// the program ends well.
func TestTerminationUnderLoad(t *testing.T) {
	t.Parallel()
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	var answered sync.Map
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		time.Sleep(5 * time.Millisecond)
		answered.Store(string(call.Body), true)
		sagemakertest.Echo(w, r, call)
	})
	s := startServer(t, environment(runtime, map[string]string{"LOG_RATE": "0"}))
	client := newClient()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	var served atomic.Int64
	for c := range 16 {
		all.Go(func() {
			for i := range 10_000 {
				body := fmt.Sprintf("%d/%d", c, i)
				got := post(client, "http://"+s.address+"/invocations", body)
				if got.status == 200 && got.body == body {
					served.Add(1)
					continue
				}
				if _, ok := answered.Load(body); ok || got.err == nil {
					t.Errorf("%s was answered, and its client got %+v", body, got)
				}
				return // the server is gone
			}
		})
	}
	for served.Load() < 200 {
		time.Sleep(time.Millisecond)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.waitFor(t, `"ArrivedRequests":`) // the last period is published too
	all.Wait()
	for range s.log { // to the end of its output
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// SIGTERM at 400 requests a second over kept connections: each request is served, until
// the load balancer has seen that the task is unhealthy and sends no more.
func TestNoRequestIsLostAtTheEnd(t *testing.T) {
	t.Parallel()
	s := startServer(t, environment(startRuntime(t), map[string]string{"LOG_RATE": "0", "DRAIN_TIMEOUT": "8s"}))
	client := newClient()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	var served atomic.Int64
	var seen atomic.Bool
	for range 16 {
		all.Go(func() {
			for !seen.Load() {
				if got := post(client, "http://"+s.address+"/invocations", "a"); got != (ended{status: 200, body: "a"}) {
					t.Errorf("got %+v: %v", got, got.err)
				}
				served.Add(1)
				time.Sleep(40 * time.Millisecond)
			}
		})
	}
	for served.Load() < 200 {
		time.Sleep(time.Millisecond)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for unhealthy := 0; unhealthy < 20; {
		response, err := client.Get("http://" + s.address + "/ping")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusServiceUnavailable && response.Close {
			unhealthy++
		}
		time.Sleep(20 * time.Millisecond)
	}
	seen.Store(true)
	all.Wait()
	for range s.log { // to the end of its output
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// A drain that takes too long is cut, and says so by the exit status.
func TestDrainEnds(t *testing.T) {
	t.Parallel()
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	arrived := make(chan struct{})
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		close(arrived)
		sagemakertest.Hang(w, r, call)
	})
	s := startServer(t, environment(runtime, map[string]string{"DRAIN_TIMEOUT": "200ms"}))
	got := make(chan ended, 1)
	go func() { got <- post(newClient(), "http://"+s.address+"/invocations", "a") }()
	<-arrived
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.waitFor(t, "requests were still under way after 200ms")
	if end := <-got; end.err == nil {
		t.Errorf("got %+v", end)
	}
	for range s.log { // to the end of its output
	}
	if err := s.cmd.Wait(); err == nil {
		t.Error("it ended well")
	}
}
