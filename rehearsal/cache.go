package rehearsal

import "sync"

// shared is what takes long to compute and does not depend on what scales, for
// several rehearsals at a time.
type cache struct {
	sync.Mutex
	// rates are the most that 0, 1, 2 and more instances serve.
	rates []float64
	// knots are those of waitTables.
	knots map[knotKey]knot
	// sums are those of the service times.
	bins []uint16
}

// place is a knot of the stations of so many instances.
type knotKey struct{ instances, knot int }

func newCache() *cache { return &cache{rates: []float64{0}, knots: map[knotKey]knot{}} }

// knot is a knot, computed where it is not known.
func (s *cache) knot(at knotKey, compute func() knot) knot {
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
func (s *cache) latencyBins(service []float64) []uint16 {
	s.Lock()
	defer s.Unlock()
	if s.bins == nil {
		s.bins = latencyBins(service)
	}
	return s.bins
}
