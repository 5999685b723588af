package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// cutter takes entries of lists out of a YAML file and leaves every other byte
// as it is. The syntax tree says where they are; what is written in a way that
// cannot be cut is an error, and what a cut makes of the file is for the caller
// to read.
type cutter struct {
	text []byte
	// lines are the text's, with their ends; starts is where each begins.
	lines  []string
	starts []int
	root   ast.Node
	cuts   [][2]int
}

func newCutter(text []byte) (*cutter, error) {
	c := &cutter{text: text}
	mark := len(text) - len(bytes.TrimPrefix(text, []byte("\ufeff")))
	at, plain := mark, strings.Builder{}
	for line := range strings.Lines(string(text[mark:])) {
		c.lines, c.starts = append(c.lines, line), append(c.starts, at)
		at += len(line)
		// goccy/go-yaml v1.19.2 counts a line twice that ends a comment with CRLF.
		plain.WriteString(strings.ReplaceAll(line, "\r\n", "\n"))
	}
	file, err := parser.ParseBytes([]byte(plain.String()), 0)
	if err != nil {
		return nil, err
	}
	for _, doc := range file.Docs {
		if m, ok := doc.Body.(*ast.MappingNode); ok && c.root == nil {
			c.root = m
		}
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

// pair is a key of a mapping with its value, nil where the file does not have it
// at this place.
func pair(n ast.Node, key string) *ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.AnchorNode:
		return pair(n.Value, key)
	case *ast.MappingValueNode:
		if n.Key.GetToken().Value == key {
			return n
		}
	case *ast.MappingNode:
		for _, v := range n.Values {
			if v.Key.GetToken().Value == key {
				return v
			}
		}
	}
	return nil
}

// list is the list that a key has.
func list(p *ast.MappingValueNode, key string) (*ast.SequenceNode, error) {
	if p == nil {
		return nil, fmt.Errorf("the key %s comes from somewhere else in the file", key)
	}
	value := p.Value
	if anchor, ok := value.(*ast.AnchorNode); ok {
		value = anchor.Value
	}
	if l, ok := value.(*ast.SequenceNode); ok {
		return l, nil
	}
	return nil, uncut(p.Key.GetToken(), key+" is no plain list")
}

// uncut is that something is not written as cutter wants it.
func uncut(t *token.Token, why string) error {
	return fmt.Errorf("%d:%d: %s", t.Position.Line, t.Position.Column, why)
}

// cutEntries cuts some entries of a list, but not all.
func (c *cutter) cutEntries(l *ast.SequenceNode, gone []int) error {
	if l.IsFlowStyle {
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

// cutPair cuts a key with its list, and the comment right above it.
func (c *cutter) cutPair(p *ast.MappingValueNode, l *ast.SequenceNode) error {
	key := p.Key.GetToken()
	from := key.Position.Line - 1
	if strings.TrimSpace(c.before(key)) != "" {
		return uncut(key, "the key does not begin its line")
	}
	var to int
	if l.IsFlowStyle {
		at, err := c.offset(l.End, "]")
		if err != nil {
			return err
		}
		to = l.End.Position.Line
		if rest := strings.TrimSpace(c.lines[to-1][at+1-c.starts[to-1]:]); rest != "" && rest[0] != '#' {
			return uncut(l.End, "something follows the list on its line")
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
func (c *cutter) entryLines(l *ast.SequenceNode) ([][2]int, error) {
	var found [][2]int
	for _, e := range l.Entries {
		if _, err := c.offset(e.Start, "-"); err != nil {
			return nil, err
		}
		if strings.TrimSpace(c.before(e.Start)) != "" {
			return nil, uncut(e.Start, "the entry does not begin its line")
		}
		from := e.Start.Position.Line - 1
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

// before is what stands before a token on its line.
func (c *cutter) before(t *token.Token) string {
	line := c.lines[t.Position.Line-1]
	return line[:columnOffset(line, t.Position.Column)]
}

// offset is where a token is in the text, which must be there.
func (c *cutter) offset(t *token.Token, want string) (int, error) {
	if t != nil && t.Position.Line <= len(c.lines) {
		line := c.lines[t.Position.Line-1]
		if at := columnOffset(line, t.Position.Column); strings.HasPrefix(line[at:], want) {
			return c.starts[t.Position.Line-1] + at, nil
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
