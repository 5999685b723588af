package document

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// content is what stands on a line after its indentation, without a comment, and
// the column where it begins.
func (s source) content(line int) (text string, column int) {
	whole := s.line(line)
	text = strings.TrimLeft(whole, " ")
	column = len(whole) - len(text) + 1
	if i := strings.Index(" "+text, " #"); i >= 0 {
		text = text[:i]
	}
	return strings.TrimRight(text, " \t"), column
}

// before is the last line before another that holds something, 0 where there is
// none.
func (s source) before(line int) int {
	for line--; line > 0; line-- {
		if text, _ := s.content(line); text != "" {
			return line
		}
	}
	return 0
}

// isKey reports whether text up to a colon at an offset, in characters, is a key.
func (s source) isKey(text string, offset int) bool {
	key, _, found := strings.Cut(text, ":")
	return found && utf8.RuneCountInString(key) == offset
}

// isPair reports whether text begins with a key and its colon.
func isPair(text string) bool { return strings.Contains(text, ": ") || strings.HasSuffix(text, ":") }

// level is an indentation that lines above use: the column of keys or hyphens, and
// the last line that is indented so.
type level struct {
	column, line int
	item         bool
}

// levels are the indentations that a line may have, the innermost first: those of
// the line before it and of all that this one is part of.
func (s source) levels(line int) []level {
	var found []level
	limit := 1 << 30
	for line = s.before(line); line > 0; line = s.before(line) {
		text, column := s.content(line)
		var own []level // of the line: its hyphens and its key
		for inner := column; inner < limit; {
			rest, item := strings.CutPrefix(text, "- ")
			if item || text == "-" || isPair(text) {
				own = append(own, level{inner, line, item || text == "-"})
			}
			if !item {
				break
			}
			rest = strings.TrimLeft(rest, " ")
			inner += len(text) - len(rest)
			text = rest
		}
		if own == nil {
			continue // more of a text
		}
		slices.Reverse(own)
		found = append(found, own...)
		limit = min(limit, column)
		if limit == 1 {
			break
		}
	}
	return found
}
