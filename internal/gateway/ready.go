package gateway

import (
	"encoding/json"
	"net/http"
	"time"
)

// readiness is the body of GET /ready: the endpoint's state, for people and alarms.
// It must not be a target group's health check: one bad minute of the endpoint would
// replace every task (fact F31: ECS replaces tasks whose targets are unhealthy).
type readiness struct {
	// Status is ready, failing or, before the first success, unknown.
	Status string `json:"status"`
	// BreakerOpen says that DNS or TLS fails, and calls are stopped.
	BreakerOpen bool `json:"breakerOpen"`
	// CredentialsMissing says that there are no valid credentials to sign with, or none
	// yet: the first request asks for them.
	CredentialsMissing bool `json:"credentialsMissing"`
	// CredentialRenewalFailures counts the renewals that have failed since the last one
	// that succeeded. The gateway serves with what it has until that ends.
	CredentialRenewalFailures int64 `json:"credentialRenewalFailures"`
	// SecondsSinceSuccess is -1 before the first.
	SecondsSinceSuccess float64 `json:"secondsSinceSuccess"`
	ConcurrencyLimit    int64   `json:"concurrencyLimit"`
	InFlight            int64   `json:"inFlight"`
	Queued              int64   `json:"queued"`
}

// ready answers 503 while the breaker is open, while credentials are missing and cannot
// be had, and while requests are in flight but none has succeeded for RequestTimeout.
func (g *Gateway) ready() *reply {
	state := g.limiter.State()
	r := readiness{
		Status: "ready", BreakerOpen: g.breaker.Open(), SecondsSinceSuccess: -1,
		CredentialsMissing:        g.endpoint.credentials.valid(g.endpoint.now()) == nil,
		CredentialRenewalFailures: g.endpoint.credentials.failures.Load(),
		ConcurrencyLimit:          state.Limit, InFlight: state.InFlight, Queued: state.Queued,
	}
	var since time.Duration
	if last := g.metrics.lastSuccess.Load(); last > 0 {
		since = g.clock() - time.Duration(last)
		r.SecondsSinceSuccess = float64(since.Milliseconds()) / 1000
	} else {
		since = g.clock()
		r.Status = "unknown"
	}
	status := http.StatusOK
	unsigned := r.CredentialsMissing && r.CredentialRenewalFailures > 0
	if r.BreakerOpen || unsigned || state.InFlight > 0 && since > g.cfg.RequestTimeout {
		r.Status, status = "failing", http.StatusServiceUnavailable
	}
	body, err := json.Marshal(r)
	if err != nil {
		panic(err) // plain values always marshal
	}
	return &reply{status: status, header: http.Header{"Content-Type": jsonType}, body: body}
}
