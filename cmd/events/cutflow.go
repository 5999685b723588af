package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// separator is a bracket or comma of a list in brackets, with the comment behind
// it on the same line: that one belongs to what is before.
type separator struct{ at, end int }

var remark = regexp.MustCompile(`^[ \t]*#[^\r\n]*`)

// separators are the opening bracket, all commas and the closing bracket.
// trailing says that a comma stands after the last entry.
func (c *cutter) separators(l *document.Node) (found []separator, trailing bool, err error) {
	opening, err := c.offset(l.Start, "[")
	if err != nil {
		return nil, false, err
	}
	all := c.brackets(opening)
	for _, at := range all {
		end := at + 1
		if c.text[at] != ']' {
			end += len(remark.Find(c.text[end:]))
		}
		found = append(found, separator{at, end})
	}
	trailing = len(all) == len(l.Items)+2
	if !trailing && len(all) != len(l.Items)+1 {
		return nil, false, uncut(l.Start, "not every entry of the list is found in the text")
	}
	return found, trailing, nil
}

// brackets are where the bracket at an offset, the commas of its list, and the
// closing bracket stand.
func (c *cutter) brackets(opening int) []int {
	found, depth := []int{opening}, 0
	inText := false // without quotes, where quotes are characters like others
	for i := opening; i < len(c.text); i++ {
		switch b := c.text[i]; b {
		case ' ', '\t', '\r', '\n':
		case '#':
			if strings.ContainsRune(" \t\r\n", rune(c.text[i-1])) {
				i += len(remark.Find(c.text[i:])) - 1
			}
		case '"', '\'':
			if !inText {
				i = c.closing(i)
			}
		case '[', '{':
			depth, inText = depth+1, false
		case ']', '}':
			if depth, inText = depth-1, false; depth == 0 {
				return append(found, i)
			}
		case ',':
			if inText = false; depth == 1 {
				found = append(found, i)
			}
		default:
			inText = b != ':'
		}
	}
	return found
}

// closing is where the quote at an offset is closed.
func (c *cutter) closing(opening int) int {
	quote, i := c.text[opening], opening+1
	for i < len(c.text) && c.text[i] != quote {
		if quote == '"' && c.text[i] == '\\' {
			i++
		}
		i++
	}
	return i
}

// cutFlowEntries cuts some entries of a list in brackets, but not all, with the
// comments above and behind them.
func (c *cutter) cutFlowEntries(l *document.Node, gone []int) error {
	separators, trailing, err := c.separators(l)
	if err != nil {
		return err
	}
	const space = " \t\r\n"
	n := len(l.Items)
	begins := func(i int) int { // after the white space
		end := separators[i].end
		rest := string(c.text[end:])
		return end + len(rest) - len(strings.TrimLeft(rest, space))
	}
	last := n - 1 // that stays
	for slices.Contains(gone, last) {
		last--
	}
	for _, i := range gone {
		if i < last {
			c.cuts = append(c.cuts, [2]int{begins(i), begins(i + 1)})
		}
	}
	if last == n-1 {
		return nil
	}
	after := separators[last+1] // the comma behind what is now the last
	if trailing {
		c.cuts = append(c.cuts, [2]int{after.end, separators[n].end})
		return nil
	}
	end := len(strings.TrimRight(string(c.text[:separators[n].at]), space))
	from := after.end
	breaks := strings.Contains(string(c.text[end:separators[n].at]), "\n")
	if hasRemark := after.end > after.at+1; hasRemark && !breaks {
		from = begins(last + 1) // keeps the line break that ends the remark
	}
	c.cuts = append(c.cuts, [2]int{after.at, after.at + 1}, [2]int{from, end})
	return nil
}
