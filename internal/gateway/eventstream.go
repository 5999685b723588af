package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

const eventStreamType = "application/vnd.amazon.eventstream"

// payload reads the model's bytes out of SageMaker's event stream.
type payload struct {
	source  io.Reader
	decoder *eventstream.Decoder
	memory  []byte // the decoder's buffer
	rest    []byte // unread bytes of the last event
}

// streamError is an exception that SageMaker sends in the middle of a stream.
type streamError struct {
	kind string // ModelStreamError, InternalStreamFailure
	body []byte
}

func (e *streamError) Error() string { return "the stream ended with " + e.kind }

// next reads events until one has a payload.
func (p *payload) next() error {
	for len(p.rest) == 0 {
		message, err := p.decoder.Decode(p.source, p.memory[:0])
		if err != nil {
			return err // io.EOF between two events
		}
		switch kind := headerText(message.Headers, ":message-type"); kind {
		case "event":
			p.memory, p.rest = message.Payload, message.Payload
		case "exception":
			return &streamError{headerText(message.Headers, ":exception-type"), message.Payload}
		case "error":
			return &streamError{headerText(message.Headers, ":error-code"), message.Payload}
		default:
			return fmt.Errorf("an event of the unknown kind %q", truncate(kind))
		}
	}
	return nil
}

func headerText(headers eventstream.Headers, name string) string {
	if value := headers.Get(name); value != nil {
		return value.String()
	}
	return ""
}

// Read implements io.Reader.
func (p *payload) Read(b []byte) (int, error) {
	if err := p.next(); err != nil {
		return 0, err
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// withoutFraming removes the framing of out's event stream. It waits for the first
// event: where that is an exception the client gets an error status.
func withoutFraming(out *reply) *reply {
	if out.header.Get("Content-Type") != eventStreamType {
		return out // not an event stream
	}
	p := &payload{source: out.answer.body, decoder: eventstream.NewDecoder()}
	err := p.next()
	var exception *streamError
	switch {
	case errors.As(err, &exception):
		return exception.reply(out.header).withCause(err)
	case err != nil && !errors.Is(err, io.EOF):
		return brokenAnswer(err)
	}
	out.header["Content-Type"] = out.header[headerStreamType]
	delete(out.header, headerStreamType)
	out.answer.body, out.answer.length = p, -1
	return out
}

// reply is the exception as SageMaker answers it outside of a stream.
func (e *streamError) reply(header http.Header) *reply {
	status := http.StatusInternalServerError
	if e.kind == "ModelStreamError" {
		status = http.StatusFailedDependency
	}
	body := e.body
	if !json.Valid(body) {
		body = nil
	}
	return sageMakerError(status, http.Header{headerErrorType: {e.kind}, headerRequestID: header[headerRequestID]}, body)
}
