package rehearsal

import "sync"

// cache holds results that are slow to compute and do not depend on the scaling,
// for several concurrent rehearsals.
type cache struct {
	sync.Mutex
	// rates are the highest rates that 0, 1, 2 … instances serve within the objective.
	rates []float64
	knots map[knotKey]knot
	bins  []uint16
}

// knotKey names a knot of the stations of some number of instances.
type knotKey struct{ instances, knot int }

func newCache() *cache { return &cache{rates: []float64{0}, knots: map[knotKey]knot{}} }

// knot returns a knot, and computes it once.
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

// latencyBins is latencyBins of service, which is equal in every call.
func (s *cache) latencyBins(service []float64) []uint16 {
	s.Lock()
	defer s.Unlock()
	if s.bins == nil {
		s.bins = latencyBins(service)
	}
	return s.bins
}
