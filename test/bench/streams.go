package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	streams     = 1000
	streamBytes = 25 << 20
)

// soakStreams sends 1,000 streams of 25 MB, 100 at a time and then all at a time, and
// prints the gateway's memory after each tenth of them.
func soakStreams(p *pair) error {
	if _, err := control(p.endpoint.address, &behaviour{StreamBytes: streamBytes, Workers: streams}); err != nil {
		return err
	}
	fmt.Printf("%d streams of %d MB\n\n", streams, streamBytes>>20)
	fmt.Print("| at a time | took | memory after each tenth of the streams, MB | most |\n|---|---|---|---|\n")
	for _, atATime := range []int{100, streams} {
		begin := time.Now()
		tenths, err := p.stream(atATime)
		if err != nil {
			return err
		}
		_, most, err := p.memory()
		if err != nil {
			return err
		}
		fmt.Printf("| %d | %.0f s | %.0f | %.0f MB |\n", atATime, time.Since(begin).Seconds(), tenths, most)
	}
	return nil
}

func (p *pair) stream(atATime int) (tenths []float64, err error) {
	var (
		all  sync.WaitGroup
		next atomic.Int64
		mu   sync.Mutex
		done int
	)
	for range atATime {
		all.Go(func() {
			for next.Add(1) <= streams {
				one := readStream(p.gateway.address)
				mu.Lock()
				if done++; done%(streams/10) == 0 {
					now, _, memoryErr := p.memory()
					tenths, one = append(tenths, now), errors.Join(one, memoryErr)
				}
				err = errors.Join(err, one)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return tenths, err
}

func readStream(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Minute))
	if _, err := fmt.Fprintf(conn, "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na"); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, response.Body)
	if err == nil && (n != streamBytes || response.StatusCode != http.StatusOK) {
		err = fmt.Errorf("%s with %d bytes", response.Status, n)
	}
	return err
}
