package main

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

// The sizes of a page, in pixels.
const (
	unitWidth, unitHeight = 66, 46
	gap                   = 10
	pageMargin            = 16
)

const style = `body{margin:0;background:#f2f3f3;font:13px "DejaVu Sans",Arial,sans-serif;color:#16191f}
.board{position:relative;margin:16px}
.w{position:absolute;background:#fff;border:1px solid #d5dbdb;border-radius:6px;box-sizing:border-box;overflow:hidden}
.w.text{background:none;border:none}
h1{margin:4px 2px;font-size:23px}h2{margin:12px 2px 0;font-size:18px}a{color:#0972d3;font-size:14px;font-weight:normal}
.t{font-weight:bold;padding:8px 12px 0;font-size:14px}
.a{display:grid;grid-template-columns:repeat(8,1fr);gap:5px;padding:7px 12px}
.s{border-radius:4px;padding:10px 8px;font-size:11.5px;white-space:nowrap;overflow:hidden;border:1px solid}
.OK{background:#f2f8f0;border-color:#9fcf8d;color:#1d5c10}
.ALARM{background:#fdecea;border-color:#d13212;color:#a1160a;font-weight:bold}
.INSUFFICIENT_DATA{background:#f4f4f4;border-color:#aaa}
svg text{font:11px "DejaVu Sans",Arial,sans-serif;fill:#545b64}svg text.h{font-weight:bold;font-size:14px;fill:#16191f}`

// pageOf is the page of a dashboard.
func pageOf(b body, source alarms.Source, states map[string]alarms.State, end time.Time, minutes int) (string, error) {
	var out strings.Builder
	bottom := 0
	for _, w := range b.Widgets {
		bottom = max(bottom, w.Y+w.Height)
	}
	fmt.Fprintf(&out, "<!doctype html><meta charset=utf-8><title>Dashboard</title><style>%s</style>\n<div class=board "+
		"style='width:%dpx;height:%dpx'>\n", style, 24*unitWidth, bottom*unitHeight)
	for _, w := range b.Widgets {
		width, height := w.Width*unitWidth-gap, w.Height*unitHeight-gap
		content, class := "", "w"
		switch w.Type {
		case "text":
			content, class = markdown(w.Properties.Markdown), "w text"
		case "alarm":
			content = alarmsOf(w.Properties, states)
		default:
			lines, err := w.Properties.lines(source, end, minutes)
			if err != nil {
				return "", err
			}
			content = graph{w.Properties, lines, end.Add(-time.Duration(minutes) * time.Minute), float64(width),
				float64(height)}.svg()
		}
		fmt.Fprintf(&out, "<div class='%s' style='left:%dpx;top:%dpx;width:%dpx;height:%dpx'>%s</div>\n", class,
			w.X*unitWidth, w.Y*unitHeight, width, height, content)
	}
	out.WriteString("</div>\n")
	return out.String(), nil
}

var link = regexp.MustCompile(`\[([^\]]*)\]\(([^)]*)\)`)

// markdown draws headings and links.
func markdown(text string) string {
	level := len(text) - len(strings.TrimLeft(text, "#"))
	text = link.ReplaceAllString(strings.TrimSpace(text[level:]), `<a href="$2">$1</a>`)
	return fmt.Sprintf("<h%d>%s</h%d>", level, text, level)
}

func alarmsOf(p properties, states map[string]alarms.State) string {
	var out strings.Builder
	fmt.Fprintf(&out, "<div class=t>%s (%d)</div><div class=a>", html.EscapeString(p.Title), len(p.Alarms))
	for _, arn := range p.Alarms {
		fmt.Fprintf(&out, "<div class='s %s'>%s</div>", states[arn], html.EscapeString(strings.TrimPrefix(arn, arnPrefix)))
	}
	return out.String() + "</div>"
}

// steps are round distances of lines on an axis.
var steps = []float64{1, 2, 2.5, 5, 10}

// ticks are round numbers from 0 to at least most, four or five of them.
func ticks(most float64, fixed bool) []float64 {
	if most <= 0 {
		most = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, s := range steps {
		if most/(step*s) <= 4.5 {
			step *= s
			break
		}
	}
	var out []float64
	for v := 0.0; v <= most+step*0.001 || !fixed && v < most+step*0.999; v += step {
		out = append(out, v)
	}
	return out
}

func figure(v float64) string {
	if v >= 10_000 {
		return strconv.FormatFloat(v/1000, 'f', -1, 64) + "K"
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}
