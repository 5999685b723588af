package lambdatarget

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// functionARN is the invoked function's ARN in the Runtime API, without an alias.
const functionARN = "arn:aws:lambda:us-east-1:123456789012:function:" + functionName

// maxAnswerBytes is Lambda's limit of a synchronous response, 6 MB. The load
// balancer checks its own smaller limit.
const maxAnswerBytes = 6 << 20

// runtimeAPI is the Lambda Runtime API, version 2018-06-01.
func (e *environment) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.functionError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", e.initFailed)
	return mux
}

// next waits for an event and responds with it to the function.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	if !e.asked {
		e.asked = true
		close(e.ready)
	}
	e.mu.Unlock()
	select {
	case inv := <-e.events:
		e.mu.Lock()
		e.current = inv
		e.mu.Unlock()
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", functionARN)
		header.Set("Lambda-Runtime-Trace-Id", inv.trace)
		_, _ = w.Write(inv.event) // fails where the function has exited, which is noticed elsewhere
	case <-r.Context().Done(): // the function disconnected, or the environment is closed
	}
}

// take returns the current invocation if it has this id, once.
func (e *environment) take(id string) *invocation {
	e.mu.Lock()
	defer e.mu.Unlock()
	inv := e.current
	if inv == nil || inv.id != id {
		return nil
	}
	e.current = nil
	return inv
}

func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	inv := e.take(r.PathValue("id"))
	if inv == nil {
		refuse(w, http.StatusBadRequest, "InvalidRequestID")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxAnswerBytes+1))
	switch {
	case err != nil:
		inv.outcome <- outcome{err: &FunctionError{Type: "Runtime.TruncatedResponse", Message: err.Error()}}
		refuse(w, http.StatusBadRequest, "TruncatedResponse")
		return
	case len(body) > maxAnswerBytes:
		inv.outcome <- outcome{err: &FunctionError{
			Type: "Function.ResponseSizeTooLarge", Message: "the answer exceeds " + strconv.Itoa(maxAnswerBytes) + " bytes"}}
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
		return
	}
	// A streaming runtime reports an error in a trailer after the body.
	if kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); kind != "" {
		inv.outcome <- outcome{err: &FunctionError{Type: kind, Message: "reported after the answer had begun"}}
	} else {
		inv.outcome <- outcome{answer: body}
	}
	accept(w)
}

func (e *environment) functionError(w http.ResponseWriter, r *http.Request) {
	inv := e.take(r.PathValue("id"))
	if inv == nil {
		refuse(w, http.StatusBadRequest, "InvalidRequestID")
		return
	}
	inv.outcome <- outcome{err: readError(r)}
	accept(w)
}

func (e *environment) initFailed(w http.ResponseWriter, r *http.Request) {
	err := readError(r)
	e.mu.Lock()
	e.initErr = err
	e.mu.Unlock()
	accept(w)
}

// readError reads an error report; one that is not JSON becomes an error too.
func readError(r *http.Request) *FunctionError {
	var reported FunctionError
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxAnswerBytes))
	if json.Unmarshal(body, &reported) != nil || reported.Type == "" {
		reported.Type = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	return &reported
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"errorMessage":"`+kind+`","errorType":"`+kind+`"}`)
}
