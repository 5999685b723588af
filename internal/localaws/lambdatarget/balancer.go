package lambdatarget

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxBytes limits the body that a load balancer sends to a function, and the JSON
// that it accepts from it: 1 MB (fact F12), here 2^20 bytes, so that tests see that a
// function with a limit of 10^6 refuses by itself.
const maxBytes = 1 << 20

// ServeHTTP sends the request to the function and its response to the client. Like
// a load balancer it responds 400 to an upgrade, 413 to a body over 1 MB, 502 when
// the function fails, times out or returns no valid response, and 504 when it takes
// longer than the idle timeout.
func (t *Target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		writeError(w, http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		writeError(w, http.StatusRequestEntityTooLarge)
		return
	} else if err != nil {
		writeError(w, http.StatusBadRequest)
		return
	}
	answer, err := t.exchange(r, body)
	if err != nil {
		fmt.Fprintf(t.opts.Log, "lambdatarget: %s %s: %v\n", r.Method, r.URL.EscapedPath(), err)
		status := http.StatusBadGateway
		if errors.Is(err, context.DeadlineExceeded) {
			status = http.StatusGatewayTimeout
		}
		writeError(w, status)
		return
	}
	answer.writeTo(w)
}

func (t *Target) exchange(r *http.Request, body []byte) (*answer, error) {
	event, err := newEvent(r, body, t.opts.MultiValueHeaders, traceRoot(t.requests.Add(1)))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.opts.IdleTimeout)
	defer cancel()
	payload, err := t.Invoke(ctx, event)
	if err != nil {
		return nil, err
	}
	return readAnswer(payload, t.opts.MultiValueHeaders)
}

// answer is a function's response as HTTP.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// readAnswer reads a function's response. A load balancer reads the kind of headers
// that the attributes of its target group select, and ignores the other.
func readAnswer(payload json.RawMessage, multiValue bool) (*answer, error) {
	if len(payload) > maxBytes {
		return nil, fmt.Errorf("the answer has %d bytes, a load balancer takes %d", len(payload), maxBytes)
	}
	var said struct {
		StatusCode        int
		Headers           map[string]string
		MultiValueHeaders map[string][]string
		Body              string
		IsBase64Encoded   bool
	}
	if err := json.Unmarshal(payload, &said); err != nil {
		return nil, fmt.Errorf("the answer is not one to a load balancer: %w", err)
	}
	if said.StatusCode < 200 || said.StatusCode > 599 {
		return nil, fmt.Errorf("the answer has statusCode %d, it must be from 200 to 599", said.StatusCode)
	}
	a := &answer{status: said.StatusCode, header: http.Header{}, body: []byte(said.Body)}
	if said.IsBase64Encoded {
		var err error
		if a.body, err = base64.StdEncoding.DecodeString(said.Body); err != nil {
			return nil, fmt.Errorf("the answer's body is not base64, as it says: %w", err)
		}
	}
	if multiValue {
		for name, values := range said.MultiValueHeaders {
			for _, value := range values {
				a.header.Add(name, value)
			}
		}
	} else {
		for name, value := range said.Headers {
			a.header.Set(name, value)
		}
	}
	for name, values := range a.header {
		if strings.ContainsAny(name+strings.Join(values, ""), "\r\n") {
			return nil, fmt.Errorf("the answer has a line break in the header %q", name)
		}
	}
	for _, name := range connectionHeaders {
		a.header.Del(name)
	}
	return a, nil
}

func (a *answer) writeTo(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = nil // keeps net/http from guessing one
	}
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // fails where the client has left
}

// writeError responds with a load balancer's error page.
func writeError(w http.ResponseWriter, status int) {
	w.Header().Set("Server", "awselb/2.0")
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	_, _ = fmt.Fprintf(w, "<html>\r\n<head><title>%s</title></head>\r\n"+
		"<body>\r\n<center><h1>%s</h1></center>\r\n</body>\r\n</html>\r\n", title, title)
}
