package gateway

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	unannounced := func(n int) io.Reader { return io.MultiReader(strings.NewReader(strings.Repeat("x", n))) }
	tests := map[string]struct {
		body   io.Reader
		status int
	}{
		"announced, at the limit":      {strings.NewReader(strings.Repeat("x", 1024)), 200},
		"announced, over the limit":    {strings.NewReader(strings.Repeat("x", 1025)), 413},
		"announced, far over":          {strings.NewReader(strings.Repeat("x", 5<<20)), 413},
		"unannounced, at the limit":    {unannounced(1024), 200},
		"unannounced, over the limit":  {unannounced(1025), 413},
		"unannounced, without any end": {io.LimitReader(zeros{}, 1<<30), 413},
		"empty":                        {strings.NewReader(""), 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			response, body := f.do(t, "POST", "/invocations", nil, test.body)
			if response.StatusCode != test.status {
				t.Fatalf("got %d %s, want %d", response.StatusCode, body, test.status)
			}
			if test.status == 413 {
				want := errorBody{"RequestEntityTooLarge", "the body may have at most 1024 bytes"}
				if diff := cmp.Diff(want, errorOf(t, response, body)); diff != "" {
					t.Error(diff)
				}
				if len(f.runtime.Calls()) != 0 {
					t.Error("SageMaker was called")
				}
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// countingReader counts what is read from it.
type countingReader struct {
	io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func TestBodyIsReadNoFurtherThanNeeded(t *testing.T) {
	t.Parallel()
	gateway := New(testConfig(), endpointBy(t, panicking{}), slog.New(slog.DiscardHandler))
	for name, test := range map[string]struct{ announced, read int64 }{
		"announced":   {4096, 0},
		"unannounced": {-1, 1025},
	} {
		body := &countingReader{Reader: io.LimitReader(zeros{}, 1<<20)}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invocations", body)
		r.ContentLength = test.announced
		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, r)
		if recorder.Code != 413 || body.n != test.read {
			t.Errorf("%s: got %d after %d bytes, want 413 after %d", name, recorder.Code, body.n, test.read)
		}
	}
}

// brokenBody fails in the middle.
type brokenBody struct{ err error }

func (b brokenBody) Read([]byte) (int, error) { return 0, b.err }

func TestBodyThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	gateway := New(testConfig(), endpointBy(t, panicking{}), slog.New(slog.DiscardHandler))
	for name, test := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"cut off": {io.ErrUnexpectedEOF, 400, "IncompleteBody"},
		"slow":    {&timeoutError{}, 408, "RequestTimeout"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invocations", brokenBody{test.err})
		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, r)
		e := errorOf(t, recorder.Result(), recorder.Body.String())
		if recorder.Code != test.status || e.Code != test.code {
			t.Errorf("%s: got %d %+v", name, recorder.Code, e)
		}
	}
}

type timeoutError struct{}

func (*timeoutError) Error() string   { return "i/o timeout" }
func (*timeoutError) Timeout() bool   { return true }
func (*timeoutError) Temporary() bool { return true }
