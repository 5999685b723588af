package plan

import (
	"slices"
	"time"
)

// searchSpace has the values of each choice of a setting, in order.
type searchSpace struct {
	safetyFactors     []float64
	minimums          []int
	headroom          []float64 // the maximum ÷ what the peak needs
	outAfter, inAfter []time.Duration
	shares            []float64
	steps             []int
	untils, leadTimes []time.Duration
}

func (p *planner) searchSpace() searchSpace {
	least := max(1, p.input.Subject.Target.MinCapacity)
	start := roundUp(p.startTime(), time.Minute)
	c := searchSpace{
		safetyFactors: []float64{0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8},
		minimums:      slices.Compact([]int{least, (3*least + 1) / 2, 2 * least, 3 * least}),
		headroom:      []float64{1.5, 2, 3},
		outAfter:      []time.Duration{0, time.Minute, 5 * time.Minute},
		// A cooldown below a start time removes instances that are needed again
		// (fact A22).
		inAfter: []time.Duration{start, start + 5*time.Minute, start + 10*time.Minute},
		shares:  []float64{0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1},
		steps:   []int{1, 2, 3, 4, 6},
	}
	whole := time.Duration(len(p.forecast.rates)) * grid
	for _, share := range []float64{0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1} {
		c.untils = append(c.untils, roundUp(time.Duration(share*float64(whole)), grid))
	}
	c.untils = slices.Compact(c.untils)
	// The floor is asserted several times: an updating endpoint may refuse one.
	for _, more := range []time.Duration{5, 10, 15, 25} {
		c.leadTimes = append(c.leadTimes, roundUp(p.startTime(), grid)+p.margin.Early+more*time.Minute)
	}
	return c
}


// initial is the beginning of the search: today's bounds, no floor.
func (p *planner) initial(c searchSpace) Setting {
	return p.with(Setting{MinCapacity: c.minimums[0], ScaleInCooldown: c.inAfter[0]}, 0.7, 2)
}

// with is a setting with another safety factor and maximum.
func (p *planner) with(s Setting, safetyFactor, headroom float64) Setting {
	s.SafetyFactor = safetyFactor
	s.MaxCapacity = max(s.MinCapacity, p.need(max(headroom, p.margin.Peak), safetyFactor))
	if p.maxCapacity > 0 {
		s.MinCapacity, s.MaxCapacity = min(s.MinCapacity, p.maxCapacity), min(s.MaxCapacity, p.maxCapacity)
	}
	return s
}

// coarseGrid is settings with floors across the search space, for one safety factor.
func (p *planner) coarseGrid(c searchSpace, safetyFactor float64) []Setting {
	var out []Setting
	for _, steps := range []int{2, 4} {
		for _, share := range []float64{1, 0.8, 0.6} {
			for _, until := range []int{3, 6, 1, len(c.untils) - 1} {
				s := p.with(p.initial(c), safetyFactor, 2)
				s.Floors = Floors{Share: share, Steps: steps, Until: c.untils[min(until, len(c.untils)-1)],
					LeadTime: c.leadTimes[0]}
				out = append(out, s)
			}
		}
	}
	return out
}

// neighbours are the settings that differ from s by one place in one choice.
func (p *planner) neighbours(c searchSpace, s Setting) []Setting {
	var out []Setting
	headroom := c.headroom[0]
	for _, h := range c.headroom {
		if p.with(s, s.SafetyFactor, h) == s {
			headroom = h
		}
	}
	for _, u := range adjacent(c.safetyFactors, s.SafetyFactor) {
		out = append(out, p.with(s, u, headroom))
	}
	for _, h := range adjacent(c.headroom, headroom) {
		out = append(out, p.with(s, s.SafetyFactor, h))
	}
	for _, n := range adjacent(c.minimums, s.MinCapacity) {
		t := s
		t.MinCapacity = n
		out = append(out, p.with(t, s.SafetyFactor, headroom))
	}
	set := func(change func(*Setting)) {
		t := s
		change(&t)
		out = append(out, t)
	}
	for _, d := range adjacent(c.outAfter, s.ScaleOutCooldown) {
		set(func(t *Setting) { t.ScaleOutCooldown = d })
	}
	for _, d := range adjacent(c.inAfter, s.ScaleInCooldown) {
		set(func(t *Setting) { t.ScaleInCooldown = d })
	}
	if s.Floors.Share == 0 {
		return out
	}
	for _, x := range adjacent(c.shares, s.Floors.Share) {
		set(func(t *Setting) { t.Floors.Share = x })
	}
	for _, n := range adjacent(c.steps, s.Floors.Steps) {
		set(func(t *Setting) { t.Floors.Steps = n })
	}
	for _, d := range adjacent(c.untils, s.Floors.Until) {
		set(func(t *Setting) { t.Floors.Until = d })
	}
	for _, d := range adjacent(c.leadTimes, s.Floors.LeadTime) {
		set(func(t *Setting) { t.Floors.LeadTime = d })
	}
	return out
}

// adjacent are the values before and after at.
func adjacent[T comparable](values []T, at T) []T {
	i := slices.Index(values, at)
	var out []T
	if i > 0 {
		out = append(out, values[i-1])
	}
	if i+1 < len(values) {
		out = append(out, values[i+1])
	}
	return out
}

// run searches for the cheapest tracking without floors that holds, and then for the
// cheapest tracking with floors: a coarse grid for some safety factors, and a local
// search from the best of each. The better of both is the plan.
func (s *search) run() (tracking, planned candidate) {
	c := s.searchSpace()
	s.measureToday()
	var trackings []Setting
	for _, u := range c.safetyFactors {
		trackings = append(trackings, s.with(s.initial(c), u, 2))
	}
	s.limit = max(1, s.request.Budget/4)
	tracking = s.refine(c, s.try(candidate{score: worst}, trackings))
	s.limit = s.request.Budget
	planned = candidate{score: worst}
	begin := []float64{0.7, 0.8, 0.6}
	if u := tracking.SafetyFactor; tracking.short == 0 && !slices.Contains(begin, u) {
		begin = append(begin, u)
	}
	for _, u := range begin {
		if next := s.refine(c, s.try(candidate{score: worst}, s.coarseGrid(c, u))); next.before(planned.score) {
			planned = next
		}
	}
	if tracking.before(planned.score) {
		planned = tracking
	}
	return tracking, planned
}

// refine is a local search: it moves to the best neighbour until none is better.
func (s *search) refine(c searchSpace, best candidate) candidate {
	for best.Setting != (Setting{}) {
		next := s.try(best, s.neighbours(c, best.Setting))
		if next.Setting == best.Setting {
			break
		}
		best = next
	}
	return best
}

func (s *search) measureToday() {
	s.today = make([]float64, len(s.scenarios))
	today := s.runnerFor(s.todaysSubject())
	s.each(len(s.scenarios), func(i int) {
		s.today[i] = s.availability(today.rehearse(s.scenarios[i]))
	})
	s.rehearsals += len(s.scenarios)
}
