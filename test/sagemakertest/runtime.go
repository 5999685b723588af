// Package sagemakertest is a SageMaker runtime for tests: an HTTP server on
// loopback that answers InvokeEndpoint.
package sagemakertest

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
)

// RequestID is the id of every answer.
const RequestID = "0b3cd0cc-7a2c-4a05-8a4e-6c1bd7a1e001"

// Call is one request as it arrived.
type Call struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// Runtime is a running SageMaker runtime. It refuses requests that are not signed for
// SageMaker, and answers others by Echo unless Answer sets something else.
type Runtime struct {
	// URL is the endpoint URL for an AWS SDK.
	URL string

	server *httptest.Server

	mu     sync.Mutex
	calls  []Call
	answer Answer
	idle   map[net.Conn]bool
}

// Start starts a runtime, to be ended with Close.
func Start() *Runtime {
	rt := &Runtime{answer: Echo, idle: map[net.Conn]bool{}}
	rt.server = httptest.NewUnstartedServer(rt)
	rt.server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		rt.mu.Lock()
		defer rt.mu.Unlock()
		delete(rt.idle, conn)
		if state == http.StateIdle {
			rt.idle[conn] = true
		}
	}
	rt.server.Start()
	rt.URL = rt.server.URL
	return rt
}

// Close ends the runtime and its connections.
func (rt *Runtime) Close() {
	rt.server.CloseClientConnections()
	rt.server.Close()
}

// CloseIdle closes the connections without a request in flight.
func (rt *Runtime) CloseIdle() {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	for conn := range rt.idle {
		_ = conn.Close()
	}
}

// Answer sets how the runtime answers signed requests.
func (rt *Runtime) Answer(f Answer) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.answer = f
}

// Calls returns all requests so far, in the order of their arrival.
func (rt *Runtime) Calls() []Call {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return append([]Call(nil), rt.calls...)
}

// ServeHTTP implements http.Handler.
func (rt *Runtime) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client left
	}
	call := Call{r.Method, r.URL.EscapedPath(), r.Header, body}
	rt.mu.Lock()
	rt.calls = append(rt.calls, call)
	answer := rt.answer
	rt.mu.Unlock()

	w.Header().Set("X-Amzn-Requestid", RequestID)
	authorization := r.Header.Get("Authorization")
	if !strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ") ||
		!strings.Contains(authorization, "/sagemaker/aws4_request") {
		Error(w, http.StatusForbidden, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`)
		return
	}
	answer(w, r, call)
}

// Error answers with an error as SageMaker does.
func Error(w http.ResponseWriter, status int, code, body string) {
	w.Header().Set("Content-Type", "application/json")
	if code != "" {
		w.Header().Set("X-Amzn-Errortype", code)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// Echo answers with the request's body and custom attributes, from the target variant
// or AllTraffic. The custom attributes reply-bytes=N ask for N zeros instead.
func Echo(w http.ResponseWriter, _ *http.Request, call Call) {
	header := w.Header()
	header["Content-Type"] = call.Header["Content-Type"]
	variant := call.Header.Get("X-Amzn-Sagemaker-Target-Variant")
	if variant == "" {
		variant = "AllTraffic"
	}
	header.Set("X-Amzn-Invoked-Production-Variant", variant)
	body := call.Body
	if attributes := call.Header.Get("X-Amzn-Sagemaker-Custom-Attributes"); attributes != "" {
		header.Set("X-Amzn-Sagemaker-Custom-Attributes", attributes)
		if size, ok := strings.CutPrefix(attributes, "reply-bytes="); ok {
			n, _ := strconv.Atoi(size)
			body = make([]byte, n)
		}
	}
	_, _ = w.Write(body)
}
