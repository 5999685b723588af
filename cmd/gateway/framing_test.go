package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// dial connects to the server for at most 20 s.
func (s *server) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn.(*net.TCPConn)
}

// all sends request as it is written and returns everything that comes back until the
// server closes the connection.
func (s *server) all(t *testing.T, request string) string {
	t.Helper()
	conn := s.dial(t)
	if _, err := io.WriteString(conn, request); err != nil && !errors.Is(err, syscall.EPIPE) &&
		!errors.Is(err, syscall.ECONNRESET) {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("%q: %v after %q", request, err, got)
	}
	return string(got)
}

// Each line of the table of docs/gateway.md about malformed requests, on a raw socket:
// one reply with the status, then a closed connection. What stands behind the request is
// no request: it never reaches SageMaker.
func TestFraming(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"LOG_RATE": "1000"}))
	const (
		post     = "POST /invocations HTTP/1.1\r\nHost: a\r\n"
		smuggled = "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nsmuggled"
		chunked  = "Transfer-Encoding: chunked\r\n"
		one      = "1\r\na\r\n0\r\n\r\n"
	)
	tests := map[string]struct {
		request string
		status  string
	}{
		"encoding, then length":   {post + chunked + "Content-Length: 1\r\n\r\n" + one, "400"},
		"length, then encoding":   {post + "Content-Length: 11\r\n" + chunked + "\r\n" + one, "400"},
		"the same in lower case":  {post + "content-length: 11\r\ntransfer-encoding: chunked\r\n\r\n" + one, "400"},
		"an odd encoding, too":    {post + "Content-Length: 11\r\nTransfer-Encoding: xchunked\r\n\r\n" + one, "400"},
		"two lengths and chunked": {post + "Content-Length: 1\r\nContent-Length: 1\r\n" + chunked + "\r\n" + one, "400"},
		"lengths that differ":     {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
		"equal lengths":           {post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "400"},
		"equal lengths apart":     {post + "Content-Length: 1\r\nX: b\r\ncontent-length: 1\r\n\r\na", "400"},
		"a list of lengths":       {post + "Content-Length: 1, 1\r\n\r\na", "400"},
		"a folded encoding":       {post + "Transfer-Encoding:\r\n chunked\r\n\r\n" + one, "400"},
		"a folded length":         {post + "Content-Length:\r\n\t1\r\n\r\na", "400"},
		"a length behind a fold":  {post + "X: b\r\n Content-Length: 9\r\nContent-Length: 1\r\n\r\na", "400"},
		"folded after a bare LF":  {post + "X: b\n Content-Length: 9\nContent-Length: 1\r\n\r\na", "400"},
		"a first line folded":     {"POST /invocations HTTP/1.1\r\n Host: a\r\nContent-Length: 1\r\n\r\na", "400"},
		"a negative length":       {post + "Content-Length: -1\r\n\r\n", "400"},
		"a signed length":         {post + "Content-Length: +1\r\n\r\na", "400"},
		"a length of hexadecimal": {post + "Content-Length: 0x1\r\n\r\na", "400"},
		"an empty length":         {post + "Content-Length:\r\n\r\na", "400"},
		"a length beyond numbers": {post + "Content-Length: 99999999999999999999\r\n\r\na", "400"},
		"chunked twice":           {post + "Transfer-Encoding: chunked, chunked\r\n\r\n" + one, "501"},
		"two encodings":           {post + chunked + chunked + "\r\n" + one, "501"},
		"another encoding":        {post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + one, "501"},
		"identity":                {post + "Transfer-Encoding: identity\r\n\r\na", "501"},
		"chunked in HTTP/1.0":     {"POST /invocations HTTP/1.0\r\n" + chunked + "\r\n" + one, "400"},
		"a name with a space":     {post + "Content-Length : 1\r\n\r\na", "400"},
		"a name with a tab":       {post + "Transfer-Encoding\t: chunked\r\n\r\n" + one, "400"},
		"a line without a colon":  {post + "Content-Length\r\n\r\n", "400"},
		"a control character":     {post + "X-Amzn-SageMaker-Target-Variant: a\x00b\r\nContent-Length: 1\r\n\r\na", "400"},
		"a bare CR in a value":    {post + "X-Amzn-SageMaker-Target-Variant: a\rb\r\nContent-Length: 1\r\n\r\na", "400"},
		"two hosts":               {post + "Host: b\r\nContent-Length: 1\r\n\r\na", "400"},
		"no host":                 {"POST /invocations HTTP/1.1\r\nContent-Length: 1\r\n\r\na", "400"},
		"no version":              {"POST /invocations\r\nHost: a\r\nContent-Length: 1\r\n\r\na", "400"},
		"another version":         {"POST /invocations HTTP/3.0\r\nHost: a\r\nContent-Length: 1\r\n\r\na", "505"},
		"a chunk's size":          {post + chunked + "\r\nzz\r\na\r\n0\r\n\r\n", "400"},
		"a chunk's end":           {post + chunked + "\r\n1\r\nab\r\n0\r\n\r\n", "400"},
		"a chunk's size, signed":  {post + chunked + "\r\n+1\r\na\r\n0\r\n\r\n", "400"},
		"huge headers":            {post + "X: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", "431"},
		"many headers":            {post + strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 80) + "\r\n", "431"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.all(t, test.request+smuggled)
			if !strings.HasPrefix(got, "HTTP/1.1 "+test.status+" ") || strings.Count(got, "HTTP/1.1 ") != 1 {
				t.Errorf("got %q, want %s", got, test.status)
			}
			// The same request in single bytes, each its own segment at best.
			if len(test.request) > 500 {
				return
			}
			conn := s.dial(t)
			_ = conn.SetNoDelay(true)
			for _, c := range []byte(test.request) {
				if _, err := conn.Write([]byte{c}); err != nil {
					break // it has answered already
				}
				time.Sleep(100 * time.Microsecond)
			}
			text, _ := io.ReadAll(conn)
			if !bytes.HasPrefix(text, []byte("HTTP/1.1 "+test.status+" ")) {
				t.Errorf("in single bytes: got %q, want %s", text, test.status)
			}
		})
	}
	t.Cleanup(func() {
		for _, call := range runtime.Calls() {
			t.Errorf("%q reached SageMaker", call.Body)
		}
	})
}

