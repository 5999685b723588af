package sagemakertest

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

// Answer is one way to answer a call.
type Answer = func(http.ResponseWriter, *http.Request, Call)

// longest bounds every fault, so that no test hangs.
const longest = 20 * time.Second

// Hang does not answer until the caller closes the connection.
func Hang(_ http.ResponseWriter, r *http.Request, _ Call) {
	select {
	case <-r.Context().Done():
	case <-time.After(longest):
	}
}

// Fail answers with a status, a code and a message, as SageMaker does.
func Fail(status int, code string) Answer {
	return func(w http.ResponseWriter, _ *http.Request, _ Call) {
		Error(w, status, code, `{"Message":"a fault"}`)
	}
}

// ModelError answers 424, with original as the status of the model's container.
func ModelError(original int) Answer {
	return func(w http.ResponseWriter, _ *http.Request, _ Call) {
		Error(w, http.StatusFailedDependency, "ModelError",
			`{"Message":"a fault","OriginalMessage":"","OriginalStatusCode":`+strconv.Itoa(original)+`}`)
	}
}

// Raw writes text in place of an HTTP answer and closes the connection, with a reset
// where reset is true.
func Raw(text string, reset bool) Answer {
	return func(w http.ResponseWriter, _ *http.Request, _ Call) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err) // HTTP/1.1 can always be hijacked
		}
		_, _ = io.WriteString(conn, text)
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			time.Sleep(20 * time.Millisecond) // or the reset overtakes the text
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

// Closing answers as answer does and closes the connection.
func Closing(answer Answer) Answer {
	return func(w http.ResponseWriter, r *http.Request, call Call) {
		w.Header().Set("Connection", "close")
		answer(w, r, call)
	}
}

// Pieces answers pieces, each after a receive from next; kind is the content type.
func Pieces(kind string, next <-chan struct{}, pieces ...string) Answer {
	return func(w http.ResponseWriter, r *http.Request, _ Call) {
		w.Header().Set("Content-Type", kind)
		for _, piece := range pieces {
			select {
			case <-next:
			case <-r.Context().Done():
				return
			case <-time.After(longest):
				return
			}
			_, _ = io.WriteString(w, piece)
			w.(http.Flusher).Flush()
		}
	}
}

// Event is a message of a response stream: of Kind PayloadPart, or the name of
// an exception.
type Event struct {
	Kind, Payload string
}

// Stream answers a response stream, each event after a receive from next.
func Stream(kind string, next <-chan struct{}, events ...Event) Answer {
	return func(w http.ResponseWriter, r *http.Request, _ Call) {
		w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
		w.Header().Set("X-Amzn-Sagemaker-Content-Type", kind)
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		for _, event := range events {
			select {
			case <-next:
			case <-r.Context().Done():
				return
			case <-time.After(longest):
				return
			}
			if err := eventstream.NewEncoder().Encode(w, event.message()); err != nil {
				return // the caller left
			}
			w.(http.Flusher).Flush()
		}
	}
}

func (e Event) message() eventstream.Message {
	message := eventstream.Message{Payload: []byte(e.Payload)}
	if e.Kind == "PayloadPart" {
		message.Headers.Set(":message-type", eventstream.StringValue("event"))
		message.Headers.Set(":event-type", eventstream.StringValue(e.Kind))
		message.Headers.Set(":content-type", eventstream.StringValue("application/octet-stream"))
	} else {
		message.Headers.Set(":message-type", eventstream.StringValue("exception"))
		message.Headers.Set(":exception-type", eventstream.StringValue(e.Kind))
		message.Headers.Set(":content-type", eventstream.StringValue("application/json"))
	}
	return message
}
