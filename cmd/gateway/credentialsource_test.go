package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sourceRun is a credential source that fails from its second call on. The load of
// requests begins quiet after the first request and ends within the validity of the first
// credentials. Renewal is due when half of the validity is over.
type sourceRun struct {
	validFor, quiet, load time.Duration
	rate                  int // requests a second
	// warnings are the fewest and the most log lines about it.
	warnings map[string][2]int
}

// While credentials are valid a credential source that fails or hangs is not felt: every
// request is served, nothing counts as shed, and the log says what is wrong.
func TestCredentialSourceFails(t *testing.T) {
	t.Parallel()
	// A call that hangs ends after 5 s, and another follows. The SDK gives up on such a
	// source after the third, when the credentials have ended.
	sourceRun{validFor: 18 * time.Second, quiet: 8 * time.Second, load: 9 * time.Second, rate: 200,
		warnings: map[string][2]int{"answers 500": {1, 1}, "hangs": {0, 1}}}.test(t)
}

func (run sourceRun) test(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"answers 500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"hangs":       func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) > 1 {
					handler(w, r)
					return
				}
				fmt.Fprintf(w, `{"AccessKeyId":"AKID","SecretAccessKey":"a-secret-key","Token":"a-token","Expiration":%q}`,
					time.Now().Add(run.validFor).UTC().Format(time.RFC3339Nano))
			}))
			t.Cleanup(provider.Close)
			env := environment(startRuntime(t), map[string]string{
				// A machine that pauses makes requests wait and would shed them: that is no matter here.
				"MIN_CONCURRENCY": "2000", "QUEUE_TIMEOUT": "30s",
				"LOG_RATE": "0", "AWS_CONTAINER_CREDENTIALS_FULL_URI": provider.URL})
			for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
				delete(env, name)
			}
			s := startServerFor(t, env, run.validFor+time.Minute)
			if got := post(http.DefaultClient, "http://"+s.address+"/invocations", "a"); got.status != 200 {
				t.Fatalf("with valid credentials: %+v", got)
			}
			time.Sleep(run.quiet)
			sent, served, slowest := run.send(t, s)
			if served != sent {
				t.Errorf("%d of %d requests were served", served, sent)
			}
			log := s.end(t)
			sum := map[string]float64{}
			var warnings []string
			for _, line := range log {
				var entry map[string]any
				if err := json.Unmarshal([]byte(line), &entry); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				for name, value := range entry {
					if n, ok := value.(float64); ok {
						sum[name] += n
					}
				}
				if entry["msg"] == "AWS credentials cannot be renewed" {
					warnings = append(warnings, line)
					if entry["error"] == "" || entry["validForSeconds"].(float64) < 1 {
						t.Errorf("the log does not say why, or how long it lasts: %s", line)
					}
				}
			}
			t.Logf("%d requests served of %d, the slowest in %v, source asked %d times, metrics %v, log %s",
				served, sent, slowest, asked.Load(), sum, strings.Join(warnings, "\n"))
			if n := len(warnings); n < run.warnings[name][0] || n > run.warnings[name][1] {
				t.Errorf("%d warnings in the log", n)
			}
			if total := float64(sent + 1); sum["ArrivedRequests"] != total || sum["SucceededRequests"] != total ||
				sum["ShedRequests"] != 0 || sum["GatewayErrors"] != 0 {
				t.Errorf("metrics %v", sum)
			}
			// At most one attempt of the SDK, of three calls, in each second at first, then in 30 s.
			if n := asked.Load(); n < 3 || n > 30+int64(run.load/(10*time.Second)) {
				t.Errorf("the source was asked %d times", n)
			}
		})
	}
}

// send sends run.rate requests a second for run.load, whether earlier ones are answered
// or not.
func (run sourceRun) send(t *testing.T, s *server) (sent, served int64, slowest time.Duration) {
	client := newClient()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	var ok, longest atomic.Int64
	began := time.Now()
	for ; ; sent++ {
		due := began.Add(time.Duration(sent) * time.Second / time.Duration(run.rate))
		if due.Sub(began) >= run.load {
			break
		}
		time.Sleep(time.Until(due))
		all.Go(func() {
			start := time.Now()
			if got := post(client, "http://"+s.address+"/invocations", "a"); got == (ended{status: 200, body: "a"}) {
				ok.Add(1)
			} else {
				t.Errorf("after %v: %+v", time.Since(began), got)
			}
			took := int64(time.Since(start))
			for old := longest.Load(); took > old && !longest.CompareAndSwap(old, took); old = longest.Load() {
			}
		})
	}
	all.Wait()
	return sent, ok.Load(), time.Duration(longest.Load())
}
