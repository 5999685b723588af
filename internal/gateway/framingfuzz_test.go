package gateway

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"
)

// FuzzFraming holds that requests which are let through end, for the gateway, where they
// end for net/http, so that nothing of a body is taken for a request or the reverse; in
// one piece and in single bytes alike.
func FuzzFraming(f *testing.F) {
	const post = "POST /invocations HTTP/1.1\r\nHost: a\r\n"
	for _, seed := range []string{
		post + "Content-Length: 3\r\n\r\nabc" + post + "Content-Length: 0\r\n\r\n",
		post + "Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n2 \r\nbc\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		post + "Transfer-Encoding: Chunked\nContent-Length: 3\n\n0\r\n\r\n",
		post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
		post + "Content-Length:\r\n 1\r\n\r\na",
		post + "Content-Length: 00000000001\r\n\r\na" + post,
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nab",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
		"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 2\r\n\r\nab",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var whole, single framing
		passed, bad := whole.check(data)
		at := 0
		for at < len(data) {
			if _, err := single.check(data[at : at+1]); err != nil {
				if bad == nil || bad.Error() != err.Error() || at < passed {
					t.Fatalf("single bytes: %v at %d, in one piece %v at %d", err, at, bad, passed)
				}
				break
			}
			at++
		}
		if bad != nil && at == len(data) {
			t.Fatalf("in one piece only: %v", bad)
		}
		var watched framing
		source := bytes.NewReader(data)
		in := bufio.NewReader(source)
		for end := 0; ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return // net/http closes the connection
			}
			begin := end
			end = len(data) - source.Len() - in.Buffered()
			if _, err := watched.check(data[begin:end]); err != nil || watched.part == unwatched {
				return
			}
			if watched.part != betweenRequests {
				t.Fatalf("net/http's request ends at %d: %q", end, data[begin:end])
			}
		}
	})
}
