package plan

import (
	"fmt"
	"time"
)

// How far an evening may be outside the others before it is warned of: by
// unlikeBy of its peak, for the time unlikeWithin about.
const (
	unlikeBy     = 0.25
	unlikeWithin = 15 * time.Minute
)

// unlike says where an evening's shape is unlike the others', "" if it is like them: a
// flash, or a crowd that comes at another time. Floors learned from them are then no
// forecast of it.
func unlike(c curve, others []curve) string {
	worst, at, usual := unlikeBy, time.Duration(0), 0.0
	for from := -learnedBefore; from < learnedAfter; from += grid {
		highest := 0.0
		for _, o := range others {
			highest = max(highest, o.highest(from-unlikeWithin, from+unlikeWithin))
		}
		if over := c.highest(from, from) - highest; over > worst {
			worst, at, usual = over, from, highest
		}
	}
	if worst == unlikeBy {
		return ""
	}
	when := fmt.Sprintf("%d minutes after", int(at.Minutes()))
	if at < 0 {
		when = fmt.Sprintf("%d minutes before", int(-at.Minutes()))
	}
	return fmt.Sprintf("%s kick-off it is at %.0f %% of its peak, and no other evening is above %.0f %%", when,
		100*(usual+worst), 100*usual)
}

// warnings are the plan's.
func (p *planner) warnings() []string {
	var out []string
	if n := len(p.evenings); n < leastEvenings {
		out = append(out, fmt.Sprintf("learned from %d of at least %d evenings: such a plan is held to nothing", n,
			leastEvenings))
	}
	curves := make([]curve, len(p.evenings))
	for i, e := range p.evenings {
		curves[i] = newCurve(e)
	}
	for i, c := range curves {
		others := append(append([]curve(nil), curves[:i]...), curves[i+1:]...)
		if len(others) < leastEvenings-1 {
			continue
		}
		if how := unlike(c, others); how != "" {
			out = append(out, fmt.Sprintf("the evening of %s is unlike the others: %s", p.evenings[i].name(), how))
		}
	}
	if p.check != nil {
		if how := unlike(newCurve(*p.check), curves); how != "" {
			out = append(out, fmt.Sprintf("the evening to check by, %s, is unlike those learned from: %s", p.check.name(),
				how))
		}
	}
	return out
}
