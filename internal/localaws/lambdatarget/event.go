package lambdatarget

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strings"
)

// targetGroupARN is the target group in the events.
const targetGroupARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/" +
	functionName + "/6d0ecf831eec9f09"

// event is what a target group sends to a function (Elastic Load Balancing User
// Guide, "Use Lambda functions as targets"). It has one of the two kinds of headers
// and query parameters, even if empty.
type event struct {
	RequestContext                  requestContext       `json:"requestContext"`
	HTTPMethod                      string               `json:"httpMethod"`
	Path                            string               `json:"path"`
	QueryStringParameters           *map[string]string   `json:"queryStringParameters,omitempty"`
	MultiValueQueryStringParameters *map[string][]string `json:"multiValueQueryStringParameters,omitempty"`
	Headers                         *map[string]string   `json:"headers,omitempty"`
	MultiValueHeaders               *map[string][]string `json:"multiValueHeaders,omitempty"`
	Body                            string               `json:"body"`
	IsBase64Encoded                 bool                 `json:"isBase64Encoded"`
}

type requestContext struct {
	ELB struct {
		TargetGroupARN string `json:"targetGroupArn"`
	} `json:"elb"`
}

// newEvent returns the event for r with its body. traceRoot is the trace header that
// the load balancer adds to a request without one.
func newEvent(r *http.Request, body []byte, multiValue bool, traceRoot string) (json.RawMessage, error) {
	headers := eventHeaders(r, traceRoot)
	query := rawQuery(r.URL.RawQuery)
	e := event{HTTPMethod: r.Method, Path: r.URL.EscapedPath()}
	e.RequestContext.ELB.TargetGroupARN = targetGroupARN
	if multiValue {
		e.MultiValueHeaders, e.MultiValueQueryStringParameters = &headers, &query
	} else {
		single, singleQuery := lastOfEach(headers), lastOfEach(query)
		e.Headers, e.QueryStringParameters = &single, &singleQuery
	}
	if isText(r.Header) || len(body) == 0 {
		e.Body = string(body)
	} else {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return json.Marshal(e)
}

// isText reports whether a load balancer sends the body as text: these types without
// a content encoding. Every other body is base64.
func isText(header http.Header) bool {
	if header.Get("Content-Encoding") != "" {
		return false
	}
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	switch kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}

// connectionHeaders are hop-by-hop: a load balancer does not pass them on.
var connectionHeaders = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// eventHeaders returns r's headers and those that the load balancer adds, with
// lower-case names.
func eventHeaders(r *http.Request, traceRoot string) map[string][]string {
	header := r.Header.Clone()
	for _, name := range connectionHeaders {
		header.Del(name)
	}
	header.Set("Host", r.Host)
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = r.RemoteAddr
	}
	if before := header.Get("X-Forwarded-For"); before != "" {
		client = before + ", " + client
	}
	header.Set("X-Forwarded-For", client)
	proto, port := "http", "80"
	if r.TLS != nil {
		proto, port = "https", "443"
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if _, p, err := net.SplitHostPort(local.String()); err == nil {
			port = p
		}
	}
	header.Set("X-Forwarded-Proto", proto)
	header.Set("X-Forwarded-Port", port)
	if header.Get("X-Amzn-Trace-Id") == "" {
		header.Set("X-Amzn-Trace-Id", traceRoot)
	}
	lower := make(map[string][]string, len(header))
	for name, values := range header {
		lower[strings.ToLower(name)] = values
	}
	return lower
}

// rawQuery splits a query without decoding it, as a load balancer does.
func rawQuery(query string) map[string][]string {
	all := map[string][]string{}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			all[name] = append(all[name], value)
		}
	}
	return all
}

// lastOfEach returns the last value of each name: all that a target group without
// multi-value headers passes on (fact F14).
func lastOfEach(all map[string][]string) map[string]string {
	last := make(map[string]string, len(all))
	for name, values := range all {
		last[name] = values[len(values)-1]
	}
	return last
}

// traceRoot makes a trace header from a counter, so that runs do not differ.
func traceRoot(n int64) string { return fmt.Sprintf("Root=1-00000000-%024x", n) }
