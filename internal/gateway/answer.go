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

// answer is SageMaker's successful response, whose body is still arriving.
type answer struct {
	body   io.Reader
	length int64           // -1 where there is no Content-Length
	ctx    context.Context // ends with the request's time
}

// errReplyTooLarge ends a reply without Content-Length that exceeds MAX_REPLY_BYTES.
var errReplyTooLarge = errors.New("the reply is larger than MAX_REPLY_BYTES")

// clientError says that the reply could not be written to the client.
type clientError struct{ err error }

func (e *clientError) Error() string { return "write the reply: " + e.err.Error() }
func (e *clientError) Unwrap() error { return e.err }

// A reply begins with a small buffer, so that thousands of waiting streams take
// little memory, and changes to a large one once it has filled the small one.
var smallBuffers, largeBuffers = bufferPool(4 << 10), bufferPool(32 << 10)

func bufferPool(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}
}

// writeHead sends status and headers.
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

// writeWhole sends a reply that is in memory, without its body where method is HEAD.
func writeWhole(w http.ResponseWriter, method string, out *reply) (int64, error) {
	length := int64(len(out.body))
	if out.status == http.StatusNoContent {
		length = -1 // which has no Content-Length
	}
	writeHead(w, out, length)
	if method == http.MethodHead {
		return 0, nil
	}
	n, err := w.Write(out.body)
	if err != nil {
		err = &clientError{err}
	}
	return int64(n), err
}

// writeAnswer copies SageMaker's body to the client as it arrives: each piece is
// flushed at once. After headWritten an error can only be shown by closing the
// connection, or the stream of HTTP/2.
func (g *Gateway) writeAnswer(
	w http.ResponseWriter, out *reply, http2 bool,
) (sent int64, headWritten bool, err error) {
	control := http.NewResponseController(w)
	pool := smallBuffers
	buffer := pool.Get().(*[]byte)
	defer func() { pool.Put(buffer) }()
	a := out.answer
	if a.length < 0 { // a stream's headers do not wait for its first byte
		writeHead(w, out, a.length)
		_ = control.Flush() // a writer without Flush sends later
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
			// Of several pieces the client has to read each within WriteTimeout.
			if now := time.Now(); now.After(nextDeadline) {
				_ = control.SetWriteDeadline(now.Add(g.cfg.WriteTimeout)) // without it the server's WriteTimeout holds
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
		if http2 {
			// HTTP/2 resets a stream when its deadline passes, HTTP/1.1 only fails a write
			// after it: SageMaker's pauses are not the client's.
			_ = control.SetWriteDeadline(time.Time{})
			nextDeadline = time.Time{}
		}
	}
}

// readAll reads the answer into out's body, for the Lambda form, which cannot stream.
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

// brokenAnswer is the reply where SageMaker's answer broke off before a byte of it
// was sent to the client.
func brokenAnswer(err error) *reply {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return failure(http.StatusBadGateway, codeBadEndpointReply, "SageMaker's answer did not arrive whole").withCause(err)
	}
	return noAnswer(err)
}
