package pressure

import (
	"container/heap"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// endpoint is a fleet in simulated time: capacity workers, each of which serves
// one request in service time; at most queue requests wait for a worker, the
// others are refused at once.
type endpoint struct {
	capacity int
	queue    int
	service  time.Duration
}

type arrival struct {
	at     time.Duration
	finish func(now time.Duration)
}

type agenda []arrival

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at < a[j].at }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(arrival)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

// simulation drives a limiter without a queue with Poisson arrivals, in a time
// of its own, and counts the requests that succeed in each second.
type simulation struct {
	now      time.Duration
	rng      *rand.Rand
	events   agenda
	endpoint endpoint
	busy     int
	waiting  []func(now time.Duration)
	limiter  *Limiter
	good     map[int]int
	rate     float64 // requests a second
}

func newSimulation(e endpoint, rate float64) *simulation {
	s := &simulation{rng: rand.New(rand.NewPCG(1, 2)), endpoint: e, rate: rate, good: map[int]int{}}
	s.limiter = NewLimiter(
		Limits{Initial: 20, Min: 4, Max: 4096, Queue: 0, QueueTimeout: time.Second},
		func() time.Duration { return s.now },
	)
	s.at(0, s.arrive)
	return s
}

func (s *simulation) at(after time.Duration, f func(now time.Duration)) {
	heap.Push(&s.events, arrival{s.now + after, f})
}

func (s *simulation) run(until time.Duration) {
	for len(s.events) > 0 && s.events[0].at <= until {
		next := heap.Pop(&s.events).(arrival)
		s.now = next.at
		next.finish(next.at)
	}
	s.now = until
}

func (s *simulation) arrive(time.Duration) {
	s.at(time.Duration(s.rng.ExpFloat64()/s.rate*float64(time.Second)), s.arrive)
	if s.limiter.Acquire(context.Background(), Normal, 0) != nil {
		return
	}
	start := s.now
	serve := func(time.Duration) {
		s.busy++
		// Service times vary by a third.
		took := time.Duration(float64(s.endpoint.service) * (0.67 + 0.66*s.rng.Float64()))
		s.at(took, func(now time.Duration) {
			s.busy--
			s.good[int(now/time.Second)]++
			s.limiter.Sample(Succeeded, now-start)
			s.limiter.Release()
			for s.busy < s.endpoint.capacity && len(s.waiting) > 0 {
				next := s.waiting[0]
				s.waiting = s.waiting[1:]
				next(now)
			}
		})
	}
	switch {
	case s.busy < s.endpoint.capacity:
		serve(s.now)
	case len(s.waiting) < s.endpoint.queue:
		s.waiting = append(s.waiting, serve)
	default:
		s.at(time.Millisecond, func(now time.Duration) {
			s.limiter.Sample(Refused, now-start)
			s.limiter.Release()
		})
	}
}

// goodput is the requests a second that succeeded from one second to another.
func (s *simulation) goodput(from, to int) float64 {
	total := 0
	for second := from; second < to; second++ {
		total += s.good[second]
	}
	return float64(total) / float64(to-from)
}

func (e endpoint) perSecond() float64 { return float64(e.capacity) / e.service.Seconds() }

var fleets = map[string]endpoint{
	"queues much":      {capacity: 40, queue: 100_000, service: 50 * time.Millisecond},
	"queues little":    {capacity: 40, queue: 20, service: 50 * time.Millisecond},
	"queues nothing":   {capacity: 40, queue: 0, service: 50 * time.Millisecond},
	"is slow":          {capacity: 60, queue: 100_000, service: 500 * time.Millisecond},
	"is slow, refuses": {capacity: 60, queue: 0, service: 500 * time.Millisecond},
	"is fast":          {capacity: 10, queue: 100_000, service: 5 * time.Millisecond},
}

