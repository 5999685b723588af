package cli

import (
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
			lines = append(lines, lastCell(line, cell)...)
		}
	}
	return lines
}

// lastCell appends a cell to a line, in more lines where one is too short.
func lastCell(line, cell string) []string {
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
