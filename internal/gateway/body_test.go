package gateway

import (
	"bytes"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

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

// Bodies of all sizes, in any pieces, arrive and are signed as they were sent.
func TestPiecesOfABody(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.MaxBodyBytes = 2 << 20 })
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, firstPiece - 1, firstPiece, firstPiece + 1, 3 * firstPiece, largestPiece,
		2*largestPiece + 1, 5*largestPiece - 1, 2 << 20} {
		body := make([]byte, size)
		for i := range body {
			body[i] = byte(random.Uint32())
		}
		for name, reader := range map[string]io.Reader{
			"announced": bytes.NewReader(body), "unannounced": io.MultiReader(bytes.NewReader(body)),
			"dribbling": iotest.HalfReader(bytes.NewReader(body)),
		} {
			response, got := f.do(t, "POST", "/invocations", nil, reader)
			calls := f.runtime.Calls()
			if response.StatusCode != 200 || got != string(body) || !bytes.Equal(calls[len(calls)-1].Body, body) {
				t.Errorf("%d bytes, %s: %d with %d bytes", size, name, response.StatusCode, len(got))
			}
		}
	}
	for _, size := range []int{firstPiece, 3 * firstPiece} { // hash by pieces is hash of the whole
		body := bytes.Repeat([]byte("ab"), size)
		if whole, parts := (requestBody{body}).hash(), (requestBody{body[:1], body[1:9], body[9:]}).hash(); whole != parts {
			t.Errorf("%s and %s", whole, parts)
		}
	}
}

// What is announced takes no memory, what has arrived does, and a share of it is for
// requests of high priority.
func TestMemoryOfBodies(t *testing.T) {
	t.Parallel()
	sources := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	f := newFixture(t, func(cfg *Config) {
		cfg.MaxBodyBytes, cfg.MaxHeldBytes, cfg.PrioritySources = 1<<20, 64<<10, sources
	})
	ends := make(chan struct{})
	var all sync.WaitGroup
	hold := func(body string, priority string) {
		all.Go(func() {
			reader, writer := io.Pipe()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/invocations", reader)
			if err != nil {
				t.Error(err)
				return
			}
			r.ContentLength = 40 << 10
			r.Header.Set(headerPriority, priority)
			go func() {
				_, _ = io.WriteString(writer, body)
				<-ends
				_ = writer.Close()
			}()
			if response, err := http.DefaultClient.Do(r); err == nil {
				_ = response.Body.Close()
			}
		})
	}
	held := func(least int64) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); f.gateway.heldBytes.Load() < least; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d bytes are held, not %d", f.gateway.heldBytes.Load(), least)
			}
		}
	}
	for range 10 { // 400 KiB announced
		hold("a", "")
	}
	held(10 * firstPiece)
	if got := f.gateway.heldBytes.Load(); got != 10*firstPiece {
		t.Errorf("%d bytes are held for 10 that have arrived", got)
	}
	ask := func(size int, priority string) (int, string) {
		response, body := f.do(t, "POST", "/invocations", http.Header{headerPriority: {priority}},
			strings.NewReader(strings.Repeat("x", size)))
		if response.StatusCode == 200 {
			return 200, ""
		}
		if response.StatusCode == 503 && response.Header.Get("X-Amz-Retry-After") == "" {
			t.Error("no Retry-After")
		}
		return response.StatusCode, errorOf(t, response, body).Code
	}
	if status, _ := ask(8<<10, ""); status != 200 {
		t.Errorf("with memory left: %d", status)
	}
	if status, code := ask(16<<10, ""); status != 503 || code != "GatewayMemoryFull" {
		t.Errorf("beyond the share of normal priority: %d %s", status, code)
	}
	if status, _ := ask(16<<10, "high"); status != 200 {
		t.Errorf("of high priority: %d", status)
	}
	if status, code := ask(32<<10, "high"); status != 503 || code != "GatewayMemoryFull" {
		t.Errorf("of high priority, beyond the whole: %d %s", status, code)
	}
	close(ends)
	all.Wait()
	f.idle(t)
	m := &f.gateway.metrics
	if full, shed := m.outcomes[bodyMemoryFull].Load(), m.shed.Load(); full != 2 || shed != 0 {
		t.Errorf("%d without memory, %d shed", full, shed)
	}
}

type timeoutError struct{}

func (*timeoutError) Error() string   { return "i/o timeout" }
func (*timeoutError) Timeout() bool   { return true }
func (*timeoutError) Temporary() bool { return true }