// Ten times more than the endpoint serves, for a minute: it serves what it can,
// and afterwards every request is served.
func TestOverload(t *testing.T) {
	t.Parallel()
	for name, fleet := range fleets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			capacity := fleet.perSecond()
			s := newSimulation(fleet, capacity/2)
			s.run(20 * time.Second)
			s.rate = 10 * capacity
			s.run(80 * time.Second)
			// Three wait for each that is served: not more, or waiting never ends.
			if got := s.limiter.State().Limit; got > 4*int64(fleet.capacity) {
				t.Errorf("the limit is %d, for an endpoint that serves %d at a time", got, fleet.capacity)
			}
			s.rate = capacity / 2
			s.run(100 * time.Second)
			if got := s.goodput(30, 80) / capacity; got < 0.9 {
				t.Errorf("under overload %.0f %% of capacity is served", 100*got)
			}
			if got := s.goodput(90, 100) / (capacity / 2); got < 0.95 {
				t.Errorf("10 s after the overload %.0f %% of the load is served", 100*got)
			}
		})
	}
}

// A fleet that grows tenfold is used within 10 s.
func TestFollowsTheFleet(t *testing.T) {
	t.Parallel()
	for name, fleet := range fleets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			large := fleet
			large.capacity *= 10
			s := newSimulation(fleet, 0.95*large.perSecond())
			s.run(30 * time.Second)
			s.endpoint = large
			s.run(60 * time.Second)
			if got := s.goodput(40, 60) / large.perSecond(); got < 0.9 {
				t.Errorf("10 s later %.0f %% of the fleet's capacity is used, at a limit of %d", 100*got, s.limiter.State().Limit)
			}
		})
	}
}

// A model that becomes 50 times slower is not served less for it: the limit
// finds that fewer requests at a time would not be faster.
func TestSlowModel(t *testing.T) {
	t.Parallel()
	fleet := endpoint{capacity: 200, queue: 100_000, service: 20 * time.Millisecond}
	s := newSimulation(fleet, 2000)
	s.run(20 * time.Second)
	s.endpoint.service *= 50
	s.rate = 150 // three quarters of what it can serve now
	s.run(80 * time.Second)
	if got := s.goodput(50, 80) / s.rate; got < 0.9 {
		t.Errorf("of a slow model's load %.0f %% is served, at a limit of %d", 100*got, s.limiter.State().Limit)
	}
	s.endpoint.service /= 50
	s.rate = 2000
	s.run(110 * time.Second)
	if got := s.goodput(90, 110) / s.rate; got < 0.95 {
		t.Errorf("10 s after it is fast again %.0f %% is served", 100*got)
	}
}

// A model that becomes 50 times slower, and gets three times what it can serve
// now, is not sent more and more for being slow.
func TestSlowModelUnderOverload(t *testing.T) {
	t.Parallel()
	fleet := endpoint{capacity: 200, queue: 100_000, service: 20 * time.Millisecond}
	s := newSimulation(fleet, 600)
	s.run(20 * time.Second)
	s.endpoint.service *= 50
	s.run(80 * time.Second)
	if got := s.goodput(30, 80) / s.endpoint.perSecond(); got < 0.9 {
		t.Errorf("%.0f %% of what it can serve is served", 100*got)
	}
	if got := s.limiter.State().Limit; got > 4*int64(fleet.capacity) {
		t.Errorf("the limit is %d, for an endpoint that serves %d at a time", got, fleet.capacity)
	}
	s.endpoint.service /= 50
	s.run(110 * time.Second)
	if got := s.goodput(90, 110) / s.rate; got < 0.95 {
		t.Errorf("10 s after it is fast again %.0f %% is served", 100*got)
	}
}

