package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// open sends a request and returns its answer as it arrives.
func (f *fixture) open(t *testing.T, path string, header http.Header) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+path, strings.NewReader("a"))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// idle waits until the gateway has nothing under way.
func (f *fixture) idle(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); f.gateway.limiter.State().InFlight != 0 ||
		f.gateway.heldBytes.Load() != 0; {
		if time.Now().After(deadline) {
			t.Fatalf("places are kept: %+v, %d bytes", f.gateway.limiter.State(), f.gateway.heldBytes.Load())
		}
		time.Sleep(time.Millisecond)
	}
}

// What the endpoint writes arrives before it writes more, whatever way.
func TestStreaming(t *testing.T) {
	t.Parallel()
	pieces := []string{"data: one\n\n", "data: two\n\n", "data: three\n\n"}
	var events []sagemakertest.Event
	for _, piece := range pieces {
		events = append(events, sagemakertest.Event{Kind: "PayloadPart", Payload: piece})
	}
	announced := func(next <-chan struct{}) sagemakertest.Answer {
		stream := sagemakertest.Pieces("text/event-stream", next, pieces...)
		return func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
			w.Header().Set("Content-Length", fmt.Sprint(len(strings.Join(pieces, ""))))
			stream(w, r, call)
		}
	}
	tests := map[string]struct {
		path   string
		answer func(next <-chan struct{}) sagemakertest.Answer
	}{
		"server-sent events": {"/invocations", func(next <-chan struct{}) sagemakertest.Answer {
			return sagemakertest.Pieces("text/event-stream", next, pieces...)
		}},
		"of a known length": {"/invocations", announced},
		"a response stream, decoded": {"/invocations-response-stream", func(next <-chan struct{}) sagemakertest.Answer {
			return sagemakertest.Stream("text/event-stream", next, events...)
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			next := make(chan struct{}, 1)
			f.runtime.Answer(test.answer(next))
			next <- struct{}{}
			response := f.open(t, test.path, http.Header{"Accept": {"text/event-stream"}})
			if got := response.Header.Get("Content-Type"); got != "text/event-stream" || response.StatusCode != 200 {
				t.Errorf("%d, Content-Type %q", response.StatusCode, got)
			}
			for i, piece := range pieces {
				if i > 0 {
					next <- struct{}{}
				}
				got := make([]byte, len(piece))
				if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != piece {
					t.Fatalf("%q, %v", got, err)
				}
			}
			if rest, err := io.ReadAll(response.Body); err != nil || len(rest) != 0 {
				t.Errorf("%q, %v", rest, err)
			}
			f.idle(t)
			if strings.HasSuffix(test.path, "stream") {
				call := f.runtime.Calls()[0]
				if call.Path != "/endpoints/predictions/invocations-response-stream" ||
					call.Header.Get(headerStreamAccept) != "text/event-stream" {
					t.Errorf("%s %v", call.Path, call.Header)
				}
			}
		})
	}
}

// An AWS SDK client streams through the gateway as from SageMaker.
func TestSDKClientStreams(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	next := make(chan struct{}, 9)
	f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		w.Header().Set("X-Amzn-Invoked-Production-Variant", "Canary")
		w.Header().Set("X-Amzn-Sagemaker-Custom-Attributes", call.Header.Get("X-Amzn-Sagemaker-Accept"))
		sagemakertest.Stream("text/csv", next,
			sagemakertest.Event{Kind: "PayloadPart", Payload: "1,2"},
			sagemakertest.Event{Kind: "PayloadPart", Payload: "3,4"},
			sagemakertest.Event{Kind: "ModelStreamError", Payload: `{"Message":"gone","ErrorCode":"StreamBroken"}`})(w, r, call)
	})
	next <- struct{}{}
	out, err := sdkClient(
		f.url,
	).InvokeEndpointWithResponseStream(t.Context(), &sagemakerruntime.InvokeEndpointWithResponseStreamInput{
		EndpointName: aws.String(testEndpoint), Body: []byte("a"), Accept: aws.String("text/csv")})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(out.ContentType) != "text/csv" || aws.ToString(out.InvokedProductionVariant) != "Canary" ||
		aws.ToString(out.CustomAttributes) != "text/csv" {
		t.Errorf("got %+v", out)
	}
	stream := out.GetStream()
	defer func() { _ = stream.Close() }()
	for _, want := range []string{"1,2", "3,4"} {
		event, ok := (<-stream.Events()).(*types.ResponseStreamMemberPayloadPart)
		if !ok || string(event.Value.Bytes) != want {
			t.Fatalf("got %v, want %s", event, want)
		}
		next <- struct{}{}
	}
	for range stream.Events() {
		t.Error("another event")
	}
	var broken *types.ModelStreamError
	if err := stream.Err(); !errors.As(err, &broken) || broken.ErrorMessage() != "gone" {
		t.Errorf("got %v", err)
	}
}

