package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

const twice = "Runtime process exited abnormally: waitid: no child processes"

func TestPassOn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"alone", twice, ""},
		{"glued to the next line", twice + "synthesis failed\n", "synthesis failed\n"},
		{"glued to the line before", "[warning] one\nhalf a line" + twice, "[warning] one\nhalf a line"},
		{"before Go 1.23", "Runtime process exited abnormally: wait: no child processes", ""},
		{"waited already", "Runtime process exited abnormally: exec: Wait was already called", ""},
		{"another end of the process", "Runtime process exited abnormally: signal: killed", "Runtime process exited abnormally: signal: killed"},
		{"empty lines", "a\n\n\nb", "a\n\n\nb"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			passOn(&got, iotest.OneByteReader(strings.NewReader(test.in)))
			if got.String() != test.want {
				t.Errorf("got %q, want %q", got.String(), test.want)
			}
		})
	}
}

// TestFilterStderr: all that was written has arrived when flush returns, and
// what jsii writes later arrives nowhere.
func TestFilterStderr(t *testing.T) {
	stderr := os.Stderr
	t.Cleanup(func() { os.Stderr = stderr })
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stderr = in
	flush := filterStderr()
	fmt.Fprint(os.Stderr, "one\n", twice, "two")
	flush()
	fmt.Fprint(os.Stderr, twice)
	in.Close()
	got, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != "one\ntwo" {
		t.Errorf("got %q, want %q", got, "one\ntwo")
	}
}
