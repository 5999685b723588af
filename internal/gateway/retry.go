package gateway

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

const (
	// The first retry waits a random part of firstDelay, the second of twice that.
	firstDelay = 50 * time.Millisecond
	// Where SageMaker asks for a longer delay there is no retry.
	longestServerDelay = time.Second
)

// retryReason says why a request is sent again; each is a metric.
type retryReason int

const (
	noRetry retryReason = iota
	retryThrottled
	retryUnavailable
	retryFailure
	retryConnection
	retryCredentials
	retryClock
	retryReasons
)

var retryMetrics = [retryReasons]string{
	retryThrottled: "RetriesThrottled", retryUnavailable: "RetriesUnavailable", retryFailure: "RetriesFailure",
	retryConnection: "RetriesConnection", retryCredentials: "RetriesCredentials",
	retryClock: "RetriesClockSkew",
}

// retryReasonOf is why SageMaker's error answer may be retried (facts F3 and F4 list
// the errors that may), and what it says about the endpoint's load.
func retryReasonOf(status int, code string, body []byte) (retryReason, pressure.Outcome) {
	switch status {
	case http.StatusServiceUnavailable:
		return retryUnavailable, pressure.Refused
	case http.StatusInternalServerError, 530:
		return retryFailure, pressure.Neutral
	case http.StatusFailedDependency:
		var model modelError
		_ = json.Unmarshal(body, &model) // no object: no reason
		switch model.OriginalStatus {
		case http.StatusTooManyRequests:
			return retryThrottled, pressure.Refused
		case http.StatusServiceUnavailable:
			return retryUnavailable, pressure.Refused
		}
	}
	switch code {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return retryCredentials, pressure.Neutral
	}
	if isThrottled(status, code) {
		return retryThrottled, pressure.Refused
	}
	return noRetry, pressure.Neutral
}

// isThrottled reports whether SageMaker or the model refused a request because there are
// too many: facts F3 and F4 list these errors.
func isThrottled(status int, code string) bool {
	return status == http.StatusTooManyRequests || code == "ThrottlingException" || code == "TooManyRequestsException"
}

// isRepeated reports whether a client that retries by itself, such as an AWS SDK, has
// sent the request before. The gateway then sends it once: retries of both would
// multiply.
func isRepeated(header http.Header) bool {
	if retries, err := strconv.Atoi(header.Get(headerRetryCount)); err == nil && retries > 0 {
		return true
	}
	for part := range strings.SplitSeq(header.Get(headerAttempt), ";") {
		number, ok := strings.CutPrefix(strings.TrimSpace(part), "attempt=")
		if attempt, err := strconv.Atoi(number); ok && err == nil && attempt > 1 {
			return true
		}
	}
	return false
}

// retryDelay is the delay after attempt, whose answer had header; ok is false where
// SageMaker asks for too long a delay.
func retryDelay(attempt int, header http.Header) (after time.Duration, ok bool) {
	after = rand.N(firstDelay << (attempt - 1))
	serverDelay := time.Duration(0)
	if ms, err := strconv.Atoi(header.Get("X-Amz-Retry-After")); err == nil {
		serverDelay = time.Duration(ms) * time.Millisecond
	} else if s, err := strconv.Atoi(header.Get("Retry-After")); err == nil {
		serverDelay = time.Duration(s) * time.Second
	}
	return after + max(0, serverDelay), serverDelay <= longestServerDelay
}
