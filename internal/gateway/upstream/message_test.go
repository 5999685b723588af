package upstream

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What could mean something else to its reader is not sent.
func TestUnsendable(t *testing.T) {
	t.Parallel()
	transport := New(&url.URL{Scheme: "http", Host: "a"}, nil, time.Minute)
	transport.Dial = func(context.Context, string, string) (net.Conn, error) {
		t.Error("it connects")
		return nil, errors.New("no")
	}
	for name, change := range map[string]func(*http.Request){
		"a line break in a value": func(r *http.Request) { r.Header["X"] = []string{"a\r\nY: b"} },
		"a line break in a name":  func(r *http.Request) { r.Header["X: a\r\nY"] = []string{"b"} },
		"a colon in a name":       func(r *http.Request) { r.Header["X: a"] = []string{"b"} },
		"no name":                 func(r *http.Request) { r.Header[""] = []string{"b"} },
		"a length of its own":     func(r *http.Request) { r.Header["Content-Length"] = []string{"5"} },
		"an encoding of its own":  func(r *http.Request) { r.Header["Transfer-Encoding"] = []string{"chunked"} },
		"a line break in a host":  func(r *http.Request) { r.Host = "a\r\nX: b" },
		"a space in a method":     func(r *http.Request) { r.Method = "POST /b HTTP/1.1\r\n" },
		"no length":               func(r *http.Request) { r.ContentLength = -1 },
		"a body that is short":    func(r *http.Request) { r.ContentLength = 10 },
	} {
		r := post(t, t.Context(), "http://a/b", "c")
		change(r)
		if _, err := transport.RoundTrip(r); err == nil {
			t.Errorf("%s is sent", name)
		}
	}
}

// FuzzMessage holds that net/http reads what was meant.
func FuzzMessage(f *testing.F) {
	f.Add("/endpoints/a/invocations", "X-Amzn-Sagemaker-Target-Variant", "main", []byte("body"))
	f.Add("/a b", "X", "a\r\nContent-Length: 3", []byte(""))
	f.Add("/%0d%0a", "Host", "b", []byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, path, name, value string, body []byte) {
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Scheme: "http", Host: "a", Path: path}, Header: http.Header{name: {value}},
			ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body))}
		if len(body) == 0 {
			r.Body = http.NoBody
		}
		m, err := newMessage(r)
		if err != nil || m.rest != nil {
			return // refused, or a body of its own
		}
		defer m.free()
		in := bufio.NewReader(bytes.NewReader(m.text))
		got, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("%q: %v", m.text, err)
		}
		content, err := io.ReadAll(got.Body)
		if err != nil || !bytes.Equal(content, body) || in.Buffered() != 0 {
			t.Fatalf("%q is read as the body %q, %v, and more", m.text, content, err)
		}
		if got.Method != http.MethodPost || got.RequestURI != r.URL.RequestURI() || got.Host != "a" {
			t.Fatalf("%q is read as %s %s of %s", m.text, got.Method, got.RequestURI, got.Host)
		}
		delete(got.Header, "Content-Length")
		if len(got.Header) != 1 || got.Header.Get(name) != strings.Trim(value, " \t") {
			t.Fatalf("%q is read as %v", m.text, got.Header)
		}
	})
}
