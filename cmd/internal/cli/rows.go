package cli

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// gap is how many spaces stand between two cells of a row.
const gap = 2

// Rows lays rows out in columns, each behind two spaces. The last cell of a row that is wider than
// Columns goes on under itself, or on lines of its own where too little room is left.
func Rows(rows [][]string) (lines []string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:max(len(row)-1, 0)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line := "  "
		for i, cell := range row {
			if i < len(row)-1 {
				line += cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+gap)
				continue
			}
			lines = append(lines, Hang(line, cell)...)
		}
	}
	return lines
}

// Hang appends a text to the beginning of a line. Where it is wider than Columns it goes on under
// itself, or on lines of its own where too little room is left.
func Hang(line, cell string) []string {
	if cell == "" {
		return []string{strings.TrimRight(line, " ")}
	}
	const least = Columns / 3
	at := utf8.RuneCountInString(line)
	if at+utf8.RuneCountInString(cell) <= Columns {
		return []string{line + cell}
	}
	words := strings.Fields(cell)
	if Columns-at < least || at+utf8.RuneCountInString(words[0]) > Columns {
		return append([]string{strings.TrimRight(line, " ")}, Wrap(words, Columns, "      ")...)
	}
	wrapped := Wrap(words, Columns, strings.Repeat(" ", at))
	wrapped[0] = line + strings.TrimLeft(wrapped[0], " ")
	return wrapped
}

// label is what stands before the text of a line: words and at least two spaces, or spaces alone.
var label = regexp.MustCompile(`^( *\S+( \S+)* {2,}| +)`)

// Hanging wraps the lines of a text that are wider than Columns. They go on below their
// text, behind the label.
func Hanging(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if before := label.FindString(line); utf8.RuneCountInString(line) > Columns {
			lines := Hang(before, line[len(before):])
			line = strings.Join(lines, "\n")
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
