package main

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"
)

// graph is a widget with lines, from start on, in pixels.
type graph struct {
	properties
	lines         []line
	start         time.Time
	width, height float64
}

// The room around the lines.
const left, right, top, under = 52, 46, 46, 62

func (g graph) svg() string {
	var out strings.Builder
	fmt.Fprintf(&out, `<svg width="%g" height="%g"><text x="12" y="22" class="h">%s</text>`, g.width, g.height,
		html.EscapeString(g.Title))
	lines := g.lines
	if g.Stacked {
		lines = stack(lines)
	}
	lefts, rights := g.scale("left", lines), g.scale("right", lines)
	g.bands(&out)
	g.axes(&out, lefts, rights)
	for _, h := range g.Annotations.Horizontal {
		y := g.y(h.Value, lefts)
		fmt.Fprintf(&out, `<line x1="%d" x2="%g" y1="%.1f" y2="%.1f" stroke="%s" stroke-dasharray="5 4"/>`, left,
			g.width-right, y, y, h.Color)
		fmt.Fprintf(&out, `<text x="%d" y="%.1f" style="fill:%s">%s %s</text>`, left+30, y-4, h.Color,
			html.EscapeString(h.Label), figure(h.Value))
	}
	for n := range lines {
		i := n
		if g.Stacked { // a sum hides those below it
			i = len(lines) - 1 - n
		}
		scale := lefts
		if lines[i].right {
			scale = rights
		}
		g.draw(&out, lines[i], scale)
	}
	g.legend(&out)
	return out.String() + "</svg>"
}

// stack adds each line to those before it.
func stack(lines []line) []line {
	out := make([]line, len(lines))
	var sum []float64
	for i, l := range lines {
		values := make([]float64, len(l.values))
		for j, v := range l.values {
			if math.IsNaN(v) {
				v = 0
			}
			values[j] = v
			if sum != nil {
				values[j] += sum[j]
			}
		}
		sum, out[i] = values, l
		out[i].values = values
	}
	return out
}

// scale is the ticks of an axis, nothing where no line is on it.
func (g graph) scale(side string, lines []line) []float64 {
	most, used := g.YAxis[side].Max, false
	for _, l := range lines {
		if l.right != (side == "right") {
			continue
		}
		used = true
		for _, v := range l.values {
			if g.YAxis[side].Max == 0 && v > most {
				most = v
			}
		}
	}
	if side == "left" {
		for _, h := range g.Annotations.Horizontal {
			most = math.Max(most, h.Value)
		}
	}
	if !used {
		return nil
	}
	return ticks(most, g.YAxis[side].Max > 0)
}

func (g graph) x(minute float64) float64 {
	return left + (g.width-left-right)*minute/float64(g.minutes()-1)
}

func (g graph) minutes() int {
	if len(g.lines) == 0 {
		return 2
	}
	return len(g.lines[0].values)
}

func (g graph) y(v float64, scale []float64) float64 {
	highest := scale[len(scale)-1]
	return g.height - under - (g.height-under-top)*math.Min(v, highest)/highest
}

func (g graph) bands(out *strings.Builder) {
	for _, band := range g.Annotations.Vertical {
		from, to := band[0].Value.Sub(g.start).Minutes(), band[len(band)-1].Value.Sub(g.start).Minutes()
		last := float64(g.minutes() - 1)
		if to < 0 || from > last {
			continue
		}
		a, b := g.x(math.Max(0, from)), g.x(math.Min(last, to))
		fmt.Fprintf(out, `<rect x="%.1f" y="%d" width="%.1f" height="%g" fill="#9ecae1" opacity=".25"/>`, a, top, b-a,
			g.height-under-top)
		fmt.Fprintf(out, `<text x="%.1f" y="%d" style="fill:#31708f">%s</text>`, a+4, top+12,
			html.EscapeString(band[0].Label))
	}
}

func (g graph) axes(out *strings.Builder, lefts, rights []float64) {
	for _, v := range lefts {
		y := g.y(v, lefts)
		fmt.Fprintf(out, `<line x1="%d" x2="%g" y1="%.1f" y2="%.1f" stroke="#eaeded"/>`, left, g.width-right, y, y)
		fmt.Fprintf(out, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`, left-6, y+4, figure(v))
	}
	for _, v := range rights {
		fmt.Fprintf(out, `<text x="%g" y="%.1f">%s</text>`, g.width-right+6, g.y(v, rights)+4, figure(v))
	}
	fmt.Fprintf(out, `<text x="12" y="38">%s</text>`, html.EscapeString(g.YAxis["left"].Label))
	if rights != nil {
		fmt.Fprintf(out, `<text x="%g" y="38" text-anchor="end">%s</text>`, g.width-12,
			html.EscapeString(g.YAxis["right"].Label))
	}
	for m := 0; m < g.minutes(); m++ {
		at := g.start.Add(time.Duration(m) * time.Minute)
		if at.Minute()%30 == 0 {
			fmt.Fprintf(out, `<text x="%.1f" y="%g" text-anchor="middle">%s</text>`, g.x(float64(m)), g.height-under+16,
				at.Format("15:04"))
		}
	}
}

func (g graph) draw(out *strings.Builder, l line, scale []float64) {
	var path strings.Builder
	pen := "M"
	for m, v := range l.values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", pen, g.x(float64(m)), g.y(v, scale))
		pen = "L"
	}
	if g.Stacked && path.Len() > 0 {
		base := g.y(0, scale)
		fmt.Fprintf(out, `<path d="%sL%.1f %.1fL%.1f %.1fZ" fill="%s" opacity=".75"/>`, path.String(),
			g.x(float64(g.minutes()-1)), base, g.x(0), base, l.color)
		return
	}
	fmt.Fprintf(out, `<path d="%s" fill="none" stroke="%s" stroke-width="1.8" stroke-linejoin="round"/>`, path.String(),
		l.color)
}

// letter is about how wide a letter of the legend is.
const letter = 6.7

func (g graph) legend(out *strings.Builder) {
	x, y := 14.0, g.height-16
	total := 0.0
	for _, l := range g.lines {
		total += 34 + letter*float64(len(l.label))
	}
	if total > g.width-20 {
		y -= 13
	}
	for _, l := range g.lines {
		w := 34 + letter*float64(len(l.label))
		if x+w > g.width-4 && x > 14 {
			x, y = 14, y+15
		}
		fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="10" height="10" rx="2" fill="%s"/>`, x, y-9, l.color)
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f">%s</text>`, x+15, y, html.EscapeString(l.label))
		x += w
	}
}
