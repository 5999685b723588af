package problem

import "fmt"

// Place is where something stands in a file.
type Place struct {
	File string
	// Line and Column count from 1. Default: 0, the whole of File.
	Line, Column int
}

// String is file:line:column, or the file alone.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}
