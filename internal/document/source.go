package document

import (
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// source is the text of a file, for what the library's nodes do not tell: where a
// value begins after its tag, and how it is written.
type source struct {
	text []rune
	// lines are where lines begin, in text.
	lines []int
}

func newSource(data []byte) source {
	s := source{text: []rune(string(data)), lines: []int{0}}
	for i, r := range s.text {
		switch r {
		case '\r':
			if i+1 < len(s.text) && s.text[i+1] == '\n' {
				continue
			}
			fallthrough
		case '\n', '\u0085', '\u2028', '\u2029': // what the library takes for the end of a line
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// index is where a place is in the text.
func (s source) index(p Position) int {
	if p.Line < 1 || p.Line > len(s.lines) {
		return len(s.text)
	}
	return min(s.lines[p.Line-1]+max(p.Column-1, 0), len(s.text))
}

func (s source) position(index int) Position {
	line, found := slices.BinarySearch(s.lines, index)
	if found {
		line++
	}
	return Position{line, index - s.lines[line-1] + 1}
}

// line is the text of a line, without its end.
func (s source) line(number int) string {
	if number < 1 || number > len(s.lines) {
		return ""
	}
	end := len(s.text)
	if number < len(s.lines) {
		end = s.lines[number]
	}
	return strings.TrimRight(string(s.text[s.lines[number-1]:end]), "\r\n\u0085\u2028\u2029")
}

// at is the character at an index, 0 behind the last one.
func (s source) at(i int) rune {
	if i < 0 || i >= len(s.text) {
		return 0
	}
	return s.text[i]
}

// skip is the index of what follows white space and comments.
func (s source) skip(i int) int {
	for i < len(s.text) {
		switch {
		case s.text[i] == '#':
			for i < len(s.text) && s.text[i] != '\n' {
				i++
			}
		case unicode.IsSpace(s.text[i]):
			i++
		default:
			return i
		}
	}
	return i
}

// begins is where a node's tag stands, and where its value begins: the library
// has only where the first of anchor, tag and value does.
func (s source) begins(n *yaml.Node) (tag, start Position) {
	start = Position{n.Line, n.Column}
	properties := 0
	if tagged(n) {
		properties++
	}
	if n.Anchor != "" {
		properties++
	}
	if properties == 0 {
		return tag, start
	}
	i := s.index(start)
	for ; properties > 0; properties-- {
		i = s.skip(i)
		if s.at(i) == '!' {
			tag = s.position(i)
		}
		for i < len(s.text) && !unicode.IsSpace(s.text[i]) {
			i++
		}
	}
	if n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0 {
		return tag, tag
	}
	return tag, s.position(s.skip(i))
}

// tagged reports whether a tag is written; "!" is one that says nothing.
func tagged(n *yaml.Node) bool { return n.Style&yaml.TaggedStyle != 0 || n.Tag == "!" }

// dash is where the hyphen of an item stands, in a list whose hyphens are in
// column; from is where the item begins.
func (s source) dash(from Position, column int) Position {
	for line := min(from.Line, len(s.lines)); line > 0; line-- {
		text := []rune(s.line(line))
		if len(text) < column || text[column-1] != '-' {
			continue
		}
		// Before it stand only the hyphens of lists that the list is an item of.
		if strings.Trim(string(text[:column-1]), " -?:") == "" || line == from.Line {
			return Position{line, column}
		}
	}
	return Position{}
}

// written is how a scalar stands in the file: at start, in the style of n.
func (s source) written(n *yaml.Node, start Position) string {
	i := s.index(start)
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return oneLine(n.Value, n.Value)
	case quoted(n):
		end := s.closing(i)
		if end < len(s.text) {
			return oneLine(string(s.text[i:end+1]), n.Value)
		}
	case n.Value == "" || strings.HasPrefix(string(s.text[i:min(i+len(n.Value), len(s.text))]), n.Value):
		return oneLine(n.Value, n.Value)
	}
	return oneLine("\n", n.Value)
}

func quoted(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
}

// closing is the index of the quote that closes the one at i, or that of the end
// of the text.
func (s source) closing(i int) int {
	quote := s.at(i)
	for i++; i < len(s.text); i++ {
		switch {
		case quote == '"' && s.text[i] == '\\':
			i++
		case quote == '\'' && s.text[i] == quote && s.at(i+1) == quote:
			i++
		case s.text[i] == quote:
			return i
		}
	}
	return len(s.text)
}
