package pressure

import (
	"errors"
	"testing"
	"time"
)

// crowd offers requests to a limiter in rounds: in each one the requests of all clients
// arrive in a random order, and then places are free for capacity of them. It uses
// neither goroutines nor time.
type crowd struct {
	limiter  *Limiter
	capacity int
	waiting  map[*waiter]asker
	asked    map[asker]int
	got      map[asker]int
}

type asker struct {
	class  Class
	client uint64
}

func newCrowd(capacity, queue int, shares Shares) *crowd {
	c := &crowd{capacity: capacity, waiting: map[*waiter]asker{}, asked: map[asker]int{}, got: map[asker]int{}}
	c.limiter = NewLimiter(Limits{Initial: capacity, Min: capacity, Max: capacity, Queue: queue, Shares: shares},
		func() time.Duration { return 0 })
	for range capacity {
		c.limiter.TryAcquire() // all places are taken, from now on
	}
	return c
}

// round lets askers arrive in this order, and gives out the places.
func (c *crowd) round(t *testing.T, askers []asker) {
	t.Helper()
	for _, a := range askers {
		c.asked[a]++
		full := c.limiter.Full(a.class, a.client)
		w, err := c.limiter.enqueue(a.class, a.client)
		if (err != nil) != full {
			t.Fatalf("%+v: Full is %v, the error %v", a, full, err)
		}
		if err == nil {
			c.waiting[w] = a
		}
	}
	for range c.capacity {
		c.limiter.Release()
	}
	for w, a := range c.waiting {
		select {
		case <-w.done:
			if w.err == nil {
				c.got[a]++
			} else if !errors.Is(w.err, ErrFull) {
				t.Errorf("a waiter got %v", w.err)
			}
			delete(c.waiting, w)
		default:
		}
	}
	for c.limiter.TryAcquire() { // what nobody wanted
	}
}

// served is the share of what a got.
func (c *crowd) served(a asker) float64 { return float64(c.got[a]) / float64(max(1, c.asked[a])) }

// repeat is n requests of a.
func repeat(a asker, n int) []asker {
	all := make([]asker, n)
	for i := range all {
		all[i] = a
	}
	return all
}

// At ten times the capacity, each class in the proportion that the case says.
func TestClassesUnderOverload(t *testing.T) {
	t.Parallel()
	const capacity, rounds = 20, 200
	tests := map[string]struct {
		shares Shares
		asks   [Classes]int // a round
		// at least and at most so much of its own requests is served
		least, most [Classes]float64
	}{
		"critical gets all it asks, low keeps its share": {
			DefaultShares, [Classes]int{Critical: 12, Low: 188},
			[Classes]float64{Critical: 0.99, Low: 0.04}, [Classes]float64{Critical: 1, Low: 0.045},
		},
		"low waits for all others": {
			DefaultShares, [Classes]int{Critical: 5, High: 5, Normal: 5, Low: 185},
			[Classes]float64{Critical: 0.99, High: 0.99, Normal: 0.99}, [Classes]float64{1, 1, 1, 0.03},
		},
		"nobody starves below critical": {
			DefaultShares, [Classes]int{Critical: 200, High: 20, Normal: 20, Low: 20},
			[Classes]float64{Critical: 0.07, High: 0.09, Normal: 0.09, Low: 0.045},
			[Classes]float64{Critical: 0.08, High: 0.11, Normal: 0.11, Low: 0.055},
		},
		"unless that is set so": {
			Shares{}, [Classes]int{Critical: 200, High: 20, Normal: 20, Low: 20},
			[Classes]float64{Critical: 0.09}, [Classes]float64{Critical: 0.11},
		},
		"one class alone": {
			DefaultShares, [Classes]int{Low: 200}, [Classes]float64{Low: 0.099}, [Classes]float64{Low: 0.11},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(capacity, 64, test.shares)
			for range rounds {
				var askers []asker
				for class := Classes; class > 0; class-- { // the least important arrive first
					askers = append(askers, repeat(asker{class: class - 1}, test.asks[class-1])...)
				}
				c.round(t, askers)
			}
			for class := range Classes {
				got := c.served(asker{class: class})
				if got < test.least[class] || got > test.most[class] {
					t.Errorf("%s: %.3f is served, want %.3f to %.3f", class, got, test.least[class], test.most[class])
				}
			}
		})
	}
}

// One client with ten times the load of each of twenty others.
func TestClientsTakeTurns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		client      func(n int) uint64
		least, most float64 // of what the twenty ask
	}{
		"by client": {func(n int) uint64 { return uint64(n) + 1 }, 0.99, 1},
		// Without telling clients apart the busy one crowds the others out.
		"all alike": {func(int) uint64 { return 0 }, 0.5, 0.8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(22, 40, DefaultShares)
			for range 200 {
				// The busy one comes first, and again between the others.
				askers := repeat(asker{Normal, test.client(0)}, 5)
				for n := range 20 {
					askers = append(askers, asker{Normal, test.client(n + 1)})
					if n%4 == 0 {
						askers = append(askers, asker{Normal, test.client(0)})
					}
				}
				c.round(t, askers)
			}
			got, asked := 0, 0
			for a, n := range c.asked {
				if a.client != 1 {
					asked += n
					got += c.got[a]
				}
			}
			if share := float64(got) / float64(asked); share < test.least || share > test.most {
				t.Errorf("%.3f of what the others asked is served, want %.2f to %.2f", share, test.least, test.most)
			}
			if len(c.asked) > 1 && c.got[asker{Normal, 1}] != 2*200 {
				t.Errorf("the busy client got %d", c.got[asker{Normal, 1}])
			}
		})
	}
}

// Clients that do not wait leave nothing behind.
func TestMemoryOfClients(t *testing.T) {
	t.Parallel()
	c := newCrowd(1, 8, DefaultShares)
	for client := range uint64(10_000) {
		c.round(t, []asker{{Normal, client + 1}, {Low, client + 1}})
	}
	flows := 0
	for i := range c.limiter.classes {
		q := &c.limiter.classes[i]
		flows += len(q.flows)
		if len(q.byLength) > 10 {
			t.Errorf("%d lists", len(q.byLength))
		}
	}
	if flows > 8 {
		t.Errorf("%d clients are kept", flows)
	}
}

func TestParseClass(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Class{"critical": Critical, "high": High, "normal": Normal, "low": Low} {
		if got, ok := ParseClass(name); !ok || got != want || got.String() != name {
			t.Errorf("%s: got %v, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "High", "highest", "high "} {
		if _, ok := ParseClass(name); ok {
			t.Errorf("%q is a class", name)
		}
	}
}
