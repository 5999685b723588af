package gateway

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// Headers that the gateway itself deals in.
const (
	// headerInferenceID tags a request in the endpoint's captured data; the
	// gateway echoes it in its reply.
	headerInferenceID = "X-Amzn-Sagemaker-Inference-Id"
	headerErrorType   = "X-Amzn-Errortype"
	headerRequestID   = "X-Amzn-Requestid"
	headerTraceParent = "Traceparent"
	headerTraceState  = "Tracestate"
	// headerTimeout is how many milliseconds its client gives a request.
	headerTimeout = "X-Gateway-Timeout-Ms"
	// headerPriority is high for a request that is to be shed last.
	headerPriority = "X-Gateway-Priority"
	// headerFallback marks a reply that is not the endpoint's.
	headerFallback = "X-Gateway-Fallback"

	headerAccept       = "Accept"
	headerStreamAccept = "X-Amzn-Sagemaker-Accept"
	headerStreamType   = "X-Amzn-Sagemaker-Content-Type"
)

// forwardedHeaders are the headers of a request that reach SageMaker: all that
// InvokeEndpoint and InvokeEndpointWithResponseStream take, and traces. SageMaker
// strips any other (fact F5), and so does the gateway.
var forwardedHeaders = []string{
	headerAccept,
	"Content-Type",
	headerStreamAccept,
	"X-Amzn-Sagemaker-Custom-Attributes",
	"X-Amzn-Sagemaker-Enable-Explanations",
	"X-Amzn-Sagemaker-Inference-Component",
	headerInferenceID,
	"X-Amzn-Sagemaker-Prefix-Aware-Id",
	"X-Amzn-Sagemaker-Session-Id",
	"X-Amzn-Sagemaker-Target-Container-Hostname",
	"X-Amzn-Sagemaker-Target-Model",
	"X-Amzn-Sagemaker-Target-Variant",
	headerTraceParent,
	headerTraceState,
	"X-Amzn-Trace-Id",
}

// returnedHeaders are the headers of SageMaker's reply that reach the client.
var returnedHeaders = []string{
	"Content-Type",
	"X-Amzn-Invoked-Production-Variant",
	"X-Amzn-Sagemaker-Closed-Session-Id",
	headerStreamType,
	"X-Amzn-Sagemaker-Custom-Attributes",
	"X-Amzn-Sagemaker-New-Session-Id",
	headerRequestID,
}

// lists are the headers of which several lines are one value.
var lists = []string{headerAccept, headerTraceState}

// userAgent is what SageMaker sees; without one net/http would name itself.
var userAgent = []string{"sagemaker-inference-gateway"}

// passOn is what of header goes to SageMaker. It refuses what cannot be sent as
// one HTTP header; whether a value means anything is SageMaker's to say.
func forwardHeaders(header http.Header) (http.Header, error) {
	out := make(http.Header, len(header)+4) // the signature's, and the agent
	out["User-Agent"] = userAgent
	for _, name := range forwardedHeaders {
		values := header[name]
		if len(values) == 0 {
			continue
		}
		if len(values) > 1 {
			// Of any header that is no list two would leave open which one a
			// firewall in front has judged.
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

// passBack is what of SageMaker's reply goes to the client.
func returnHeaders(header http.Header) http.Header {
	out := make(http.Header, 8)
	for _, name := range returnedHeaders {
		if values := header[name]; len(values) > 0 && sendable(values[0]) {
			out[name] = values[:1:1]
		}
	}
	return out
}

// sendable reports whether value can be sent as a header without meaning
// something else to its reader: a line break would begin another header.
func sendable(value string) bool { return settings.Sendable(value) }

// clientTimeout is how long the client gives its request, at most longest.
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

// isHigh reports whether r is to be shed last: it says so, and comes from a
// source that may. The source is what a load balancer has added last to
// X-Forwarded-For, without which it is the connection's other end.
func isHighPriority(r *http.Request, sources []netip.Prefix) bool {
	if len(sources) == 0 || r.Header.Get(headerPriority) != "high" {
		return false
	}
	source := r.RemoteAddr
	if lines := r.Header["X-Forwarded-For"]; len(lines) > 0 {
		last := lines[len(lines)-1]
		source = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	addr, err := netip.ParseAddr(source)
	if err != nil {
		port, err := netip.ParseAddrPort(source)
		if err != nil {
			return false
		}
		addr = port.Addr()
	}
	addr = addr.Unmap()
	return slices.ContainsFunc(sources, func(p netip.Prefix) bool { return p.Contains(addr) })
}
