package gateway

import (
	"net/http"
	"slices"
	"strings"
)

// preflightSeconds is how long a browser may keep the answer to a preflight request:
// Chromium keeps it at most two hours.
const preflightSeconds = "7200"

// exposedHeaders are the reply's headers that scripts of an allowed origin may read.
var exposedHeaders = strings.Join(append([]string{
	headerErrorType, headerDegraded, headerFallback, headerInferenceID, "Retry-After", "X-Amz-Retry-After",
}, returnedHeaders...), ", ")

// allowOrigin adds to a reply's header what a browser asks for before it gives the reply
// to a script of another origin. Without CORS_ORIGINS it adds nothing.
func (g *Gateway) allowOrigin(reply http.Header, r *http.Request, path route) {
	if len(g.cfg.CORSOrigins) == 0 || !path.invokes() {
		return
	}
	reply.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); slices.Contains(g.cfg.CORSOrigins, origin) {
		reply.Set("Access-Control-Allow-Origin", origin)
		reply.Set("Access-Control-Expose-Headers", exposedHeaders)
	}
}

// isPreflight reports whether r asks whether a request of another origin may be sent, and
// there are origins that may.
func (g *Gateway) isPreflight(r *http.Request, path route) bool {
	return len(g.cfg.CORSOrigins) > 0 && path.invokes() && r.Method == http.MethodOptions &&
		r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// preflight answers such a request. A script may send any header: the gateway reads some
// and drops the others.
func (g *Gateway) preflight(r *http.Request) *reply {
	if !slices.Contains(g.cfg.CORSOrigins, r.Header.Get("Origin")) {
		return failure(http.StatusForbidden, codeOriginNotAllowed, "scripts of this origin may not call the gateway")
	}
	header := http.Header{
		"Access-Control-Allow-Methods": {http.MethodPost}, "Access-Control-Max-Age": {preflightSeconds},
	}
	if names := r.Header.Get("Access-Control-Request-Headers"); names != "" && sendable(names) {
		header.Set("Access-Control-Allow-Headers", names)
	}
	return &reply{status: http.StatusNoContent, header: header}
}
