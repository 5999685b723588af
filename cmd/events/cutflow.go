package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// separator is a bracket or comma of a list in brackets, with the comment behind
// it on the same line: that one belongs to what is before.
type separator struct{ at, end int }

var remark = regexp.MustCompile(`^[ \t]*#[^\r\n]*`)

// separators are the opening bracket, all commas and the closing bracket.
// trailing says that a comma stands after the last entry.
func (c *cutter) separators(l *ast.SequenceNode) (found []separator, trailing bool, err error) {
	add := func(t *token.Token, want string) {
		at, notThere := c.offset(t, want)
		if notThere != nil {
			err = notThere
			return
		}
		end := at + 1
		if want != "]" {
			end += len(remark.Find(c.text[end:]))
		}
		found = append(found, separator{at, end})
	}
	add(l.Start, "[")
	for _, e := range l.Entries[1:] {
		add(e.Start, ",")
	}
	last := l.End.Prev
	for last.Type == token.CommentType {
		last = last.Prev
	}
	if last.Type == token.CollectEntryType {
		trailing = true
		add(last, ",")
	}
	add(l.End, "]")
	return found, trailing, err
}

// cutFlowEntries cuts some entries of a list in brackets, but not all, with the
// comments above and behind them.
func (c *cutter) cutFlowEntries(l *ast.SequenceNode, gone []int) error {
	separators, trailing, err := c.separators(l)
	if err != nil {
		return err
	}
	const space = " \t\r\n"
	n := len(l.Values)
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
	if hasRemark, breaks := after.end > after.at+1, strings.Contains(string(c.text[end:separators[n].at]), "\n"); hasRemark && !breaks {
		from = begins(last + 1) // keeps the line break that ends the remark
	}
	c.cuts = append(c.cuts, [2]int{after.at, after.at + 1}, [2]int{from, end})
	return nil
}
