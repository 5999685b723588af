package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// source is a credential source whose credentials are valid for a time.
type source struct {
	validFor time.Duration
	fails    atomic.Bool
	hangs    atomic.Bool
	same     atomic.Bool // hand out the last ones again
	asked    atomic.Int64

	mu   sync.Mutex
	last aws.Credentials
}

func (s *source) Retrieve(context.Context) (aws.Credentials, error) {
	n := s.asked.Add(1)
	for s.hangs.Load() {
		time.Sleep(time.Second)
	}
	if s.fails.Load() {
		return aws.Credentials{}, errors.New("status 500")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.same.Load() || s.last.AccessKeyID == "" {
		s.last = aws.Credentials{
			AccessKeyID: fmt.Sprint("AKID", n), SecretAccessKey: "a", CanExpire: true, Expires: time.Now().Add(s.validFor),
		}
	}
	return s.last, nil
}

func newStore(s *source, log *logBuffer) *credentialStore {
	return &credentialStore{provider: s, now: time.Now, log: slog.New(slog.NewJSONHandler(log, nil))}
}

// Credentials are used to their end while the source fails or hangs, and no request
// waits; the log says so once a minute.
func TestCredentialsAreUsedToTheirEnd(t *testing.T) {
	for name, hangs := range map[string]bool{"fails": false, "hangs": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, log := &source{validFor: 15 * time.Minute}, &logBuffer{}
				store := newStore(s, log)
				first, err := store.get(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				s.fails.Store(!hangs)
				s.hangs.Store(hangs)
				began := time.Now()
				for time.Since(began) < 15*time.Minute {
					asked := time.Now()
					if got, err := store.get(t.Context()); got != first || time.Since(asked) > 0 {
						t.Fatalf("after %v: got %v (%v) in %v", time.Since(began), got, err, time.Since(asked))
					}
					time.Sleep(time.Second)
				}
				if got, err := store.get(t.Context()); err == nil {
					t.Errorf("after their end: got %v", got)
				}
				// 7.5 minutes are left when renewal is due.
				lines := strings.Count(log.String(), "AWS credentials cannot be renewed")
				attempts := s.asked.Load()
				if hangs && (lines != 0 || attempts != 2) || !hangs && (lines != 8 || attempts < 15 || attempts > 25) {
					t.Errorf("%d log lines, asked %d times\n%s", lines, attempts, log)
				}
				if !hangs && !strings.Contains(log.String(), `"validForSeconds":450,"failures":1`) {
					t.Errorf("the first line does not say how long they are valid: %s", log)
				}
				s.hangs.Store(false)
				s.fails.Store(false)
				time.Sleep(time.Minute)
				if got, err := store.get(t.Context()); err != nil || got == first {
					t.Errorf("after the source is back: got %v (%v)", got, err)
				}
				synctest.Wait()
			})
		})
	}
}

// Renewal happens in the background, before the end, once for all requests.
func TestCredentialsAreRenewedBeforeTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{validFor: time.Hour}
		store := newStore(s, &logBuffer{})
		first, err := store.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(50*time.Minute - time.Second)
		for range 100 {
			_, _ = store.get(t.Context())
		}
		synctest.Wait()
		if asked := s.asked.Load(); asked != 1 {
			t.Errorf("asked %d times before renewal is due", asked)
		}
		time.Sleep(time.Second)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if got, err := store.get(t.Context()); err != nil {
					t.Errorf("got %v (%v)", got, err)
				}
			})
		}
		all.Wait()
		synctest.Wait()
		if got, err := store.get(t.Context()); err != nil || got == first || s.asked.Load() != 2 {
			t.Errorf("got %v (%v), asked %d times", got, err, s.asked.Load())
		}
	})
}

// SageMaker's ExpiredToken starts one renewal an interval, also where the source hands
// out the same credentials again.
func TestRefusedCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{validFor: time.Hour}
		store := newStore(s, &logBuffer{})
		refused, err := store.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.same.Store(true)
		began := time.Now()
		for time.Since(began) < time.Minute {
			store.refuse(refused)
			if got, err := store.get(t.Context()); got != refused {
				t.Fatalf("got %v (%v)", got, err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if asked := s.asked.Load(); asked < 50 || asked > 61 {
			t.Errorf("asked %d times in a minute", asked)
		}
		s.same.Store(false)
		time.Sleep(renewalInterval)
		renewed, err := store.get(t.Context())
		if err != nil || renewed == refused {
			t.Errorf("got %v (%v)", renewed, err)
		}
		// A late answer to a request that was signed with the old ones changes nothing.
		store.refuse(refused)
		asked := s.asked.Load()
		time.Sleep(time.Minute)
		if got, _ := store.get(t.Context()); got != renewed || s.asked.Load() != asked {
			t.Errorf("got %v, asked %d times more", got, s.asked.Load()-asked)
		}
	})
}

