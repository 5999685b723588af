package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// answer is the endpoint's, as it arrives.
type answer struct {
	body   io.Reader
	length int64           // -1 if it is not announced
	ctx    context.Context // ends with the request's time
}

// errReplyTooLarge ends a reply that was not announced to be so large.
var errReplyTooLarge = errors.New("the reply is larger than MAX_REPLY_BYTES")

// clientError says that the client did not take its reply.
type clientError struct{ err error }

func (e *clientError) Error() string { return "write the reply: " + e.err.Error() }
func (e *clientError) Unwrap() error { return e.err }

// Most replies and most events fit into a small buffer, so that thousands of
// streams that wait cost little; what fills one goes on with a large one.
var smallBuffers, largeBuffers = bufferPool(4 << 10), bufferPool(32 << 10)

func bufferPool(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}
}

// begin sends status and headers.
func writeHead(w http.ResponseWriter, out *reply, length int64) {
	header := w.Header()
	maps.Copy(header, out.header)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = nil // else net/http would guess one
	}
	if length >= 0 {
		header["Content-Length"] = []string{strconv.FormatInt(length, 10)}
	}
	w.WriteHeader(out.status)
}

// writeWhole sends a reply that is all there, without its body where method is
// HEAD.
func writeWhole(w http.ResponseWriter, method string, out *reply) (int64, error) {
	writeHead(w, out, int64(len(out.body)))
	if method == http.MethodHead {
		return 0, nil
	}
	n, err := w.Write(out.body)
	if err != nil {
		err = &clientError{err}
	}
	return int64(n), err
}

// writeAnswer passes the endpoint's answer on as it arrives: nothing waits for
// what follows. headWritten says that something was sent, after which an error can
// only be told by closing the connection.
func (g *Gateway) writeAnswer(w http.ResponseWriter, out *reply) (sent int64, headWritten bool, err error) {
	control := http.NewResponseController(w)
	pool := smallBuffers
	buffer := pool.Get().(*[]byte)
	defer func() { pool.Put(buffer) }()
	a := out.answer
	if a.length < 0 { // a stream's headers do not wait for its first byte
		writeHead(w, out, a.length)
		_ = control.Flush() // where it cannot, net/http sends when it will
		headWritten = true
	}
	var nextDeadline time.Time
	for {
		n, readErr := a.body.Read(*buffer)
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			if cause := context.Cause(a.ctx); cause != nil {
				readErr = fmt.Errorf("%w: %w", cause, readErr)
			}
			if n == 0 {
				return sent, headWritten, readErr
			}
		}
		if !headWritten {
			writeHead(w, out, a.length)
			headWritten = true
		}
		if sent += int64(n); sent > g.cfg.MaxReplyBytes {
			return sent, headWritten, errReplyTooLarge
		}
		last := errors.Is(readErr, io.EOF) || sent == a.length
		if !last || sent > int64(n) {
			// More than one piece: the client is to take each in time.
			if now := time.Now(); now.After(nextDeadline) {
				_ = control.SetWriteDeadline(now.Add(g.cfg.WriteTimeout)) // where it cannot, the server's own holds
				nextDeadline = now.Add(min(time.Second, g.cfg.WriteTimeout/4))
			}
		}
		if n > 0 {
			if _, err := w.Write((*buffer)[:n]); err != nil {
				return sent, headWritten, &clientError{err}
			}
		}
		if n == len(*buffer) && pool == smallBuffers {
			pool.Put(buffer)
			pool = largeBuffers
			buffer = pool.Get().(*[]byte)
		}
		switch {
		case last:
			return sent, headWritten, nil
		case readErr != nil:
			return sent, headWritten, readErr
		}
		if err := control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return sent, headWritten, &clientError{err}
		}
	}
}

// whole reads the answer into out's body, for a form that cannot stream.
func (a *answer) readAll(out *reply, limit int64) *reply {
	body, err := io.ReadAll(io.LimitReader(a.body, limit+1))
	if err != nil {
		if cause := context.Cause(a.ctx); cause != nil {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		return brokenAnswer(err)
	}
	out.body, out.answer = body, nil
	return out
}

// broken is the reply where an answer ended before its first byte was passed on.
func brokenAnswer(err error) *reply {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return failure(http.StatusBadGateway, codeBadEndpointReply, "SageMaker's answer did not arrive whole").withCause(err)
	}
	return noAnswer(err)
}
