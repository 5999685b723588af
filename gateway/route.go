package gateway

import (
	"net/http"
	"slices"
	"strings"
)

// route is a path that the gateway knows, as its log shows it.
type route string

const (
	routeInvocations         route = "/invocations"
	routeEndpointInvocations route = "/endpoints/{name}/invocations"
	routePing                route = "/ping"
	routeUnknown             route = "unknown"
)

// routeOf compares the path as it was sent. Nothing is decoded or cleaned, so
// no encoded slash, dot segment or doubled slash can name another endpoint, and
// no redirect turns a POST into a GET: such paths are unknown.
func routeOf(r *http.Request, endpointName string) route {
	switch r.URL.EscapedPath() {
	case "/invocations":
		return routeInvocations
	case "/endpoints/" + endpointName + "/invocations":
		return routeEndpointInvocations
	case "/ping":
		return routePing
	default:
		return routeUnknown
	}
}

func (r route) methods() []string {
	if r == routePing {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{http.MethodPost}
}

func (r route) allows(method string) bool { return slices.Contains(r.methods(), method) }

// allowed is the methods as the Allow header lists them.
func (r route) allowed() string { return strings.Join(r.methods(), ", ") }
