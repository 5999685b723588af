package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

const (
	// maxALBReplyBytes is the largest JSON that a load balancer accepts from a Lambda
	// function: "1 MB" (fact F12), read as 10^6, the smaller of its two meanings.
	maxALBReplyBytes = 1_000_000
	// lambdaMargin is kept of the function's time to answer 504: the load balancer
	// answers 502 for a function that times out.
	lambdaMargin = 500 * time.Millisecond
)

// Invoke answers one event of an Application Load Balancer's Lambda target group; it
// makes the Gateway a lambda.Handler. For any payload the answer is one that a load
// balancer understands, and the error is nil.
func (g *Gateway) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	x := &exchange{start: time.Now(), route: routeUnknown}
	defer g.end(x)
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-lambdaMargin))
		defer cancel()
	}
	var out *reply
	r, multiValue, err := albRequest(ctx, payload)
	if err != nil {
		out = failure(http.StatusBadRequest, codeMalformedEvent, err.Error())
		r = (&http.Request{URL: &url.URL{}, Header: http.Header{}}).WithContext(ctx)
	} else {
		x.route = routeOf(r, g.cfg.EndpointName, g.cfg.V2Model)
		out = g.respond(r, x)
		if out.answer != nil {
			headers := out.header
			if out = out.answer.readAll(out, maxALBReplyBytes); out.code != "" {
				if id := headers[headerInferenceID]; id != nil {
					out.header[headerInferenceID] = id
				}
			}
		}
	}
	x.identify(out)
	x.sentBytes = int64(len(out.body))
	answer, err := albReply(out, r.Method, multiValue)
	if err == nil && len(answer) > maxALBReplyBytes {
		tooLarge := repeatsInVain(codeResponseTooLarge,
			"the reply is more than the 1 MB that a load balancer takes from a Lambda function")
		if id := out.header[headerInferenceID]; id != nil {
			tooLarge.header[headerInferenceID] = id
		}
		x.identify(tooLarge)
		out = tooLarge
		x.sentBytes = int64(len(out.body))
		answer, err = albReply(out, r.Method, multiValue)
	}
	g.logRequest(r, x, out)
	return answer, err
}

// albRequest is the HTTP request of an event, without its query, and whether the
// event has multi-value headers.
func albRequest(ctx context.Context, payload []byte) (r *http.Request, multiValue bool, err error) {
	var event events.ALBTargetGroupRequest
	err = json.Unmarshal(payload, &event)
	multiValue = event.MultiValueHeaders != nil
	// Most likely a test event, or one of another service.
	if err != nil || event.HTTPMethod == "" || !strings.HasPrefix(event.Path, "/") {
		return nil, multiValue, errors.New("this is not an event of an Application Load Balancer")
	}
	// As net/http parses a request line: the path keeps its dot segments and is never
	// a host.
	target, err := url.ParseRequestURI(event.Path)
	if err != nil {
		return nil, multiValue, errors.New("the path of the event is malformed")
	}
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return nil, multiValue, errors.New("the body of the event is not base64, as it says")
		}
	}
	header := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(event.Headers)) {
		header.Add(name, strings.TrimSpace(event.Headers[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(event.MultiValueHeaders)) {
		for _, value := range event.MultiValueHeaders[name] {
			header.Add(name, strings.TrimSpace(value))
		}
	}
	r = &http.Request{
		Method:        event.HTTPMethod,
		URL:           &url.URL{Path: target.Path, RawPath: target.RawPath},
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Host:          header.Get("Host"),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
	return r.WithContext(ctx), multiValue, nil
}

// albAnswer is the JSON that a load balancer reads. events.ALBTargetGroupResponse
// writes the unused one of the two kinds of headers as null, which the ELB
// documentation does not mention.
type albAnswer struct {
	StatusCode        int                 `json:"statusCode"`
	StatusDescription string              `json:"statusDescription"`
	Headers           map[string]string   `json:"headers,omitempty"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

// albReply encodes out for a load balancer, its headers in the event's form: the load
// balancer ignores the other form.
func albReply(out *reply, method string, multiValue bool) ([]byte, error) {
	answer := albAnswer{StatusCode: out.status, StatusDescription: statusDescription(out.status)}
	if multiValue {
		answer.MultiValueHeaders = out.header
	} else {
		answer.Headers = map[string]string{}
		for name, values := range out.header {
			answer.Headers[name] = strings.Join(values, ", ")
		}
	}
	switch {
	case method == http.MethodHead:
	case isText(out.header.Get("Content-Type"), out.body):
		answer.Body = string(out.body)
	default:
		answer.Body = base64.StdEncoding.EncodeToString(out.body)
		answer.IsBase64Encoded = true
	}
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false) // it would write < as six bytes
	if err := encoder.Encode(answer); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

func statusDescription(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprintf("%d Unknown", status) // such as SageMaker's 530
}

// isText reports whether a JSON string can hold body without a change.
func isText(contentType string, body []byte) bool {
	if len(body) == 0 {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || !utf8.Valid(body) {
		return false
	}
	switch kind {
	case "application/json", "application/javascript", "application/xml", "application/jsonlines", "application/x-ndjson":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}