// Without any credentials a request waits a bounded time, and those after it less.
func TestNoCredentialsYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{validFor: time.Hour}
		s.hangs.Store(true)
		store := newStore(s, &logBuffer{})
		began := time.Now()
		for range 3 {
			if got, err := store.get(t.Context()); !errors.As(err, new(*credentialsError)) {
				t.Errorf("got %v (%v)", got, err)
			}
		}
		if waited := time.Since(began); waited != credentialsTimeout {
			t.Errorf("three requests waited %v, one after another", waited)
		}
		s.hangs.Store(false)
		time.Sleep(2 * time.Second)
		if got, err := store.get(t.Context()); err != nil {
			t.Errorf("got %v (%v)", got, err)
		}
		synctest.Wait()
	})
}

// Waiting for credentials is neither shed nor a place of the limiter.
func TestWaitingForCredentialsIsNoLoad(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	release := make(chan struct{})
	cfg := testConfig()
	cfg.MaxConcurrency, cfg.MinConcurrency, cfg.QueueSize = 1, 1, 0
	f.serve(t, cfg, endpointAt(t, f.runtime.URL, func(o *sagemakerruntime.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			<-release
			return aws.Credentials{}, errors.New("status 500")
		})
	}))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
			if e := errorOf(t, response, body); e.Code != codeCredentialsMissing || response.StatusCode != http.StatusBadGateway {
				t.Errorf("got %d %v", response.StatusCode, e)
			}
		})
	}
	time.Sleep(200 * time.Millisecond)
	if state := f.gateway.limiter.State(); state.InFlight != 0 || state.Queued != 0 {
		t.Errorf("while they wait: %+v", state)
	}
	close(release)
	all.Wait()
	if shed := f.gateway.metrics.shed.Load(); shed != 0 {
		t.Errorf("%d count as shed", shed)
	}
	if got := f.gateway.metrics.outcomes[gatewayFailed].Load(); got != 20 {
		t.Errorf("%d count as the gateway's errors", got)
	}
	response, body := f.do(t, "GET", "/ready", nil, nil)
	if response.StatusCode != 503 || !strings.Contains(body, `"credentialsMissing":true,"credentialRenewalFailures":1`) {
		t.Errorf("/ready: %d %s", response.StatusCode, body)
	}
	line, err := f.gateway.metricLine(time.Now())
	if err != nil || !strings.Contains(string(line), `"CredentialRenewalFailures":1`) {
		t.Errorf("got %s (%v)", line, err)
	}
}

// A request that SageMaker refuses for its credentials gives its place back while it
// waits for new ones.
func TestRenewalHoldsNoPlace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var asked atomic.Int64
	release := make(chan struct{})
	cfg := testConfig()
	cfg.MaxAttempts, cfg.MaxConcurrency, cfg.MinConcurrency = 2, 1, 1
	f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		if strings.Contains(r.Header.Get("Authorization"), "Credential=AKID1/") {
			sagemakertest.Fail(403, "ExpiredTokenException")(w, r, call)
			return
		}
		sagemakertest.Echo(w, r, call)
	})
	f.serve(t, cfg, endpointAt(t, f.runtime.URL, func(o *sagemakerruntime.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			n := asked.Add(1)
			if n > 1 {
				<-release
			}
			return aws.Credentials{AccessKeyID: fmt.Sprint("AKID", n), SecretAccessKey: "a"}, nil
		})
	}))
	done := make(chan string)
	go func() {
		_, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
		done <- body
	}()
	for deadline := time.Now().Add(10 * time.Second); asked.Load() < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no renewal")
		}
	}
	time.Sleep(50 * time.Millisecond)
	if state := f.gateway.limiter.State(); state.InFlight != 0 {
		t.Errorf("while it waits: %+v", state)
	}
	close(release)
	if body := <-done; body != "a" {
		t.Errorf("got %s", body)
	}
}
