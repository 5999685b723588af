package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

const (
	// A body's memory grows with what has arrived: by as much again, from firstPiece
	// to largestPiece at a time. A Content-Length reserves nothing.
	firstPiece, largestPiece = 4 << 10, 256 << 10
	// In each bodyWindow at least minBodyRate has to arrive; the first is the grace.
	bodyWindow  = 5 * time.Second
	minBodyRate = 1 << 10 // bytes a second
	// A window is not renewed more often, whatever arrives.
	shortestWindow = 250 * time.Millisecond
	// highPriorityShare of MaxHeldBytes is for requests of critical and high priority,
	// where there are any.
	highPriorityShare = 4
)

// requestBody is a request's body, in the pieces of memory in which it arrived.
type requestBody [][]byte

func (b requestBody) size() int {
	size := 0
	for _, piece := range b {
		size += len(piece)
	}
	return size
}

// hash is the SHA-256 that the signature covers, in hexadecimal digits.
func (b requestBody) hash() string {
	if len(b) == 1 {
		sum := sha256.Sum256(b[0])
		return hex.EncodeToString(sum[:])
	}
	h := sha256.New()
	for _, piece := range b {
		h.Write(piece) // never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// open returns a reader of the whole body.
func (b requestBody) open() io.ReadCloser {
	if len(b) == 1 {
		return io.NopCloser(bytes.NewReader(b[0]))
	}
	return io.NopCloser(&pieceReader{rest: b})
}

type pieceReader struct {
	rest requestBody
	at   int // in the first piece of rest
}

// Read implements io.Reader.
func (p *pieceReader) Read(to []byte) (int, error) {
	for len(p.rest) > 0 && p.at == len(p.rest[0]) {
		p.rest, p.at = p.rest[1:], 0
	}
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(to, p.rest[0][p.at:])
	p.at += n
	return n, nil
}

// readBody reads the request's body. Where it is too large, incomplete, late or slow,
// or there is no memory for it, the second result is the reply that refuses it.
func (g *Gateway) readBody(r *http.Request, x *exchange) (requestBody, *reply) {
	limit := g.cfg.MaxBodyBytes
	if r.ContentLength > limit {
		return nil, bodyTooLarge(limit)
	}
	highest := limit + 1 // one byte over the limit shows that a body of unknown length is too large
	if r.ContentLength >= 0 {
		highest = r.ContentLength
	}
	pace := pace{
		end: x.start.Add(g.cfg.RequestTimeout),
		// Without a body net/http reads on in the background already.
		arrivedWhole: r.ContentLength != 0 && x.conn != nil && x.conn.framing.between(),
	}
	if x.writer != nil {
		pace.control = http.NewResponseController(x.writer)
	}
	var body requestBody
	for size := int64(0); size < highest; {
		last := len(body) - 1
		if last < 0 || len(body[last]) == cap(body[last]) {
			room := min(max(size, firstPiece), largestPiece, highest-size)
			if !g.reserveBytes(x, room) {
				return nil, memoryFull()
			}
			body = append(body, make([]byte, 0, room))
			last++
		}
		pace.expect(size)
		piece := body[last]
		n, err := r.Body.Read(piece[len(piece):cap(piece)])
		body[last] = piece[:len(piece)+n]
		size += int64(n)
		if errors.Is(err, io.EOF) {
			highest = size
		} else if err != nil {
			return nil, pace.explain(err)
		}
		if size > limit {
			return nil, bodyTooLarge(limit)
		}
	}
	pace.done()
	return body, nil
}

func bodyTooLarge(limit int64) *reply {
	return failure(http.StatusRequestEntityTooLarge, codeRequestEntityTooLarge,
		fmt.Sprintf("the body may have at most %d bytes", limit))
}

// memoryFull is the reply to a request whose body has no place beside the others.
func memoryFull() *reply {
	out := failure(http.StatusServiceUnavailable, codeMemoryFull,
		"the gateway has no memory for more request bodies; try again later").
		withRetryAfter(retryAfter()).withCause(errors.New("the bodies of all requests together are too large"))
	out.unserved = true
	return out
}

// reserveBytes counts more bytes for x's body. It reports false where all bodies
// together would exceed MaxHeldBytes, or what requests of x's priority may have of it.
func (g *Gateway) reserveBytes(x *exchange, more int64) bool {
	if g.limiter == nil {
		return true
	}
	highest := g.cfg.MaxHeldBytes
	if x.class > pressure.High && g.cfg.prioritizes() {
		highest -= highest / highPriorityShare
	}
	if g.heldBytes.Add(more) > highest {
		g.heldBytes.Add(-more)
		return false
	}
	x.bodyBytes += more
	return true
}

// pace holds a client to minBodyRate while it sends its body.
type pace struct {
	control *http.ResponseController // nil where reading has no deadline
	end     time.Time                // of the time for the whole request
	window  time.Time                // its begin
	arrived int64                    // before the window
	slow    bool                     // the deadline is the window's, not that of the whole request
	// arrivedWhole says that nothing of the body is to come: it needs no deadline.
	arrivedWhole bool
}

// expect begins a new window where the current one has had enough of the body, of
// which size has arrived.
func (p *pace) expect(size int64) {
	const enough = int64(minBodyRate * bodyWindow / time.Second)
	if p.control == nil || p.arrivedWhole || !p.window.IsZero() && size-p.arrived < enough {
		return
	}
	now := time.Now()
	if now.Sub(p.window) < shortestWindow {
		return
	}
	p.window, p.arrived = now, size
	deadline := now.Add(bodyWindow)
	p.slow = deadline.Before(p.end)
	if !p.slow {
		deadline = p.end
	}
	if p.control.SetReadDeadline(deadline) != nil {
		p.control, p.slow = nil, false // the server's ReadTimeout holds
	}
}

// done removes the deadline, which must not end the request.
func (p *pace) done() {
	if p.control != nil {
		_ = p.control.SetReadDeadline(time.Time{}) // a writer that cannot set a deadline has none
	}
}

// explain is the reply to a request whose body ended with err.
func (p *pace) explain(err error) *reply {
	var timeout net.Error
	switch {
	case !errors.As(err, &timeout) || !timeout.Timeout():
		return failure(http.StatusBadRequest, codeIncompleteBody, "the body did not arrive whole").withCause(err)
	case p.slow:
		return failure(http.StatusRequestTimeout, codeBodyTooSlow,
			fmt.Sprintf("the body has to arrive with at least %d bytes in each %s",
				int64(minBodyRate*bodyWindow/time.Second), bodyWindow)).withCause(err)
	default:
		return failure(http.StatusRequestTimeout, codeRequestTimeout, "the body did not arrive in time").withCause(err)
	}
}
