package main

import (
	"fmt"
	"testing"
)

// TestBrackets: commas in quotes, comments and inner brackets separate no entries.
func TestBrackets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[a, b]":                        "[0 2 5]",
		"[ 'a,]' , \"b,\\\",\" ,c]":     "[0 8 18 20]",
		"[it's, x \"y, z]":              "[0 5 11 14]",
		"[{a: [1, 2], b: ','}, [], {}]": "[0 20 24 28]",
		"[a, # b, c]\n d#e, f,]":        "[0 2 16 19 20]",
		"[]":                            "[0 1]",
	} {
		c := cutter{text: []byte(text)}
		if got := fmt.Sprint(c.brackets(0)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
