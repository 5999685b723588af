package trace

import "math"

// series is rows of a time and a value in file order. Equal steps take no memory for
// times, and whole numbers take 4 bytes each.
type series struct {
	segments []segment
	blocks   []block
	rows     int
}

// segment is rows with equal steps in seconds.
type segment struct {
	start, step int64
	rows        int
	first, next position // of its first and second row
}

// at is the time of a row of the segment.
func (s segment) at(i int) int64 { return s.start + int64(i)*s.step }

// blockRows is the number of values in a block.
const blockRows = 1 << 15

// block is values: whole until one is not, then reals.
type block struct {
	whole []uint32
	reals []float64
}

func (b *block) len() int { return len(b.whole) + len(b.reals) }

func (b *block) append(v float64) {
	if b.reals == nil && v >= 0 && v <= math.MaxUint32 && v == math.Trunc(v) {
		b.whole = append(b.whole, uint32(v))
		return
	}
	b.toReals()
	b.reals = append(b.reals, v)
}

func (b *block) toReals() {
	if b.reals != nil {
		return
	}
	b.reals = make([]float64, len(b.whole), blockRows)
	for i, n := range b.whole {
		b.reals[i] = float64(n)
	}
	b.whole = nil
}

func (b *block) value(i int) float64 {
	if b.reals != nil {
		return b.reals[i]
	}
	return float64(b.whole[i])
}

// last is the time of the last row.
func (s *series) last() int64 {
	g := s.segments[len(s.segments)-1]
	return g.at(g.rows - 1)
}

// first is the time of the first row.
func (s *series) first() int64 { return s.segments[0].start }

// add appends a row whose time differs from the last one's.
func (s *series) add(at int64, v float64, where position) {
	if s.rows%blockRows == 0 {
		s.blocks = append(s.blocks, block{})
	}
	s.blocks[len(s.blocks)-1].append(v)
	s.rows++
	if n := len(s.segments); n > 0 {
		switch g := &s.segments[n-1]; {
		case g.rows == 1:
			g.step, g.rows, g.next = at-g.start, 2, where
			return
		case at == g.at(g.rows):
			g.rows++
			return
		}
	}
	s.segments = append(s.segments, segment{start: at, rows: 1, first: where})
}

// increase adds to the value of the last row.
func (s *series) increase(v float64) {
	b := &s.blocks[len(s.blocks)-1]
	last := b.len() - 1
	sum := b.value(last) + v
	if b.reals == nil && sum <= math.MaxUint32 && sum == math.Trunc(sum) {
		b.whole[last] = uint32(sum)
		return
	}
	b.toReals()
	b.reals[last] = sum
}

// each calls f with each row, and with its position where it is known. If free is set,
// the values are forgotten behind it.
func (s *series) each(free bool, f func(at int64, v float64, where position)) {
	row := 0
	for _, g := range s.segments {
		for i := range g.rows {
			b := row / blockRows
			where := position{}
			switch i {
			case 0:
				where = g.first
			case 1:
				where = g.next
			}
			f(g.at(i), s.blocks[b].value(row%blockRows), where)
			if row++; free && row%blockRows == 0 {
				s.blocks[b] = block{}
			}
		}
	}
}

// counter counts requests by period, in any order.
type counter struct {
	period, first, latest int64 // seconds; first and latest are periods since 1970
	blocks                map[int64]*[counterBlock]uint32
	rows                  int
}

// counterBlock is the number of periods in a block of a counter.
const counterBlock = 512

// add counts a request at a Unix time.
func (c *counter) add(unix int64) {
	p := floorDiv(unix, c.period)
	if c.rows == 0 {
		c.first, c.latest, c.blocks = p, p, map[int64]*[counterBlock]uint32{}
	}
	c.first, c.latest = min(c.first, p), max(c.latest, p)
	c.rows++
	c.count(p, 1)
}

func (c *counter) count(p int64, n uint32) {
	b := c.blocks[floorDiv(p, counterBlock)]
	if b == nil {
		b = new([counterBlock]uint32)
		c.blocks[floorDiv(p, counterBlock)] = b
	}
	b[p-floorDiv(p, counterBlock)*counterBlock] += n
}

// at is the requests of a period.
func (c *counter) at(p int64) float64 {
	if b := c.blocks[floorDiv(p, counterBlock)]; b != nil {
		return float64(b[p-floorDiv(p, counterBlock)*counterBlock])
	}
	return 0
}

// coarsen makes each period so many times as long.
func (c *counter) coarsen(times int64) {
	old := c.blocks
	c.blocks, c.period = map[int64]*[counterBlock]uint32{}, c.period*times
	for k, b := range old {
		for i, n := range b {
			if n > 0 {
				c.count(floorDiv(k*counterBlock+int64(i), times), n)
			}
		}
	}
	c.first, c.latest = floorDiv(c.first, times), floorDiv(c.latest, times)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
