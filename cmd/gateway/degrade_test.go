package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// asker is one client of a test: it sends requests one after another, each with its
// header, as a task of several workers at a time.
type asker struct {
	header  http.Header
	workers int
	asked   atomic.Int64
	served  atomic.Int64
}

// claims is the header of a client whose token has them. Nothing verifies it here, as the
// load balancer would.
func claims(payload string) http.Header {
	encode := base64.RawURLEncoding.EncodeToString
	return http.Header{"Authorization": {"Bearer " + encode([]byte("{}")) + "." + encode([]byte(payload)) + ".c2ln"}}
}

// crowd lets all askers send requests until each of first has had rounds answers of
// whatever kind.
func crowd(t *testing.T, s *server, first []*asker, others []*asker, rounds int64) {
	t.Helper()
	client := newClient()
	defer client.CloseIdleConnections()
	var done atomic.Bool
	var all, patient sync.WaitGroup
	send := func(a *asker) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address+"/invocations",
			strings.NewReader("a"))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header = a.header.Clone()
		a.asked.Add(1)
		response, err := client.Do(r)
		if err != nil {
			t.Error(err)
			return
		}
		_ = response.Body.Close()
		switch response.StatusCode {
		case http.StatusOK:
			a.served.Add(1)
		case http.StatusServiceUnavailable: // shed; a busy client asks again soon
			time.Sleep(5 * time.Millisecond)
		default:
			t.Errorf("got %d", response.StatusCode)
		}
	}
	for _, a := range first {
		for range a.workers {
			patient.Go(func() {
				for range rounds {
					send(a)
				}
			})
		}
	}
	for _, a := range others {
		for range a.workers {
			all.Go(func() {
				for !done.Load() && !t.Failed() {
					send(a)
				}
			})
		}
	}
	patient.Wait()
	done.Store(true)
	all.Wait()
}

// busy is an endpoint with few places that takes its time.
func busy(t *testing.T) *sagemakertest.Runtime {
	t.Helper()
	runtime := startRuntime(t)
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		time.Sleep(5 * time.Millisecond)
		sagemakertest.Echo(w, r, call)
	})
	return runtime
}

// At ten times what the endpoint has places for, critical requests all are served, and low
// ones are shed.
func TestCriticalIsServedUnderOverload(t *testing.T) {
	t.Parallel()
	s := startServer(t, environment(busy(t), map[string]string{
		"MIN_CONCURRENCY": "8", "MAX_CONCURRENCY": "8", "QUEUE_SIZE": "16", "QUEUE_TIMEOUT": "20s", "LOG_RATE": "0",
		"CLAIMS_FROM": "jwt", "PRIORITY_CLAIM": "tier", "PRIORITY_CLAIM_CRITICAL": "gold", "PRIORITY_CLAIM_LOW": "free",
	}))
	gold := &asker{header: claims(`{"tier":"gold"}`), workers: 4}
	free := &asker{header: claims(`{"tier":"free"}`), workers: 76}
	crowd(t, s, []*asker{gold}, []*asker{free}, 50)
	if gold.served.Load() != gold.asked.Load() {
		t.Errorf("of %d critical requests %d are served", gold.asked.Load(), gold.served.Load())
	}
	if free.asked.Load() == free.served.Load() || free.served.Load() == 0 {
		t.Errorf("of %d low requests %d are served", free.asked.Load(), free.served.Load())
	}
}

