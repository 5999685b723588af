package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	connections = 128
	warmUp      = 500 * time.Millisecond
)

var body = bytes.Repeat([]byte("x"), 1024)

// tally counts the requests of one connection after the warm-up.
type tally struct {
	latencies []time.Duration
	failed    int
	all       int // including the warm-up
}

// run repeats calls on each connection for length; one returns a connection's call.
func run(length time.Duration, one func() (call func() error, err error)) (figures, error) {
	tallies := make([]tally, connections)
	begin := time.Now().Add(warmUp)
	end := begin.Add(length)
	var all sync.WaitGroup
	for i := range tallies {
		call, err := one()
		if err != nil {
			return figures{}, err
		}
		all.Go(func() {
			t := &tallies[i]
			for start := time.Now(); start.Before(end); {
				err := call()
				now := time.Now()
				t.all++
				switch {
				case start.Before(begin):
				case err != nil:
					t.failed++
				default:
					t.latencies = append(t.latencies, now.Sub(start))
				}
				start = now
			}
		})
	}
	all.Wait()
	var latencies []time.Duration
	f := figures{}
	for _, t := range tallies {
		latencies = append(latencies, t.latencies...)
		f.failed += t.failed
		f.all += t.all
	}
	if len(latencies) == 0 {
		return f, fmt.Errorf("no request succeeded, %d failed", f.failed)
	}
	slices.Sort(latencies)
	f.perSecond = float64(len(latencies)) / length.Seconds()
	f.p50, f.p99 = latencies[len(latencies)/2], latencies[len(latencies)*99/100]
	return f, nil
}

// load sends requests over connections of its own, with little work for each: it
// shares the machine with the program that it measures.
func load(address string, length time.Duration) (figures, error) {
	request := fmt.Appendf(nil, "POST /endpoints/predictions/invocations HTTP/1.1\r\nHost: %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body)
	return run(length, func() (func() error, error) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return nil, err
		}
		_ = conn.SetDeadline(time.Now().Add(length + time.Minute))
		in := bufio.NewReaderSize(conn, 4096)
		return func() error {
			if _, err := conn.Write(request); err != nil {
				return err
			}
			response, err := http.ReadResponse(in, nil)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			n, err := io.Copy(io.Discard, response.Body)
			if err != nil || n != int64(len(body)) || response.StatusCode != http.StatusOK {
				return fmt.Errorf("%s with %d bytes: %w", response.Status, n, err)
			}
			return nil
		}, nil
	})
}
