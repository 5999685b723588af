package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// phase is a part of a soak: how the endpoint behaves, and the load.
type phase struct {
	name      string
	length    time.Duration
	perSecond float64 // arriving requests
	is        behaviour
}

func (b behaviour) perSecond() float64 { return float64(b.Workers) / b.Service.Seconds() }

// soakOverload sends ten times the endpoint's capacity for a minute.
func soakOverload(p *pair) error {
	is := behaviour{Workers: 40, Queue: 40, Service: 100 * time.Millisecond}
	return p.soak("Ten times too much for a minute", []phase{
		{"before", 15 * time.Second, 0.5 * is.perSecond(), is},
		{"overload", time.Minute, 10 * is.perSecond(), is},
		{"afterwards", 20 * time.Second, 0.5 * is.perSecond(), is},
	})
}

// soakSlow makes the model 50 times slower for a minute: its capacity is then a third
// of the load.
func soakSlow(p *pair) error {
	is := behaviour{Workers: 200, Queue: 1 << 20, Service: 20 * time.Millisecond}
	slow := behaviour{Workers: 200, Queue: 1 << 20, Service: time.Second}
	return p.soak("50 times slower for a minute", []phase{
		{"before", 15 * time.Second, 3 * slow.perSecond(), is},
		{"slow", time.Minute, 3 * slow.perSecond(), slow},
		{"afterwards", 20 * time.Second, 3 * slow.perSecond(), is},
	})
}

// outcomes are how the requests that were sent in a second, or in a phase, ended.
type outcomes struct {
	sent, served, shed, refused, failed int
	latencies                           []time.Duration // of those served
	shedding                            []time.Duration // of those shed
}

func (e *outcomes) add(o outcomes) {
	e.sent, e.served, e.shed = e.sent+o.sent, e.served+o.served, e.shed+o.shed
	e.refused, e.failed = e.refused+o.refused, e.failed+o.failed
	e.latencies, e.shedding = append(e.latencies, o.latencies...), append(e.shedding, o.shedding...)
}

// soak runs the phases and prints a table of them, and how soon after the end of the
// second one every request is served.
func (p *pair) soak(title string, phases []phase) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4096}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	rng := rand.New(rand.NewPCG(1, 2))
	fmt.Printf("%s\n\n| | arrive/s | capacity/s | served/s | of the possible | shed | refused by the endpoint | ", title)
	fmt.Print("failed | p50 | p99 | shed within, p99 |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	id, recovery := 0, -1
	goodput, failed := 0.0, 0
	for i, phase := range phases {
		if _, err := control(p.endpoint.address, &phase.is); err != nil {
			return err
		}
		seconds := p.send(client, rng, phase, &id)
		var total outcomes
		for second, e := range seconds {
			total.add(e)
			if i < 2 {
				continue
			}
			switch good := e.served >= e.sent*95/100; {
			case !good:
				recovery = -1
			case recovery < 0:
				recovery = second
			}
		}
		took := phase.length.Seconds()
		can := min(phase.perSecond, phase.is.perSecond())
		share := float64(total.served) / took / can
		if failed += total.failed; i == 1 {
			goodput = share
		}
		fmt.Printf("| %s | %.0f | %.0f | %.0f | %.0f %% | %d | %d | %d | %d ms | %d ms | %d ms |\n",
			phase.name, float64(total.sent)/took, phase.is.perSecond(), float64(total.served)/took, 100*share,
			total.shed, total.refused, total.failed,
			at(total.latencies, 0.5), at(total.latencies, 0.99), at(total.shedding, 0.99))
	}
	s, err := control(p.endpoint.address, nil)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d requests: the endpoint served %d, %d of them twice, and refused %d calls.\n\n",
		id, s.Served, s.ServedTwice, s.Refused)
	fmt.Printf("- served during the fault, of the possible: %.0f %%, held to 90 %%: %s\n",
		100*goodput, verdict(goodput >= 0.9))
	fmt.Printf("- from second %d after it (-1: never) at least 95 %% of the requests are served, held to 10: %s\n",
		recovery, verdict(0 <= recovery && recovery <= 10))
	fmt.Printf("- every request has one answer, none is served twice: %s\n", verdict(failed == 0 && s.ServedTwice == 0))
	return nil
}

// send sends one phase's requests at Poisson arrival times, without waiting for
// answers, and returns their outcomes by the second in which they were sent.
func (p *pair) send(client *http.Client, rng *rand.Rand, phase phase, id *int) []outcomes {
	seconds := make([]outcomes, int(phase.length/time.Second))
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	begin := time.Now()
	due := time.Duration(0)
	for {
		due += time.Duration(rng.ExpFloat64() / phase.perSecond * float64(time.Second))
		if due >= phase.length {
			break
		}
		if early := time.Until(begin.Add(due)); early > time.Millisecond {
			time.Sleep(early)
		}
		*id++
		text := fmt.Sprintf("%d %s", *id, strings.Repeat("x", 1000))
		second := int(due / time.Second)
		all.Go(func() {
			e := p.one(client, text)
			mu.Lock()
			defer mu.Unlock()
			seconds[second].add(e)
		})
	}
	all.Wait()
	return seconds
}

// one sends a request and returns its outcome.
func (p *pair) one(client *http.Client, text string) outcomes {
	e := outcomes{sent: 1}
	sent := time.Now()
	response, err := client.Post("http://"+p.gateway.address+"/invocations", "text/plain", strings.NewReader(text))
	if err != nil {
		e.failed = 1
		return e
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	took := time.Since(sent)
	switch code := response.Header.Get("X-Amzn-Errortype"); {
	case err == nil && response.StatusCode == http.StatusOK && string(got) == text:
		e.served, e.latencies = 1, []time.Duration{took}
	case err == nil && response.StatusCode == http.StatusServiceUnavailable && code == "Overloaded":
		e.shed, e.shedding = 1, []time.Duration{took}
	case err == nil && response.StatusCode == http.StatusServiceUnavailable && code == "ServiceUnavailable":
		e.refused = 1
	default:
		e.failed = 1
	}
	return e
}

// at is the quantile share of all, in milliseconds; 0 without durations.
func at(all []time.Duration, share float64) int64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[int(share*float64(len(all)-1))].Milliseconds()
}
