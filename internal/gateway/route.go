package gateway

import (
	"net/http"
	"slices"
	"strings"
)

// route is a path that the gateway knows, as its log shows it.
type route string

const (
	routeInvocations route = "/invocations"
	// routeStream answers a response stream's payload, without its framing.
	routeStream              route = "/invocations-response-stream"
	routeEndpointInvocations route = "/endpoints/{name}/invocations"
	// routeEndpointStream is what an AWS SDK asks for: it passes the framing on.
	routeEndpointStream route = "/endpoints/{name}/invocations-response-stream"
	routePing           route = "/ping"
	routeReady          route = "/ready"
	routeUnknown        route = "unknown"
)

// routeOf compares the path as it was sent. Nothing is decoded or cleaned, so
// no encoded slash, dot segment or doubled slash can name another endpoint, and
// no redirect turns a POST into a GET: such paths are unknown.
func routeOf(r *http.Request, endpointName string) route {
	path := r.URL.EscapedPath()
	switch path {
	case "/invocations":
		return routeInvocations
	case "/invocations-response-stream":
		return routeStream
	case "/ping":
		return routePing
	case "/ready":
		return routeReady
	}
	rest, ok := strings.CutPrefix(path, "/endpoints/")
	if ok {
		rest, ok = strings.CutPrefix(rest, endpointName)
	}
	switch {
	case ok && rest == "/invocations":
		return routeEndpointInvocations
	case ok && rest == "/invocations-response-stream":
		return routeEndpointStream
	}
	return routeUnknown
}

// streams reports whether the route asks SageMaker for a response stream.
func (r route) streams() bool { return r == routeStream || r == routeEndpointStream }

var (
	reading  = []string{http.MethodGet, http.MethodHead}
	invoking = []string{http.MethodPost}
)

func (r route) methods() []string {
	if r == routePing || r == routeReady {
		return reading
	}
	return invoking
}

func (r route) allows(method string) bool { return slices.Contains(r.methods(), method) }

// allowed is the methods as the Allow header lists them.
func (r route) allowed() string { return strings.Join(r.methods(), ", ") }
