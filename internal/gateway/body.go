package gateway

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// readAhead is the most memory that a request gets by announcing alone.
const readAhead = 64 << 10

// readBody reads at most the largest body, and one byte more to know that there
// is more; what it could not read in full it explains by the second result.
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
	// Room for what is announced, but not so much that announcing alone costs
	// memory.
	highest, room := limit+1, int64(512)
	if r.ContentLength >= 0 {
		highest, room = r.ContentLength, min(r.ContentLength, readAhead)
	}
	var body []byte
	for int64(len(body)) < highest {
		if len(body) == cap(body) {
			room = min(max(room, 2*int64(cap(body))), highest)
			if !g.reserveBytes(x, room) {
				return refuse(g.shed(errors.New("the bodies of all requests together are too large")))
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
			return refuse(failure(http.StatusRequestTimeout, codeRequestTimeout, "the body did not arrive in time").withCause(err))
		case err != nil:
			return refuse(failure(http.StatusBadRequest, codeIncompleteBody, "the body did not arrive whole").withCause(err))
		}
	}
	if int64(len(body)) > limit {
		return tooLarge()
	}
	if x.writer != nil {
		// What bounded the reading would end the request itself.
		_ = http.NewResponseController(x.writer).SetReadDeadline(time.Time{}) // where it cannot be set there is none
	}
	return body, nil
}

// hold accounts for total bytes of x's body, unless all bodies together become
// too large.
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
