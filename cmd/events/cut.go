package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// cutter takes entries of lists out of a YAML file and leaves every other byte
// as it is. The tree of nodes says where they are; what is written in a way that
// cannot be cut is an error, and what a cut makes of the file is for the caller
// to read.
type cutter struct {
	text []byte
	// lines are the text's, with their ends; starts is where each begins.
	lines  []string
	starts []int
	root   *document.Node
	cuts   [][2]int
}

// layout bounds an environment file, which package config has read before.
var layout = document.Options{
	File: "an environment file", Holds: "environment", MaxBytes: 1 << 20, MaxDepth: 32, MaxValues: 20_000,
}

func newCutter(text []byte) (*cutter, error) {
	c := &cutter{text: text}
	at := len(text) - len(bytes.TrimPrefix(text, []byte("\ufeff")))
	for line := range strings.Lines(string(text[at:])) {
		c.lines, c.starts = append(c.lines, line), append(c.starts, at)
		at += len(line)
	}
	var wrong []document.SyntaxError
	if c.root, wrong = document.Parse(text, layout); wrong != nil {
		return nil, &wrong[0]
	}
	return c, nil
}

// result is the text without what was cut.
func (c *cutter) result() []byte {
	slices.SortFunc(c.cuts, func(a, b [2]int) int { return a[0] - b[0] })
	var out []byte
	at := 0
	for _, cut := range c.cuts {
		out = append(out, c.text[at:max(at, cut[0])]...)
		at = max(at, cut[1])
	}
	return append(out, c.text[at:]...)
}

// list is the list that a mapping has at a key.
func list(holder *document.Node, key string) (*document.Node, error) {
	l := holder.Get(key)
	switch {
	case l == nil || l.Merged || holder.Alias:
		return nil, fmt.Errorf("the key %s comes from somewhere else in the file", key)
	case l.Kind != document.Sequence || l.Alias:
		return nil, uncut(l.Key, key+" is no plain list")
	}
	return l, nil
}

// uncut is that something is not written as cutter wants it.
func uncut(at document.Position, why string) error {
	return fmt.Errorf("%d:%d: %s", at.Line, at.Column, why)
}

// cutEntries cuts some entries of a list, but not all.
func (c *cutter) cutEntries(l *document.Node, gone []int) error {
	if l.Flow {
		return c.cutFlowEntries(l, gone)
	}
	entries, err := c.entryLines(l)
	if err != nil {
		return err
	}
	for len(gone) > 0 {
		// Neighbours go together, with what is between them.
		n := 1
		for n < len(gone) && gone[n] == gone[0]+n {
			n++
		}
		c.cutLines(entries[gone[0]][0], entries[gone[n-1]][1], gone[0] == 0)
		gone = gone[n:]
	}
	return nil
}

// cutList cuts a list with its key, and the comment right above it.
func (c *cutter) cutList(l *document.Node) error {
	from := l.Key.Line - 1
	if strings.TrimSpace(c.before(l.Key)) != "" {
		return uncut(l.Key, "the key does not begin its line")
	}
	var to int
	if l.Flow {
		separators, _, err := c.separators(l)
		if err != nil {
			return err
		}
		closing := separators[len(separators)-1].at
		to, _ = slices.BinarySearch(c.starts, closing+1)
		if rest := strings.TrimSpace(c.lines[to-1][closing+1-c.starts[to-1]:]); rest != "" && rest[0] != '#' {
			return uncut(l.Key, "something follows the list on its line")
		}
	} else {
		entries, err := c.entryLines(l)
		if err != nil {
			return err
		}
		to = entries[len(entries)-1][1]
	}
	above := from
	for above > 0 && isComment(c.lines[above-1]) && indent(c.lines[above-1]) == indent(c.lines[from]) {
		above--
	}
	if above > 0 { // else it is the file's own heading
		from = above
	}
	c.cutLines(from, to, false)
	return nil
}

// entryLines are from which line up to which each entry of a list goes, with the
// comment right above it.
func (c *cutter) entryLines(l *document.Node) ([][2]int, error) {
	var found [][2]int
	for _, e := range l.Items {
		if _, err := c.offset(e.Dash, "-"); err != nil {
			return nil, err
		}
		if strings.TrimSpace(c.before(e.Dash)) != "" {
			return nil, uncut(e.Dash, "the entry does not begin its line")
		}
		from := e.Dash.Line - 1
		to := c.entryEnd(from)
		for from > 0 && isComment(c.lines[from-1]) && (len(found) == 0 || from > found[len(found)-1][1]) {
			from--
		}
		found = append(found, [2]int{from, to})
	}
	return found, nil
}

// entryEnd is the line after an entry: what is deeper than its hyphen, comments
// too, belongs to it, and what stands between.
func (c *cutter) entryEnd(from int) int {
	end, depth := from+1, indent(c.lines[from])
	for i := end; i < len(c.lines); i++ {
		switch line := c.lines[i]; {
		case strings.TrimSpace(line) == "":
		case indent(line) > depth:
			end = i + 1
		case !isComment(line):
			return end
		}
	}
	return end
}

// cutLines cuts lines, and the blank ones after them where others, or the head of
// the list, stand right before.
func (c *cutter) cutLines(from, to int, first bool) {
	blank := func(i int) bool { return strings.TrimSpace(c.lines[i]) == "" }
	if first || from == 0 || blank(from-1) {
		for to < len(c.lines) && blank(to) {
			to++
		}
	}
	if to == len(c.lines) {
		for from > 0 && blank(from-1) {
			from--
		}
		c.cuts = append(c.cuts, [2]int{c.starts[from], len(c.text)})
		return
	}
	c.cuts = append(c.cuts, [2]int{c.starts[from], c.starts[to]})
}

func isComment(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "#") }

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// before is what stands before a place on its line.
func (c *cutter) before(at document.Position) string {
	line := c.lines[at.Line-1]
	return line[:columnOffset(line, at.Column)]
}

// offset is where a place is in the text, at which want must stand.
func (c *cutter) offset(p document.Position, want string) (int, error) {
	if p.Line > 0 && p.Line <= len(c.lines) {
		line := c.lines[p.Line-1]
		if at := columnOffset(line, p.Column); strings.HasPrefix(line[at:], want) {
			return c.starts[p.Line-1] + at, nil
		}
	}
	return 0, fmt.Errorf("a %q of the list is not found in the text", want)
}

// columnOffset is the byte of a line at a column, which counts characters from 1.
func columnOffset(line string, column int) int {
	at := 0
	for ; column > 1 && at < len(line); column-- {
		_, size := utf8.DecodeRuneInString(line[at:])
		at += size
	}
	return at
}
