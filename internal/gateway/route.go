package gateway

import (
	"net/http"
	"slices"
	"strings"
)

// route is a path that the gateway serves, as its log shows it.
type route string

const (
	routeInvocations route = "/invocations"
	// routeStream replies with a response stream's payload, without the framing.
	routeStream              route = "/invocations-response-stream"
	routeEndpointInvocations route = "/endpoints/{name}/invocations"
	// routeEndpointStream is the path of the AWS SDKs; the framing stays.
	routeEndpointStream route = "/endpoints/{name}/invocations-response-stream"
	routePing           route = "/ping"
	routeReady          route = "/ready"
	routeUnknown        route = "unknown"
)

// routeOf compares the path as it was sent, without decoding or cleaning it: a path
// with an encoded slash, a dot segment or a doubled slash is unknown, so it can
// neither name another endpoint nor cause a redirect. v2Model is the model of
// routeInfer, "" for none.
func routeOf(r *http.Request, endpointName, v2Model string) route {
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
	if v2Model != "" && path == "/v2/models/"+v2Model+"/infer" {
		return routeInfer
	}
	if operation, ok := strings.CutPrefix(path, openAIPath); ok {
		return openAIRoute(operation)
	}
	rest, ok := strings.CutPrefix(path, "/endpoints/")
	if ok {
		rest, ok = strings.CutPrefix(rest, endpointName)
	}
	if !ok {
		return routeUnknown
	}
	switch rest {
	case "/invocations":
		return routeEndpointInvocations
	case "/invocations-response-stream":
		return routeEndpointStream
	case "/async-invocations":
		return routeAsync
	}
	if operation, ok := strings.CutPrefix(rest, openAIPath); ok {
		return openAIRoute(operation)
	}
	return routeUnknown
}

// streams reports whether the route invokes with a response stream.
func (r route) streams() bool { return r == routeStream || r == routeEndpointStream }

// invokes reports whether the route invokes the endpoint.
func (r route) invokes() bool {
	return r != routeUnknown && r != routePing && r != routeReady && r != routeAsync
}

var (
	healthMethods     = []string{http.MethodGet, http.MethodHead}
	invocationMethods = []string{http.MethodPost}
)

func (r route) methods() []string {
	if r == routePing || r == routeReady {
		return healthMethods
	}
	return invocationMethods
}

func (r route) allows(method string) bool { return slices.Contains(r.methods(), method) }

// allowed is the value of the Allow header.
func (r route) allowed() string { return strings.Join(r.methods(), ", ") }