// An answer that ends too early never looks like a whole one; where nothing of
// it was sent, it is an error.
func TestAnswerBreaksOff(t *testing.T) {
	t.Parallel()
	always := make(chan struct{})
	close(always)
	part := sagemakertest.Event{Kind: "PayloadPart", Payload: "abc"}
	exception := sagemakertest.Event{
		Kind:    "ModelStreamError",
		Payload: `{"Message":"it is gone","ErrorCode":"StreamBroken"}`,
	}
	then := func(text string) sagemakertest.Answer {
		return func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
			_, _ = io.WriteString(w, text)
			w.(http.Flusher).Flush()
			sagemakertest.Hang(w, r, call)
		}
	}
	tests := map[string]struct {
		path   string
		answer sagemakertest.Answer
		status int // 0: the connection is closed in the middle
		code   string
	}{
		"resets": {
			"/invocations",
			sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true),
			0,
			"EndpointUnreachable",
		},
		"closes": {
			"/invocations",
			sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false),
			0,
			"BadEndpointReply",
		},
		"closes, chunked": {
			"/invocations",
			sagemakertest.Raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", false),
			0,
			"BadEndpointReply",
		},
		"closes before its body": {
			"/invocations",
			sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", false),
			502,
			"BadEndpointReply",
		},
		"hangs": {"/invocations", then("abc"), 0, "EndpointTimeout"},
		"stream fails": {
			"/invocations-response-stream",
			sagemakertest.Stream("text/plain", always, part, exception),
			0,
			"EndpointUnreachable",
		},
		"stream fails at once": {
			"/invocations-response-stream",
			sagemakertest.Stream("text/plain", always, exception),
			424,
			"ModelStreamError",
		},
		"stream fails inside": {
			"/invocations-response-stream",
			sagemakertest.Stream("text/plain", always, sagemakertest.Event{Kind: "InternalStreamFailure", Payload: "x"}),
			500,
			"InternalStreamFailure",
		},
		"stream is no stream": {
			"/invocations-response-stream",
			sagemakertest.Raw(
				"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nContent-Length: 20\r\n\r\nnothing "+
					"of that kind.",
				false,
			),
			502,
			"EndpointUnreachable",
		},
		"too large": {
			"/invocations",
			sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", false),
			501,
			"ResponseTooLarge",
		},
		"too large, not announced": {"/invocations", func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
			_, _ = io.Copy(w, io.LimitReader(zeros{}, 5000))
		}, 0, "ResponseTooLarge"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(cfg *Config) {
				cfg.MaxReplyBytes = 4000
				if name == "hangs" {
					cfg.RequestTimeout = 300 * time.Millisecond
				}
			})
			f.runtime.Answer(test.answer)
			response := f.open(t, test.path, http.Header{headerInferenceID: {"order-4711"}})
			body, err := io.ReadAll(response.Body)
			if test.status == 0 {
				if err == nil {
					t.Errorf("got a whole reply: %d %q", response.StatusCode, body)
				}
			} else if e := errorOf(t, response, string(body)); err != nil || response.StatusCode != test.status ||
				e.Code != test.code {
				t.Errorf("got %d %s, %v", response.StatusCode, body, err)
			}
			if got := response.Header.Get(headerInferenceID); got != "order-4711" {
				t.Errorf("the inference id is %q", got)
			}
			f.idle(t)
			if !strings.Contains(f.log.String(), `"code":"`+test.code) {
				t.Errorf("%s is not in the log %s", test.code, f.log)
			}
		})
	}
}

// A client that leaves or does not read frees the place and the connection.
func TestClientOfAStream(t *testing.T) {
	t.Parallel()
	for name, leaves := range map[string]bool{"leaves": true, "does not read": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(cfg *Config) { cfg.WriteTimeout = 300 * time.Millisecond })
			ended := make(chan struct{})
			f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, _ sagemakertest.Call) {
				defer close(ended)
				piece := make([]byte, 64<<10)
				for r.Context().Err() == nil {
					if _, err := w.Write(piece); err != nil {
						return
					}
				}
			})
			response := f.open(t, "/invocations", nil)
			if _, err := io.ReadFull(response.Body, make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
			if leaves {
				_ = response.Body.Close()
			}
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Fatal("the call to SageMaker goes on")
			}
			f.idle(t)
			if !strings.Contains(f.log.String(), `"status":499`) {
				t.Errorf("the log says %s", f.log)
			}
		})
	}
}

// The server's own front: HTTP/2 without TLS, and a stream that pauses for longer than
// the time to read a request, and than the time to write a piece.
func TestServeHTTP2(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) {
		cfg.RequestTimeout, cfg.WriteTimeout, cfg.Metrics = 300*time.Millisecond, 200*time.Millisecond, false
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- f.gateway.Serve(ctx, listener) }()
	for version := range 2 {
		var protocols http.Protocols
		protocols.SetHTTP1(version == 0)
		protocols.SetUnencryptedHTTP2(version == 1)
		next := make(chan struct{}, 1)
		f.runtime.Answer(sagemakertest.Stream("text/plain", next,
			sagemakertest.Event{Kind: "PayloadPart", Payload: "one"}, sagemakertest.Event{Kind: "PayloadPart", Payload: "two"}))
		transport := &http.Transport{Protocols: &protocols}
		next <- struct{}{}
		response, err := (&http.Client{Transport: transport, Timeout: 20 * time.Second}).
			Post("http://"+listener.Addr().String()+"/invocations-response-stream", "text/plain", strings.NewReader("a"))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 3)
		if _, err := io.ReadFull(response.Body, got); err != nil || response.ProtoMajor != version+1 {
			t.Errorf("%s %q, %v", response.Proto, got, err)
		}
		time.Sleep(2 * f.gateway.cfg.RequestTimeout)
		next <- struct{}{}
		if rest, err := io.ReadAll(response.Body); err != nil || string(rest) != "two" {
			t.Errorf("%s: %q, %v", response.Proto, rest, err)
		}
		_ = response.Body.Close()
		transport.CloseIdleConnections()
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
