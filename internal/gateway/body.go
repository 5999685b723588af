package gateway

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// readAhead is the most memory that a Content-Length alone reserves: the rest is
// reserved as the body arrives.
const readAhead = 64 << 10

// readBody reads the request's body. Where it is too large, incomplete or late, the
// second result is the reply that refuses it.
func (g *Gateway) readBody(r *http.Request, x *exchange) ([]byte, *reply) {
	refuse := func(out *reply) ([]byte, *reply) { return nil, out }
	limit := g.cfg.MaxBodyBytes
	tooLarge := func() ([]byte, *reply) {
		return refuse(failure(http.StatusRequestEntityTooLarge, codeRequestEntityTooLarge,
			fmt.Sprintf("the body may have at most %d bytes", limit)))
	}
	if r.ContentLength > limit {
		return tooLarge()
	}
	// One byte over the limit shows that a body of unknown length is too large.
	highest, room := limit+1, int64(512)
	if r.ContentLength >= 0 {
		highest, room = r.ContentLength, min(r.ContentLength, readAhead)
	}
	var body []byte
	for int64(len(body)) < highest {
		if len(body) == cap(body) {
			room = min(max(room, 2*int64(cap(body))), highest)
			if !g.reserveBytes(x, room) {
				return refuse(g.shed(x, errors.New("the bodies of all requests together are too large")))
			}
			body = append(make([]byte, 0, room), body...)
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		var timeout net.Error
		switch {
		case errors.Is(err, io.EOF):
			highest = int64(len(body))
		case errors.As(err, &timeout) && timeout.Timeout():
			return refuse(failure(http.StatusRequestTimeout, codeRequestTimeout,
				"the body did not arrive in time").withCause(err))
		case err != nil:
			return refuse(failure(http.StatusBadRequest, codeIncompleteBody,
				"the body did not arrive whole").withCause(err))
		}
	}
	if int64(len(body)) > limit {
		return tooLarge()
	}
	if x.writer != nil {
		// The deadline for reading the body must not end the request.
		_ = http.NewResponseController(x.writer).SetReadDeadline(time.Time{}) // a writer that cannot set a deadline has none
	}
	return body, nil
}

// reserveBytes counts total bytes for x's body. It reports false where all bodies
// together would exceed MaxHeldBytes.
func (g *Gateway) reserveBytes(x *exchange, total int64) bool {
	if g.limiter == nil {
		return true
	}
	more := total - x.bodyBytes
	if g.heldBytes.Add(more) > g.cfg.MaxHeldBytes {
		g.heldBytes.Add(-more)
		return false
	}
	x.bodyBytes = total
	return true
}