// A connection whose requests are well framed serves all of them, with bodies of every
// kind, whole and in single bytes; the one behind them that is not is refused alone.
func TestFramingOfKeptConnections(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, nil))
	const head = "POST /invocations HTTP/1.1\r\nHost: a\r\n"
	requests := head + "Content-Length: 3\r\n\r\none" +
		head + "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nt\r\n2 \r\nwo\r\n0\r\n\r\n" +
		head + "Transfer-Encoding: Chunked\r\nTrailer: X\r\n\r\n5\r\nthree\r\n0\r\nX: Content-Length\r\n\r\n" +
		"GET /ping HTTP/1.1\r\nHost: a\r\n\r\n" +
		head + "Content-Length: 0\r\n\r\n" +
		"\r\n" + head + "Content-Length: 27\r\n\r\nContent-Length: 1\r\n folded\n"
	want := []string{"one", "two", "three", `{"status":"ok"}`, "", "Content-Length: 1\r\n folded\n"}
	for name, piece := range map[string]int{"whole": len(requests), "in pieces": 7, "in single bytes": 1} {
		t.Run(name, func(t *testing.T) {
			conn := s.dial(t)
			answers := bufio.NewReader(conn)
			go func() {
				for text := requests; len(text) > 0; text = text[min(piece, len(text)):] {
					if _, err := io.WriteString(conn, text[:min(piece, len(text))]); err != nil {
						return // the other side says so
					}
				}
				_, _ = io.WriteString(conn, head+"Content-Length: 1\r\nContent-Length: 1\r\n\r\na")
			}()
			for _, body := range want {
				response, err := http.ReadResponse(answers, nil)
				if err != nil {
					t.Fatalf("%q: %v", body, err)
				}
				got, err := io.ReadAll(response.Body)
				if response.StatusCode != 200 || string(got) != body || err != nil {
					t.Errorf("got %d %q, %v, want %q", response.StatusCode, got, err, body)
				}
			}
			response, err := http.ReadResponse(answers, nil)
			if err != nil || response.StatusCode != 400 || !response.Close {
				t.Errorf("got %v, %v", response, err)
			}
			if _, err := answers.ReadByte(); err == nil {
				// The text of the refusal is read to the end by the closed connection.
				_, _ = io.Copy(io.Discard, answers)
			}
		})
	}
}

