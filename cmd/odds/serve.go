package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	maxInstances = 1000
	maxBody      = 1 << 20
	// drainTime is below the 30 s that SageMaker leaves between SIGTERM and SIGKILL
	// ("Custom Inference Code with Hosting Services").
	drainTime = 25 * time.Second
)

// load reads and checks the model.json of a folder.
func load(folder string) (m odds, err error) {
	path := filepath.Join(folder, "model.json")
	body, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	if err = json.Unmarshal(body, &m); err == nil {
		err = m.validate()
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// serve answers /ping and /invocations until SIGTERM, and then what has begun.
// It listens once the model is loaded, so that a ping fails before, on all addresses
// where host is "".
func serve(folder, host string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	m, err := load(folder)
	if err != nil {
		return err
	}
	port := os.Getenv("SAGEMAKER_BIND_TO_PORT")
	if port == "" {
		port = "8080"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return err
	}
	log.Printf("serving on %s", listener.Addr())
	server := &http.Server{Handler: handler(m), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	return server.Shutdown(drain)
}

func handler(m odds) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("POST /invocations", func(w http.ResponseWriter, r *http.Request) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			refuse(w, http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the content type is not application/json")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			refuse(w, http.StatusRequestEntityTooLarge, "TooLarge", fmt.Sprintf("the body has more than %d bytes", maxBody))
			return
		}
		var request struct {
			Instances [][]float64 `json:"instances"`
		}
		if err == nil {
			err = json.Unmarshal(body, &request)
		}
		if n := len(request.Instances); n > maxInstances {
			refuse(w, http.StatusRequestEntityTooLarge, "TooLarge", fmt.Sprintf("instances: %d, at most %d", n, maxInstances))
			return
		}
		if err == nil {
			err = check(request.Instances)
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, "BadRequest", err.Error())
			return
		}
		var reply struct {
			Predictions [][]float64 `json:"predictions"`
		}
		for _, x := range request.Instances {
			reply.Predictions = append(reply.Predictions, m.predict(x))
		}
		answer(w, http.StatusOK, reply)
	})
	return mux
}

// check says everything that is wrong with instances.
func check(instances [][]float64) error {
	if len(instances) == 0 {
		return fmt.Errorf("instances: none; want [[%s], ...]", strings.Join(features, ", "))
	}
	var errs []error
	for i, x := range instances {
		if len(x) != len(features) {
			errs = append(errs, fmt.Errorf("instances[%d]: %d values, want %v", i, len(x), features))
		}
		for j, v := range x {
			if math.Abs(v) > 1e6 {
				errs = append(errs, fmt.Errorf("instances[%d][%d]: %v, at most 1e6", i, j, v))
			}
		}
	}
	return errors.Join(errs...)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	answer(w, status, map[string]map[string]string{"error": {"type": kind, "message": message}})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
