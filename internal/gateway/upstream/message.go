package upstream

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// message is a request as it goes out.
type message struct {
	text []byte        // headers, and a body that is small
	rest io.ReadCloser // a body that is not; nil if there is none
}

// messages are used again; what is in one goes out in one write.
var messages = sync.Pool{New: func() any { return &message{text: make([]byte, 0, 4<<10)} }}

func newMessage(r *http.Request) (*message, error) {
	if r.ContentLength < 0 || r.ContentLength == 0 && r.Body != nil && r.Body != http.NoBody {
		return nil, errors.New("a body of unknown length")
	}
	m := messages.Get().(*message)
	m.rest = r.Body
	if err := m.write(r); err != nil {
		m.free()
		return nil, err
	}
	return m, nil
}

func (m *message) write(r *http.Request) error {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	path := r.URL.RequestURI()
	if !token(r.Method) || !strings.HasPrefix(path, "/") || strings.Contains(path, " ") || !valid(path) || !valid(host) {
		return fmt.Errorf("%q %q of %q cannot be sent", r.Method, path, host)
	}
	b := append(m.text[:0], r.Method...)
	b = append(append(b, ' '), path...)
	b = append(append(b, " HTTP/1.1\r\nHost: "...), host...)
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, r.ContentLength, 10)
	for name, values := range r.Header {
		for _, value := range values {
			// A line break would begin another header, or another request.
			if !token(name) || slices.Contains(own, http.CanonicalHeaderKey(name)) || !valid(value) {
				return fmt.Errorf("the header %q cannot be sent", name)
			}
			b = append(append(b, "\r\n"...), name...)
			b = append(append(b, ": "...), value...)
		}
	}
	b = append(b, "\r\n\r\n"...)
	m.text = b
	if r.ContentLength > oneWrite {
		return nil
	}
	if r.ContentLength > 0 {
		head := len(b)
		m.text = append(b, make([]byte, r.ContentLength)...)
		if _, err := io.ReadFull(m.rest, m.text[head:]); err != nil {
			return fmt.Errorf("read the body: %w", err)
		}
	}
	m.close()
	return nil
}

// own are the headers that say where a request ends and where it goes.
var own = []string{"Connection", "Content-Length", "Host", "Trailer", "Transfer-Encoding"}

// token reports whether text can be a method, or a header's name.
func token(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return text != ""
}

// valid reports whether text can be sent in a header without ending it.
func valid(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func (m *message) close() {
	if m.rest != nil {
		_ = m.rest.Close() // all that was wanted of it was read
		m.rest = nil
	}
}

func (m *message) free() {
	m.close()
	messages.Put(m)
}