// One client with ten times the load of twenty others, at an endpoint that has places for
// the twenty and two more: they get nine tenths of what they ask at least.
func TestBusyClientTakesItsTurn(t *testing.T) {
	t.Parallel()
	s := startServer(t, environment(busy(t), map[string]string{
		"MIN_CONCURRENCY": "8", "MAX_CONCURRENCY": "8", "QUEUE_SIZE": "24", "QUEUE_TIMEOUT": "20s", "LOG_RATE": "0",
		"FAIR_BY": "header:X-Session-Id",
	}))
	session := func(id string, workers int) *asker {
		return &asker{header: http.Header{"X-Session-Id": {id}}, workers: workers}
	}
	one := session("busy", 200)
	var twenty []*asker
	for n := range 20 {
		twenty = append(twenty, session(fmt.Sprint(n), 1))
	}
	crowd(t, s, twenty, []*asker{one}, 20)
	asked, served := int64(0), int64(0)
	for _, a := range twenty {
		asked += a.asked.Load()
		served += a.served.Load()
	}
	if served*10 < asked*9 {
		t.Errorf("of %d requests of the twenty %d are served", asked, served)
	}
	if one.served.Load() == 0 || one.served.Load() == one.asked.Load() {
		t.Errorf("of %d requests of the busy one %d are served", one.asked.Load(), one.served.Load())
	}
}

// A single busy client of an idle gateway is not limited.
func TestBusyClientAlone(t *testing.T) {
	t.Parallel()
	s := startServer(t, environment(busy(t), map[string]string{
		"MIN_CONCURRENCY": "64", "LOG_RATE": "0", "FAIR_BY": "address",
	}))
	one := &asker{header: http.Header{}, workers: 48}
	crowd(t, s, []*asker{one}, nil, 10)
	if one.served.Load() != 480 {
		t.Errorf("of %d requests %d are served", one.asked.Load(), one.served.Load())
	}
}

// Where the endpoint is slow, each kind of answer in its place arrives, marked and logged.
func TestDegraded(t *testing.T) {
	t.Parallel()
	for kind, test := range map[string]struct {
		variable, value string
		mark            string
		status          int
		body            string
	}{
		"fallback":     {"FALLBACK_BODY", "none", "fallback", 200, "none"},
		"last known":   {"LAST_KNOWN_AGE", "1h", "last-known; age=", 200, "odds"},
		"a variant":    {"SHED_VARIANT", "cheap", "variant; name=cheap", 200, "odds"},
		"asynchronous": {"SHED_ASYNC_ENDPOINT", "later", "asynchronous", 202, `{"outputLocation":"s3://answers/1"}`},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			runtime := startRuntime(t)
			next, arrived := make(chan struct{}), make(chan struct{}, 1)
			runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
				switch {
				case strings.HasSuffix(call.Path, "/async-invocations"):
					w.Header().Set("X-Amzn-SageMaker-OutputLocation", "s3://answers/1")
					w.WriteHeader(http.StatusAccepted)
				case string(call.Body) == "hold":
					arrived <- struct{}{}
					sagemakertest.Pieces("text/plain", next, "held")(w, r, call)
				default:
					sagemakertest.Echo(w, r, call)
				}
			})
			s := startServer(t, environment(runtime, map[string]string{
				"MIN_CONCURRENCY": "1", "MAX_CONCURRENCY": "1", "QUEUE_SIZE": "0", test.variable: test.value}))
			client := newClient()
			defer client.CloseIdleConnections()
			url := "http://" + s.address + "/invocations"
			if got := post(client, url, "odds"); got.status != 200 {
				t.Fatalf("the first: %+v", got)
			}
			s.waitFor(t, `"status":200`) // it has left its place
			held := make(chan ended, 1)
			go func() { held <- post(client, url, "hold") }()
			<-arrived
			response, err := client.Post(url, "text/plain", strings.NewReader("odds"))
			if err != nil {
				t.Fatal(err)
			}
			body := make([]byte, 100)
			n, _ := response.Body.Read(body)
			_ = response.Body.Close()
			if mark := response.Header.Get("X-Gateway-Degraded"); response.StatusCode != test.status ||
				string(body[:n]) != test.body || !strings.HasPrefix(mark, test.mark) {
				t.Errorf("got %d %q, marked %q", response.StatusCode, body[:n], mark)
			}
			if line := s.waitFor(t, `"degraded":"`); !strings.Contains(line, `"shed":true`) {
				t.Error(line)
			}
			close(next)
			if got := <-held; got.status != 200 || got.body != "held" {
				t.Errorf("the one that had the place: %+v", got)
			}
		})
	}
}
