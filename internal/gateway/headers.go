package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// Headers that the gateway itself reads or writes.
const (
	// headerInferenceID tags a request in the endpoint's captured data; the
	// gateway echoes it in its reply.
	headerInferenceID = "X-Amzn-Sagemaker-Inference-Id"
	headerErrorType   = "X-Amzn-Errortype"
	headerRequestID   = "X-Amzn-Requestid"
	headerTraceParent = "Traceparent"
	headerTraceState  = "Tracestate"
	headerAmznTrace   = "X-Amzn-Trace-Id"
	// headerTimeout is the client's deadline for its request, in milliseconds.
	headerTimeout = "X-Gateway-Timeout-Ms"
	// headerPriority is the class that a request asks for.
	headerPriority = "X-Gateway-Priority"
	// headerFallback marks a reply that is not the endpoint's.
	headerFallback = "X-Gateway-Fallback"

	// headerShouldRetry keeps OpenAI's clients from a retry: they repeat each status
	// over 499 (fact F45).
	headerShouldRetry = "X-Should-Retry"
	// headerAttempt is "attempt=2; max=3" in the second attempt of an AWS SDK, and
	// headerRetryCount is 1 in that of an OpenAI client.
	headerAttempt    = "Amz-Sdk-Request"
	headerRetryCount = "X-Stainless-Retry-Count"

	headerAccept       = "Accept"
	headerStreamAccept = "X-Amzn-Sagemaker-Accept"
	headerStreamType   = "X-Amzn-Sagemaker-Content-Type"
)

// forwardedHeaders are the request headers that reach SageMaker: all that
// InvokeEndpoint and InvokeEndpointWithResponseStream take, and traces. SageMaker
// drops any other (fact F5), and so does the gateway.
var forwardedHeaders = []string{
	headerAccept,
	"Content-Type",
	headerStreamAccept,
	headerAttributes,
	"X-Amzn-Sagemaker-Enable-Explanations",
	headerComponent,
	headerInferenceID,
	"X-Amzn-Sagemaker-Prefix-Aware-Id",
	headerSession,
	headerContainer,
	headerTargetModel,
	headerTargetVariant,
	headerTraceParent,
	headerTraceState,
	headerAmznTrace,
}

// returnedHeaders are the headers of SageMaker's answer that reach the client.
var returnedHeaders = []string{
	"Content-Type",
	"X-Amzn-Invoked-Production-Variant",
	headerClosedSession,
	headerStreamType,
	headerAttributes,
	headerFailLocation,
	headerNewSession,
	headerOutputLocation,
	headerRequestID,
}

// lists are the headers whose lines together are one value.
var lists = []string{headerAccept}

// userAgent is sent to SageMaker; without one net/http sends its own.
var userAgent = []string{"sagemaker-inference-gateway"}

// traces are the headers that carry a trace: where one cannot be forwarded it is left out,
// since tracing must not fail a request.
var traces = []string{headerTraceParent, headerTraceState, headerAmznTrace}

// forwardHeaders returns the headers that go to SageMaker. It refuses a header that
// is given twice or has a control character. SageMaker checks the values.
func forwardHeaders(header http.Header) (http.Header, error) {
	out := make(http.Header, len(header)+4) // User-Agent and the signature's
	out["User-Agent"] = userAgent
	for _, name := range forwardedHeaders {
		values := header[name]
		if len(values) == 0 {
			continue
		}
		if slices.Contains(traces, name) {
			if value := traceHeader(header, name); value != nil {
				out[name] = value
			}
			continue
		}
		if len(values) > 1 {
			// A firewall in front may have judged another line than SageMaker reads.
			if !slices.Contains(lists, name) {
				return nil, fmt.Errorf("the header %s is given %d times, it can be given once", name, len(values))
			}
			values = []string{strings.Join(values, ", ")}
		}
		if !sendable(values[0]) {
			return nil, fmt.Errorf("the header %s has a control character", name)
		}
		out[name] = values[:1:1]
	}
	return out, nil
}

// traceHeader is what is forwarded of one of traces, nil for nothing. A tracestate is one
// list, and nothing without its traceparent.
func traceHeader(header http.Header, name string) []string {
	values := header[name]
	if name != headerAmznTrace && traceParentOf(header) == "" {
		return nil
	}
	if name == headerTraceState && len(values) > 1 {
		values = []string{strings.Join(values, ", ")}
	}
	if len(values) != 1 || !sendable(values[0]) {
		return nil
	}
	return values[:1:1]
}

// contentEncoding is the encoding of a request's body, "" for none. SageMaker strips the
// header (fact F5): the model would take the encoded bytes for its input.
func contentEncoding(header http.Header) string {
	for _, value := range header["Content-Encoding"] {
		for coding := range strings.SplitSeq(value, ",") {
			if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
				return coding
			}
		}
	}
	return ""
}

// unsupportedEncoding is the reply to a body of that encoding.
func unsupportedEncoding(encoding string) *reply {
	out := failure(http.StatusUnsupportedMediaType, codeUnsupportedEncoding, fmt.Sprintf(
		"SageMaker strips Content-Encoding, so the model would not know of %q: send the body without an encoding, "+
			"or name it in Content-Type or X-Amzn-SageMaker-Custom-Attributes", truncate(encoding)))
	out.header["Accept-Encoding"] = []string{"identity"} // RFC 9110, section 12.5.3
	return out
}

// returnHeaders returns the headers of SageMaker's answer that go to the client.
func returnHeaders(header http.Header) http.Header {
	out := make(http.Header, 8)
	for _, name := range returnedHeaders {
		if values := header[name]; len(values) > 0 && sendable(values[0]) {
			out[name] = values[:1:1]
		}
	}
	return out
}

// sendable reports whether value can be a header's value: a line break in it would
// begin another header.
func sendable(value string) bool { return settings.Sendable(value) }

// clientTimeout is the client's deadline for its request, at most longest.
func clientTimeout(header http.Header, longest time.Duration) (time.Duration, error) {
	values := header[headerTimeout]
	if len(values) == 0 {
		return longest, nil
	}
	ms, err := strconv.ParseInt(values[0], 10, 32)
	if err != nil || ms < 1 || len(values) > 1 {
		return 0, fmt.Errorf("the header %s must be one whole number of milliseconds, at least 1", headerTimeout)
	}
	return min(longest, time.Duration(ms)*time.Millisecond), nil
}