func TestQueue(t *testing.T) {
	t.Parallel()
	l := NewLimiter(
		Limits{Initial: 1, Min: 1, Max: 1, Queue: 2, QueueTimeout: 20 * time.Second},
		func() time.Duration { return 0 },
	)
	acquire := func(ctx context.Context, class Class, queued int64) chan error {
		t.Helper()
		got := make(chan error, 1)
		go func() { got <- l.Acquire(ctx, class, 0) }()
		for deadline := time.Now().Add(10 * time.Second); l.State().Queued != queued; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d are queued, want %d", l.State().Queued, queued)
			}
		}
		return got
	}
	if err := l.Acquire(t.Context(), Normal, 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	leaver := acquire(ctx, Normal, 1)
	cancel(errors.New("left"))
	if err := <-leaver; err == nil || err.Error() != "left" {
		t.Errorf("the waiter that left got %v", err)
	}
	first := acquire(t.Context(), Normal, 1)
	second := acquire(t.Context(), Normal, 2)
	if !l.Full(Normal, 0) || l.Full(High, 0) {
		t.Error("it is not full")
	}
	if err := l.Acquire(t.Context(), Normal, 0); !errors.Is(err, ErrFull) {
		t.Errorf("over the queue's length: %v", err)
	}
	high := acquire(t.Context(), High, 2)
	if err := <-second; !errors.Is(err, ErrFull) {
		t.Errorf("who has to give way got %v", err)
	}
	l.Release()
	if err := <-high; err != nil {
		t.Errorf("high: %v", err)
	}
	l.Release()
	if err := <-first; err != nil {
		t.Errorf("first: %v", err)
	}
	l.Release()
	if s := l.State(); s != (State{Limit: 1}) {
		t.Errorf("at the end %+v", s)
	}
	short := NewLimiter(
		Limits{Initial: 1, Min: 1, Max: 1, Queue: 1, QueueTimeout: 10 * time.Millisecond},
		func() time.Duration { return 0 },
	)
	_ = short.Acquire(t.Context(), Normal, 0)
	if err := short.Acquire(t.Context(), Normal, 0); !errors.Is(err, ErrTimeout) {
		t.Errorf("too long in the queue: %v", err)
	}
}

// No place is lost or given twice, whoever comes, waits and leaves when.
func TestPlacesAreKept(t *testing.T) {
	t.Parallel()
	const limit = 8
	l := NewLimiter(Limits{Initial: limit, Min: limit, Max: limit, Queue: 16, QueueTimeout: time.Millisecond, Shares: DefaultShares},
		func() time.Duration { return 0 })
	var all sync.WaitGroup
	for worker := range 64 {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(worker), 0))
			for range 300 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rng.IntN(2000))*time.Microsecond)
				if l.Acquire(ctx, Class(rng.IntN(int(Classes))), rng.Uint64N(3)) == nil {
					if n := l.State().InFlight; n > limit {
						t.Errorf("%d under way", n)
					}
					time.Sleep(time.Duration(rng.IntN(50)) * time.Microsecond)
					l.Release()
				}
				cancel()
			}
		})
	}
	all.Wait()
	if s := l.State(); s != (State{Limit: limit}) {
		t.Errorf("at the end %+v", s)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	b := NewBudget(10)
	spent := 0
	for range 100_000 {
		b.Earn()
		for b.Spend() {
			spent++
		}
	}
	if spent < 9_990 || spent > 10_010 {
		t.Errorf("%d retries for 100000 requests", spent)
	}
	if NewBudget(0).Spend() {
		t.Error("an empty budget gave one")
	}
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	var b Breaker
	now := time.Minute
	for range breakerFailures {
		if !b.Allow(now) {
			t.Fatal("open too early")
		}
		b.Failed(now)
	}
	if b.Allow(now) || b.Allow(now+breakerPause/2) || !b.Open() {
		t.Error("it is not open")
	}
	now += breakerPause
	if !b.Allow(now) || b.Allow(now) {
		t.Error("want one try")
	}
	b.Failed(now)
	if b.Allow(now + breakerPause/2) {
		t.Error("a failed try closed it")
	}
	now += breakerPause
	if !b.Allow(now) {
		t.Error("want another try")
	}
	b.Connected()
	if b.Open() || !b.Allow(now) || !b.Allow(now) {
		t.Error("a success leaves it open")
	}
}
