package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	// renewBefore is how long before their end credentials are renewed, or half of the
	// time that they were valid for when they came, where that is less.
	renewBefore = 10 * time.Minute
	// renewalInterval is the shortest time from a renewal to the next one. It doubles
	// with each failure up to longestRenewalInterval.
	renewalInterval        = time.Second
	longestRenewalInterval = 30 * time.Second
	// providerTimeout limits each HTTP call of the AWS SDK to a credential source.
	providerTimeout = 5 * time.Second
	// credentialsTimeout is how long a request waits for credentials where there are none.
	credentialsTimeout = 5 * time.Second
	// renewalLogInterval is the shortest time between two log lines about failed renewals.
	renewalLogInterval = time.Minute
)

// credentialStore holds the credentials that requests are signed with. It uses them to
// their end and renews them before it in the background, one attempt at a time. It is
// safe for concurrent use.
type credentialStore struct {
	provider aws.CredentialsProvider
	now      func() time.Time

	current  atomic.Pointer[aws.Credentials]
	due      atomic.Int64 // when renewal is due, in nanoseconds since 1970
	refused  atomic.Bool  // SageMaker calls current expired
	failures atomic.Int64 // renewals that failed since the last one that succeeded
	failed   atomic.Int64 // renewals that failed since the metric was published

	mu       sync.Mutex
	log      *slog.Logger  // nil for none
	renewing chan struct{} // closed when the renewal ends, nil between renewals
	started  time.Time     // when it began
	next     time.Time     // no renewal starts before
	logged   time.Time
	err      error // of the last renewal
}

// get returns credentials that are valid. Where there are none, or SageMaker has refused
// them, it waits for the renewal, until credentialsTimeout after its start. The error is
// a *credentialsError.
func (s *credentialStore) get(ctx context.Context) (*aws.Credentials, error) {
	now := s.now()
	credentials := s.valid(now)
	if credentials != nil && !s.refused.Load() {
		if now.UnixNano() >= s.due.Load() {
			s.renew(now)
		}
		return credentials, nil
	}
	if renewed, started := s.renew(now); renewed != nil {
		wait := time.NewTimer(credentialsTimeout - now.Sub(started))
		defer wait.Stop()
		select {
		case <-renewed:
		case <-wait.C:
		case <-ctx.Done():
		}
	}
	// Refused credentials are better than none: SageMaker says what is wrong with them.
	if credentials = s.valid(s.now()); credentials != nil {
		return credentials, nil
	}
	return nil, s.missing()
}

// valid returns the current credentials, nil after their end.
func (s *credentialStore) valid(now time.Time) *aws.Credentials {
	credentials := s.current.Load()
	if credentials == nil || credentials.CanExpire && !now.Before(credentials.Expires) {
		return nil
	}
	return credentials
}

func (s *credentialStore) missing() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return &credentialsError{s.err}
	}
	return &credentialsError{fmt.Errorf("the provider has not answered within %v", credentialsTimeout)}
}

// refuse says that SageMaker calls these credentials expired.
func (s *credentialStore) refuse(used *aws.Credentials) {
	if used == s.current.Load() {
		s.refused.Store(true)
	}
}

// getOther returns other credentials than those that SageMaker has refused, where the
// provider has some. It waits as get does, and before that until a renewal may start.
func (s *credentialStore) getOther(ctx context.Context) (*aws.Credentials, error) {
	s.mu.Lock()
	early := s.next.Sub(s.now())
	s.mu.Unlock()
	if s.refused.Load() && s.failures.Load() == 0 && early > 0 {
		wait := time.NewTimer(early)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
	}
	return s.get(ctx)
}

// renew starts a renewal. It returns what is closed at the end of the one that runs, and
// when that began; nil where none runs and it is too early for another.
func (s *credentialStore) renew(now time.Time) (renewed <-chan struct{}, started time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.renewing == nil && !now.Before(s.next) {
		s.renewing, s.started = make(chan struct{}), now
		go s.retrieve()
	}
	return s.renewing, s.started
}

// retrieve asks the provider once.
func (s *credentialStore) retrieve() {
	credentials, err := s.ask()
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	if err == nil {
		s.accept(credentials, now)
	} else {
		s.failed.Add(1)
		pause := min(renewalInterval<<min(s.failures.Add(1)-1, 10), longestRenewalInterval)
		s.next = now.Add(pause)
		s.report(err, now)
	}
	close(s.renewing)
	s.renewing = nil
}

func (s *credentialStore) ask() (aws.Credentials, error) {
	if s.provider == nil {
		return aws.Credentials{}, errors.New("no provider")
	}
	// The SDK's cache would return what it has until its end.
	if cache, ok := s.provider.(interface{ Invalidate() }); ok {
		cache.Invalidate()
	}
	credentials, err := s.provider.Retrieve(context.Background())
	if err == nil && credentials.CanExpire && !s.now().Before(credentials.Expires) {
		err = fmt.Errorf("the provider's credentials ended at %s", credentials.Expires.UTC().Format(time.RFC3339))
	}
	return credentials, err
}

// accept takes credentials into use. The same ones again stay refused: the source has no
// others yet.
func (s *credentialStore) accept(credentials aws.Credentials, now time.Time) {
	s.failures.Store(0)
	s.next = now.Add(renewalInterval)
	if last := s.current.Load(); last != nil && *last == credentials {
		return
	}
	due := now.Add(100 * 365 * 24 * time.Hour)
	if credentials.CanExpire {
		due = credentials.Expires.Add(-min(renewBefore, credentials.Expires.Sub(now)/2))
	}
	s.due.Store(due.UnixNano())
	s.current.Store(&credentials)
	s.refused.Store(false)
}

// report logs a failed renewal, at most once a minute.
func (s *credentialStore) report(err error, now time.Time) {
	if s.log == nil || now.Sub(s.logged) < renewalLogInterval {
		return
	}
	s.logged = now
	left := time.Duration(0)
	if credentials := s.valid(now); credentials != nil {
		left = credentials.Expires.Sub(now)
	}
	s.log.Warn("AWS credentials cannot be renewed",
		"error", err.Error(), "validForSeconds", int(left.Seconds()), "failures", s.failures.Load())
}

// credentialsError says that the gateway has no credentials to sign with.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "no AWS credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }
