package gateway

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// stringFields returns the fields of v that are *string, by name.
func stringFields(v any) map[string]**string {
	fields := map[string]**string{}
	value := reflect.ValueOf(v).Elem()
	for i := range value.NumField() {
		if !value.Type().Field(i).IsExported() {
			continue
		}
		if field, ok := value.Field(i).Addr().Interface().(**string); ok {
			fields[value.Type().Field(i).Name] = field
		}
	}
	return fields
}

// A client of the AWS SDK gets every field of InvokeEndpoint through the
// gateway, also one that a later SDK adds: this test then fails.
func TestEveryHeaderPassesThrough(t *testing.T) {
	t.Parallel()
	f := newFixture(t)

	sent := &sagemakerruntime.InvokeEndpointInput{Body: []byte("a")}
	for name, field := range stringFields(sent) {
		*field = aws.String("the-" + name)
	}
	sent.EndpointName = aws.String(testEndpoint)
	answered := &sagemakerruntime.InvokeEndpointOutput{Body: []byte("b")}
	for name, field := range stringFields(answered) {
		*field = aws.String("the-" + name)
	}
	direct := sdkClient(f.runtime.URL)
	f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		for name, value := range map[string]*string{
			"Content-Type": answered.ContentType, "X-Amzn-Invoked-Production-Variant": answered.InvokedProductionVariant,
			"X-Amzn-Sagemaker-Closed-Session-Id": answered.ClosedSessionId,
			"X-Amzn-Sagemaker-New-Session-Id":    answered.NewSessionId,
			"X-Amzn-Sagemaker-Custom-Attributes": answered.CustomAttributes,
		} {
			w.Header().Set(name, *value)
		}
		_, _ = w.Write(answered.Body)
	})
	want, err := direct.InvokeEndpoint(t.Context(), sent)
	if err != nil {
		t.Fatal(err)
	}
	got, err := sdkClient(f.url).InvokeEndpoint(t.Context(), sent)
	if err != nil {
		t.Fatal(err)
	}
	want.ResultMetadata, got.ResultMetadata = answered.ResultMetadata, answered.ResultMetadata
	for what, out := range map[string]*sagemakerruntime.InvokeEndpointOutput{"directly": want, "through the " +
		"gateway": got} {
		if !reflect.DeepEqual(answered, out) {
			t.Errorf("%s: got %+v, want %+v", what, out, answered)
		}
	}

	calls := f.runtime.Calls()
	if len(calls) != 2 {
		t.Fatalf("%d calls", len(calls))
	}
	about := func(call sagemakertest.Call) map[string]string {
		kept := map[string]string{"path": call.Path, "body": string(call.Body)}
		for name := range call.Header {
			if strings.HasPrefix(name, "X-Amzn-Sagemaker") || name == "Accept" || name == "Content-Type" {
				kept[name] = strings.Join(call.Header[name], "|")
			}
		}
		return kept
	}
	if diff := cmp.Diff(about(calls[0]), about(calls[1])); diff != "" {
		t.Errorf("SageMaker sees another request behind the gateway: %s", diff)
	}
	// Path, body, and each field but the endpoint's name, which is in the path.
	if len(about(calls[1])) != 1+len(stringFields(sent)) {
		t.Errorf("SageMaker sees only %v", about(calls[1]))
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	header := func(name string, values ...string) http.Header { return http.Header{name: values} }
	tests := map[string]struct {
		header http.Header
		status int
		check  func(sent, received http.Header) bool
	}{
		"inference id comes back": {header(headerInferenceID, "order-4711"), 200, func(_, got http.Header) bool {
			return got.Get(headerInferenceID) == "order-4711"
		}},
		"SageMaker's request id comes back": {nil, 200, func(_, got http.Header) bool {
			return got.Get("X-Amzn-Requestid") == sagemakertest.RequestID
		}},
		"Accept is a list": {header("Accept", "text/csv", "application/json"), 200, func(sent, _ http.Header) bool {
			return sent.Get("Accept") == "text/csv, application/json"
		}},
		"others are not passed on": {
			http.Header{"Cookie": {"a=b"}, "X-Forwarded-For": {"198.51.100.7"}, "Content-Encoding": {"identity"}},
			200,
			func(sent, _ http.Header) bool {
				return sent.Get("Cookie")+sent.Get("X-Forwarded-For")+sent.Get("Content-Encoding") == ""
			},
		},
		"the caller's signature is not passed on": {header("Authorization", "AWS4-HMAC-SHA256 Credential=CALLER/x"), 200,
			func(sent, _ http.Header) bool { return strings.Contains(sent.Get("Authorization"), "AKIDEXAMPLE/") }},
		"no content type stays none": {header("Content-Type"), 200, func(_, got http.Header) bool { return true }},
		"not ASCII is SageMaker's": {
			header("X-Amzn-Sagemaker-Custom-Attributes", "tor ⚽"),
			200,
			func(sent, _ http.Header) bool { return sent.Get("X-Amzn-Sagemaker-Custom-Attributes") == "tor ⚽" },
		},
		"overlong is SageMaker's": {
			header("X-Amzn-Sagemaker-Custom-Attributes", strings.Repeat("x", 5000)),
			200,
			func(sent, _ http.Header) bool { return len(sent.Get("X-Amzn-Sagemaker-Custom-Attributes")) == 5000 },
		},
		"target variant given twice": {header("X-Amzn-Sagemaker-Target-Variant", "A", "B"), 400, nil},
		"two content types":          {header("Content-Type", "text/csv", "application/json"), 400, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(f.runtime.Calls())
			response, body := f.do(t, "POST", "/invocations", test.header, strings.NewReader("a"))
			if response.StatusCode != test.status {
				t.Fatalf("got %d %s", response.StatusCode, body)
			}
			calls := f.runtime.Calls()[before:]
			if test.status == 400 {
				if e := errorOf(t, response, body); e.Code != "InvalidHeader" || len(calls) != 0 {
					t.Errorf("%v after %d calls", e, len(calls))
				}
				return
			}
			if !test.check(calls[0].Header, response.Header) {
				t.Errorf("sent on: %v, answered: %v", calls[0].Header, response.Header)
			}
		})
	}
}

