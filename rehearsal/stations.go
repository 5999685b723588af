package rehearsal

// flow is the requests of one second. Attempts are requests and their retries.
type flow struct {
	// attempts arrive, admitted ones reach the endpoint, shed ones are refused by
	// the gateway, failed ones get no answer, shed ones among them.
	attempts, admitted, shed, failed float64
	// served requests are completed, inFlight ones are at the endpoint at a time,
	// queued ones wait in the gateway.
	served, inFlight, queued float64
	// repeats says that the next seconds are equal until something changes.
	repeats bool
}

// stations are the queues of the gateway and of the instances behind it.
type stations struct {
	service Service
	gateway Gateway
	pooled  bool // one queue for all instances
	model   waitModel
	// backlog is the queue length of each station: every instance is one, or with
	// LeastOutstanding all of them are one.
	backlog    []float64
	backlogged bool // some station has a backlog
	queued     float64

	total, minute *histogram
	last          steadyState // of the latest second without a backlog
}

// resize changes the number of instances. The queues of removed instances move to
// the others, unless the instances are lost: then the requests fail.
func (f *stations) resize(before, after int, lost bool) (failed float64) {
	stations := after
	if f.pooled {
		stations = min(after, 1)
	}
	share := 0.0
	if f.pooled && len(f.backlog) > 0 {
		switch {
		case after == 0:
			share = f.backlog[0]
		case lost && after < before:
			share = f.backlog[0] * float64(before-after) / float64(before)
			f.backlog[0] -= share
		}
	}
	for len(f.backlog) > stations {
		if !f.pooled {
			share += f.backlog[len(f.backlog)-1]
		}
		f.backlog = f.backlog[:len(f.backlog)-1]
	}
	for len(f.backlog) < stations {
		f.backlog = append(f.backlog, 0)
	}
	if lost || stations == 0 {
		return share
	}
	for i := range f.backlog {
		if !f.pooled {
			f.backlog[i] += share / float64(stations)
		}
	}
	return 0
}

// admit is how many of a second's attempts the gateway admits and sheds. Without a
// limit it admits all.
func (f *stations) admit(attempts float64, instances int) (admitted, shed float64) {
	if !f.gateway.limited() {
		return attempts, 0
	}
	limit := f.gateway.Concurrency
	if own := f.gateway.ConcurrencyPerInstance * float64(instances); own > 0 && (limit == 0 || own < limit) {
		limit = own
	}
	at := 0.0
	for _, b := range f.backlog {
		at += b
	}
	// It admits what completes in a second, and what the limit leaves room for in
	// the instances' queues.
	full := float64(instances) * f.service.RequestsPerSecond
	completed := min(full, limit/f.service.ServiceTime.Seconds())
	room := max(0, limit-full*f.service.ServiceTime.Seconds())
	come := attempts + f.queued
	admitted = min(come, max(0, completed+room-at))
	f.queued = come - admitted
	if most := min(f.gateway.Queue, completed*f.service.ClientTimeout.Seconds()); f.queued > most {
		shed = f.queued - most
		f.queued = most
	}
	return admitted, shed
}

// serve simulates one second with attempts.
func (f *stations) serve(attempts float64, instances int) flow {
	if instances == 0 {
		failed := attempts + f.queued
		f.queued = 0
		return flow{attempts: attempts, failed: failed, repeats: failed == attempts}
	}
	waited := f.queued
	s := flow{attempts: attempts}
	s.admitted, s.shed = f.admit(attempts, instances)
	s.queued = f.queued
	inGateway := 0.0
	if s.admitted > 0 {
		inGateway = (waited + f.queued) / 2 / s.admitted
	}
	size := instances / len(f.backlog)
	capacity := float64(size) * f.service.RequestsPerSecond
	come := s.admitted / float64(len(f.backlog))
	st := f.model.steadyState(size, come)
	f.last = st
	if !f.backlogged && come <= capacity && inGateway == 0 {
		late := s.admitted * st.late
		f.model.count(&st, s.admitted-late)
		s.failed = s.shed + late
		s.served = s.admitted
		s.inFlight = s.admitted * (f.service.ServiceTime.Seconds() + st.mean)
		s.repeats = true
		return s
	}
	f.serveOverloaded(&s, come, capacity, size, inGateway+st.mean)
	s.failed += s.shed
	s.inFlight += s.served*f.service.ServiceTime.Seconds() + s.admitted*st.mean
	return s
}

// countRepeated counts the waiting times of further seconds that are equal to s.
func (f *stations) countRepeated(s *flow, instances int, seconds float64) {
	if instances > 0 {
		f.model.count(&f.last, s.admitted*(1-f.last.late)*seconds)
	}
}

// serveOverloaded simulates a second with a backlog. Requests that would wait
// longer than the client timeout, or find the queue full, fail. extra is the
// additional waiting time of the others in seconds.
func (f *stations) serveOverloaded(s *flow, come, capacity float64, size int, extra float64) {
	most := capacity * f.service.ClientTimeout.Seconds()
	if limit := f.service.QueueLimit * float64(size); limit > 0 {
		most = min(most, limit)
	}
	f.backlogged = false
	for i, before := range f.backlog {
		served := min(before+come, capacity)
		after := before + come - served
		failed := max(0, after-most)
		after -= failed
		wait := min((before+after)/2/capacity+extra, f.service.ClientTimeout.Seconds())
		f.total.add(wait, come-failed)
		if f.minute != nil {
			f.minute.add(wait, come-failed)
		}
		f.backlog[i] = after
		f.backlogged = f.backlogged || after > 0
		s.failed += failed
		s.served += served
		s.inFlight += (before + after) / 2
	}
}

// retries are the requests that clients will send again.
type retries struct {
	// pending is by the number of failed attempts less one, then by the second of
	// the next attempt, as a ring buffer.
	pending [][]float64
	next    int
	waiting float64
}

func newRetries(f Faults) retries {
	r := retries{pending: make([][]float64, f.Retries)}
	for i := range r.pending {
		r.pending[i] = make([]float64, int(f.RetryAfter.Seconds()))
	}
	return r
}

// due is the retries of this second.
func (r *retries) due() float64 {
	sum := 0.0
	for _, p := range r.pending {
		sum += p[r.next]
	}
	return sum
}

// fail schedules the retries of the share of this second's attempts that failed,
// and returns how many requests have no attempt left.
func (r *retries) fail(first, share float64) (givenUp float64) {
	again := first * share
	for _, p := range r.pending {
		come := p[r.next]
		p[r.next] = again
		r.waiting += again - come
		again = come * share
	}
	if len(r.pending) > 0 {
		if r.next++; r.next == len(r.pending[0]) {
			r.next = 0
		}
		if r.waiting < 1e-9 {
			r.waiting = 0
		}
	}
	return again
}
