package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// faulty is an endpoint whose behaviour a POST to /control sets. The answer to that
// is what it has seen.
type faulty struct {
	mu      sync.Mutex
	is      behaviour
	busy    int
	waiting []chan struct{}
	served  map[string]int // by the request's id
	refused int
	piece   []byte
}

// behaviour is how an endpoint answers.
type behaviour struct {
	// StreamBytes is the size of each answer; 0 echoes the request.
	StreamBytes int
	// Workers serve one request at a time each, in Service; at most Queue requests
	// wait, and others are refused with 503.
	Workers, Queue int
	Service        time.Duration
}

// seen counts the requests of a faulty endpoint.
type seen struct {
	Served, ServedTwice, Refused int
}

func newFaulty() *faulty {
	return &faulty{served: map[string]int{}, piece: make([]byte, 64<<10), is: behaviour{Workers: 1 << 20}}
}

// ServeHTTP implements http.Handler.
func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if r.URL.Path == "/control" {
		f.control(w, body)
		return
	}
	if !f.enter() {
		w.Header().Set("X-Amzn-Errortype", "ServiceUnavailable")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"Message":"no capacity"}`)
		return
	}
	defer f.leave()
	f.mu.Lock()
	is := f.is
	f.mu.Unlock()
	time.Sleep(is.Service)
	if is.StreamBytes > 0 {
		for left := is.StreamBytes; left > 0; left -= len(f.piece) {
			if _, err := w.Write(f.piece[:min(left, len(f.piece))]); err != nil {
				return
			}
		}
		return
	}
	id, _, _ := bytes.Cut(body, []byte(" "))
	f.mu.Lock()
	f.served[string(id)]++
	f.mu.Unlock()
	_, _ = w.Write(body)
}

// enter waits for a worker; it reports false where the request is refused.
func (f *faulty) enter() bool {
	f.mu.Lock()
	if f.busy < f.is.Workers {
		f.busy++
		f.mu.Unlock()
		return true
	}
	if len(f.waiting) >= f.is.Queue {
		f.refused++
		f.mu.Unlock()
		return false
	}
	turn := make(chan struct{})
	f.waiting = append(f.waiting, turn)
	f.mu.Unlock()
	<-turn // an endpoint does not notice that a client has left
	return true
}

func (f *faulty) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) > 0 {
		close(f.waiting[0])
		f.waiting = f.waiting[1:]
		return
	}
	f.busy--
}

func (f *faulty) control(w http.ResponseWriter, body []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(body) > 0 {
		if err := json.Unmarshal(body, &f.is); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	s := seen{Served: len(f.served), Refused: f.refused}
	for _, n := range f.served {
		if n > 1 {
			s.ServedTwice++
		}
	}
	_ = json.NewEncoder(w).Encode(s)
}

// control sets the behaviour of the endpoint at address, unless is is nil, and returns
// what it has seen.
func control(address string, is *behaviour) (s seen, err error) {
	var body []byte
	if is != nil {
		if body, err = json.Marshal(is); err != nil {
			return s, err
		}
	}
	response, err := http.Post("http://"+address+"/control", "application/json", bytes.NewReader(body))
	if err != nil {
		return s, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return s, fmt.Errorf("control answers %s", response.Status)
	}
	return s, json.NewDecoder(response.Body).Decode(&s)
}
