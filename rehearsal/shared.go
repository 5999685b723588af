package rehearsal

import "sync"

// shared is what takes long to compute and does not depend on what scales, for
// several rehearsals at a time.
type shared struct {
	sync.Mutex
	// rates are the most that 0, 1, 2 and more instances serve.
	rates []float64
	// knots are those of waitTables.
	knots map[place]knot
	// sums are those of the service times.
	sums []uint16
}

// place is a knot of the stations of so many instances.
type place struct{ instances, knot int }

func newShared() *shared { return &shared{rates: []float64{0}, knots: map[place]knot{}} }

// knot is a knot, computed where it is not known.
func (s *shared) knot(at place, compute func() knot) knot {
	s.Lock()
	k, known := s.knots[at]
	s.Unlock()
	if !known {
		k = compute()
		s.Lock()
		s.knots[at] = k
		s.Unlock()
	}
	return k
}

// sumsOf are the sums of service times, which are always the same.
func (s *shared) sumsOf(service []float64) []uint16 {
	s.Lock()
	defer s.Unlock()
	if s.sums == nil {
		s.sums = sums(service)
	}
	return s.sums
}
