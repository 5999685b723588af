package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// A task of taskMegabytes may hold a quarter of its memory in request bodies.
	taskMegabytes = 2048
	// maxConcurrency is the default of MAX_CONCURRENCY, heldBytes that task's
	// MAX_HELD_BYTES.
	maxConcurrency = 4096
	heldBytes      = taskMegabytes << 20 / 4
)

// memoryEnv makes the gateway accept all of soakMemory's requests at once.
var memoryEnv = []string{
	fmt.Sprintf("MIN_CONCURRENCY=%d", maxConcurrency), fmt.Sprintf("MAX_HELD_BYTES=%d", heldBytes),
	"REQUEST_TIMEOUT=2m",
}

// soakMemory sends as many requests at a time, with bodies as large, as a task of
// 2,048 MB accepts, waits until all of them are at the endpoint, and prints the
// gateway's memory.
func soakMemory(p *pair) error {
	const service = 30 * time.Second
	if _, err := control(p.endpoint.address, &behaviour{Workers: maxConcurrency, Service: service}); err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{}, Timeout: 2 * time.Minute}
	defer client.CloseIdleConnections()
	body := bytes.Repeat([]byte("x"), heldBytes/maxConcurrency)
	var (
		all sync.WaitGroup
		mu  sync.Mutex
		err error
	)
	for range maxConcurrency {
		all.Go(func() {
			one := p.echoed(client, body)
			mu.Lock()
			defer mu.Unlock()
			err = errors.Join(err, one)
		})
	}
	time.Sleep(service - 5*time.Second) // all are at the endpoint, none is answered
	inFlight, _, memoryErr := p.memory()
	all.Wait()
	_, most, mostErr := p.memory()
	if err := errors.Join(err, memoryErr, mostErr); err != nil {
		return err
	}
	fmt.Printf("%d requests at a time with %d MB of bodies: %.0f MB in flight, at most %.0f MB, held to %d MB: %s\n",
		maxConcurrency, heldBytes>>20, inFlight, most, taskMegabytes, verdict(most <= taskMegabytes))
	return nil
}

// echoed sends body and compares the answer with it.
func (p *pair) echoed(client *http.Client, body []byte) error {
	response, err := client.Post("http://"+p.gateway.address+"/invocations", "text/plain", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != http.StatusOK || !bytes.Equal(got, body)) {
		err = fmt.Errorf("%s with %d bytes", response.Status, len(got))
	}
	return err
}