// A body that SageMaker would hand to the model as it is encoded is refused, with the
// reason.
func TestContentEncoding(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, values := range [][]string{{"gzip"}, {"identity, BR"}, {"identity", "zstd"}, {strings.Repeat("x", 4000)}} {
		header := http.Header{"Content-Encoding": values}
		response, body := f.do(t, "POST", "/invocations", header, strings.NewReader("a"))
		e := errorOf(t, response, body)
		if response.StatusCode != 415 || e.Code != "UnsupportedContentEncoding" || len(e.Message) > 500 ||
			!strings.Contains(e.Message, "SageMaker strips Content-Encoding") ||
			response.Header.Get("Accept-Encoding") != "identity" || len(f.runtime.Calls()) != 0 {
			t.Errorf("%q: got %d %s after %d calls", values, response.StatusCode, body, len(f.runtime.Calls()))
		}
	}
	for _, values := range [][]string{{"identity"}, {""}, {"Identity, identity"}} {
		header := http.Header{"Content-Encoding": values}
		if response, body := f.do(t, "POST", "/invocations", header, strings.NewReader("a")); response.StatusCode != 200 {
			t.Errorf("%q: got %d %s", values, response.StatusCode, body)
		}
	}
}

// A trace that cannot be continued is left out, with its state; it fails no request.
func TestTraceHeaders(t *testing.T) {
	t.Parallel()
	const parent, state, amzn = "Traceparent", "Tracestate", "X-Amzn-Trace-Id"
	const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for name, test := range map[string]struct{ given, want http.Header }{
		"valid": {http.Header{parent: {valid}, state: {"a=1"}}, http.Header{parent: {valid}, state: {"a=1"}}},
		"a later version": {http.Header{parent: {"01" + valid[2:] + "-more"}},
			http.Header{parent: {"01" + valid[2:] + "-more"}}},
		"a state of two lines":   {http.Header{parent: {valid}, state: {"a=1", "b=2"}}, http.Header{parent: {valid}, state: {"a=1, b=2"}}},
		"doubled":                {http.Header{parent: {valid, valid}, state: {"a=1"}}, nil},
		"a state alone":          {http.Header{state: {"a=1"}}, nil},
		"no trace":               {http.Header{parent: {"00-00000000000000000000000000000000-b7ad6b7169203331-01"}}, nil},
		"no parent":              {http.Header{parent: {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"}}, nil},
		"upper case":             {http.Header{parent: {strings.ToUpper(valid)}}, nil},
		"no version":             {http.Header{parent: {"ff" + valid[2:]}}, nil},
		"too long for version 0": {http.Header{parent: {valid + "-more"}}, nil},
		"too long, and joined":   {http.Header{parent: {"01" + valid[2:] + "more"}}, nil},
		"too short":              {http.Header{parent: {valid[:54]}}, nil},
		"empty":                  {http.Header{parent: {""}}, nil},
		"another separator":      {http.Header{parent: {strings.ReplaceAll(valid, "-", "_")}}, nil},
		"of X-Ray":               {http.Header{amzn: {"Root=1-a"}}, http.Header{amzn: {"Root=1-a"}}},
		"of X-Ray, doubled":      {http.Header{amzn: {"Root=1-a", "Root=1-b"}}, nil},
		"of X-Ray, beside another": {http.Header{parent: {"x"}, amzn: {"Root=1-a"}},
			http.Header{amzn: {"Root=1-a"}}},
	} {
		out, err := forwardHeaders(test.given)
		delete(out, "User-Agent")
		if test.want == nil {
			test.want = http.Header{}
		}
		if diff := cmp.Diff(test.want, out); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// What net/http's server would never let in can come out of a Lambda event.
func TestControlCharactersInHeaders(t *testing.T) {
	t.Parallel()
	for _, name := range forwardedHeaders {
		for _, value := range []string{"a\r\nX-Evil: b", "a\nb", "a\x00b", "a\x7fb"} {
			if out, err := forwardHeaders(http.Header{name: {value}}); err == nil && out[name] != nil {
				t.Errorf("%s: %q is let through", name, value)
			}
			if got := returnHeaders(http.Header{"Content-Type": {value}}); len(got) != 0 {
				t.Errorf("%q is let back", value)
			}
		}
	}
	for _, name := range slices.Concat(forwardedHeaders, returnedHeaders, lists, []string{headerTimeout,
		headerPriority, headerFallback, headerDate, headerToken}) {
		if name != http.CanonicalHeaderKey(name) {
			t.Errorf("%s would never be found: it must be written %s", name, http.CanonicalHeaderKey(name))
		}
	}
}
