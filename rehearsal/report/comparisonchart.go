package report

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sizes of the bar chart, which groups rows by their facts.
const (
	barHeight  = 18.0
	barStep    = 26.0
	groupGap   = 14.0
	groupTitle = 20.0
)

// characterWidth is at most that of most characters.
const characterWidth = 6.0

// barPatterns is the number of colours and hatchings for scaling names.
const barPatterns = 4

// barChart draws the rows of a comparison, without a style of its own.
type barChart struct{ of Comparison }

func (b barChart) heading() string {
	if currency := b.of.currency(); b.of.priced() && currency != "" {
		return "Cost in " + currency + " at the facts' prices · requests answered"
	} else if b.of.priced() {
		return "Cost at the facts' prices · requests answered"
	}
	return "Cost in instance hours · requests answered"
}

func (b barChart) svg(width float64) string { return b.of.bars(width, b.heading()) }

func (c Comparison) bars(width float64, title string) string {
	most, groups := 1e-9, c.groups()
	for _, r := range c.Rows {
		most = max(most, c.cost(r))
	}
	left, right, longest := 92.0, 150.0, 260.0
	if width < wide {
		right, longest = 118, 130
	}
	for _, r := range c.Rows {
		left = min(max(left, 8+characterWidth*float64(utf8.RuneCountInString(r.Scaling))), longest)
	}
	var b strings.Builder
	height := above + 4
	for _, g := range groups {
		height += groupTitle + float64(len(g))*barStep + groupGap
	}
	if c.Asked != "" {
		height += 2 * groupTitle
	}
	fmt.Fprintf(&b, `<svg viewBox="-8 0 %s %s" role="img" aria-label="%s">`, coordinate(width+16),
		coordinate(height+8), html.EscapeString(title))
	b.WriteString(hatches(width))
	fmt.Fprintf(&b, `<text class="t" x="0" y="14">%s</text>`, html.EscapeString(title))
	ways := c.scalings()
	best, any := c.Best()
	y := above + 4
	for _, g := range groups {
		fmt.Fprintf(&b, `<text class="n g-title" x="0" y="%s">%s</text>`, coordinate(y+13),
			html.EscapeString(c.Rows[g[0]].Facts))
		y += groupTitle
		for _, i := range g {
			r := c.Rows[i]
			long := max(1, (width-left-right)*c.cost(r)/most)
			look := slices.Index(ways, r.Scaling) % barPatterns
			class := fmt.Sprintf("b%d", look)
			if !r.passes() {
				class += " refused"
			}
			fill := ""
			if look > 0 {
				fill = fmt.Sprintf(` fill="url(#%s)"`, hatch(width, look))
			}
			fmt.Fprintf(&b, `<text class="a" x="0" y="%s">%s</text><rect class="%s"%s x="%s" y="%s" width="%s" height="%s"/>`,
				coordinate(y+13), html.EscapeString(truncate(r.Scaling, int((left-8)/characterWidth+0.01))), class, fill,
				coordinate(left), coordinate(y), coordinate(long), coordinate(barHeight))
			said := fmt.Sprintf("%s · %s", number(c.cost(r)), percent(r.Result.Requests.Availability))
			if c.priced() {
				said = fmt.Sprintf("%.2f · %s", c.cost(r), percent(r.Result.Requests.Availability))
			}
			if !r.passes() {
				said += " ✕"
			}
			if any && i == best {
				said += " ✓"
			}
			fmt.Fprintf(&b, `<text class="n" x="%s" y="%s">%s</text>`, coordinate(left+long+6), coordinate(y+13),
				html.EscapeString(said))
			y += barStep
		}
		y += groupGap
	}
	if c.Asked != "" {
		keeps := "✓ the cheapest that keeps what is asked"
		if width >= wide {
			keeps += ": " + c.Asked // on a page it is above, too
		}
		for _, line := range []string{keeps, "✕ does not keep it"} {
			fmt.Fprintf(&b, `<text class="a" x="0" y="%s">%s</text>`, coordinate(y+13), html.EscapeString(line))
			y += groupTitle
		}
	}
	b.WriteString("</svg>")
	return b.String()
}

// truncate cuts a text to at most n characters.
func truncate(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

// groups are the indexes of rows by their facts, in order.
func (c Comparison) groups() [][]int {
	var out [][]int
	at := map[string]int{}
	for i, r := range c.Rows {
		g, seen := at[r.Facts]
		if !seen {
			g = len(out)
			at[r.Facts], out = g, append(out, nil)
		}
		out[g] = append(out[g], i)
	}
	return out
}

// scalings are the distinct names of what scales, in order.
func (c Comparison) scalings() []string {
	var out []string
	for _, r := range c.Rows {
		if !slices.Contains(out, r.Scaling) {
			out = append(out, r.Scaling)
		}
	}
	return out
}

// hatch is the ID of a pattern. The drawings of two widths on a page have their own
// patterns, since those of a hidden drawing cannot be used.
func hatch(width float64, look int) string {
	return fmt.Sprintf("hatch-%s-%d", coordinate(width), look)
}

// hatches are the patterns of bars, in the page's colours.
func hatches(width float64) string {
	lines := []string{
		`patternTransform="rotate(45)"><rect class="b1-fill" width="6" height="6"/><path class="b-line" d="M0 0V6"/>`,
		`><rect class="b2-fill" width="6" height="6"/><circle class="b-dot" cx="3" cy="3" r="1.4"/>`,
		`><rect class="b3-fill" width="6" height="6"/><path class="b-line" d="M0 3H6"/>`,
	}
	var b strings.Builder
	b.WriteString("<defs>")
	for i, line := range lines {
		fmt.Fprintf(&b, `<pattern id="%s" width="6" height="6" patternUnits="userSpaceOnUse" %s</pattern>`,
			hatch(width, i+1), line)
	}
	b.WriteString("</defs>")
	return b.String()
}

// SVG is the bar chart as a file, for light and dark.
func (c Comparison) SVG() []byte {
	drawing := barChart{c}.svg(wide)
	head, rest, _ := strings.Cut(drawing, ">")
	style := "<style>\n" + coloursStyle + "svg { font: 13px system-ui, sans-serif; background: var(--page); }\n" +
		chartStyle + "</style>"
	return []byte(strings.Replace(head, "<svg ", `<svg xmlns="http://www.w3.org/2000/svg" `, 1) + ">\n" + style +
		"\n" + rest + "\n")
}