// A client that closes its side of the connection gets its reply, also a late one and
// one with a body of unknown length; what it has not sent whole is refused.
func TestHalfClosingClient(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"REQUEST_TIMEOUT": "15s"}))
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		if bytes.HasPrefix(call.Body, []byte("late")) {
			select {
			case <-time.After(4 * time.Second):
			case <-r.Context().Done():
				return
			}
		}
		sagemakertest.Echo(w, r, call)
	})
	const head = "POST /invocations HTTP/1.1\r\nHost: a\r\n"
	for name, test := range map[string]struct{ request, status, body, first string }{
		"at once":     {head + "Content-Length: 4\r\n\r\nsoon", "200", "soon", "HTTP/1.1 200"},
		"chunked":     {head + "Transfer-Encoding: chunked\r\n\r\n4\r\nsoon\r\n0\r\n\r\n", "200", "soon", "HTTP/1.1 200"},
		"late":        {head + "Content-Length: 4\r\n\r\nlate", "200", "late", "HTTP/1.1 100"},
		"HTTP/1.0":    {"POST /invocations HTTP/1.0\r\nContent-Length: 4\r\n\r\nlate", "200", "late", "HTTP/1.0 200"},
		"cut off":     {head + "Content-Length: 9\r\n\r\nsoon", "400", "IncompleteBody", "HTTP/1.1 400"},
		"in a chunk":  {head + "Transfer-Encoding: chunked\r\n\r\n9\r\nsoon", "400", "IncompleteBody", "HTTP/1.1 400"},
		"in a header": {head + "Content-Length: 4\r\n", "", "", "HTTP/1.1 400"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := s.dial(t)
			if _, err := io.WriteString(conn, test.request); err != nil {
				t.Fatal(err)
			}
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(conn)
			text := string(got)
			if err != nil || !strings.HasPrefix(text, test.first) || !strings.Contains(text, " "+test.status) ||
				!strings.Contains(text, test.body) {
				t.Errorf("got %q, %v, want %s with %q", text, err, test.status, test.body)
			}
		})
	}
}

// A client that is gone ends its call, whether it closes the connection or resets it.
func TestClientIsGone(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"REQUEST_TIMEOUT": "1m"}))
	arrived, left := make(chan string, 2), make(chan string, 2)
	runtime.Answer(func(_ http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		arrived <- string(call.Body)
		<-r.Context().Done()
		left <- string(call.Body)
	})
	for body, within := range map[string]time.Duration{"close": 10 * time.Second, "reset": 2 * time.Second} {
		conn := s.dial(t)
		if _, err := io.WriteString(conn, "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"+body); err != nil {
			t.Fatal(err)
		}
		<-arrived
		if body == "reset" {
			_ = conn.SetLinger(0)
		}
		_ = conn.Close()
		select {
		case <-left:
		case <-time.After(within):
			t.Fatalf("%s: the call goes on", body)
		}
		var line struct {
			Status int
			Code   string
		}
		if err := json.Unmarshal([]byte(s.waitFor(t, `"msg":"request"`)), &line); err != nil || line.Status != 499 {
			t.Errorf("%s: %+v, %v", body, line, err)
		}
	}
}
