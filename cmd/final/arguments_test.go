package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestParse: flags stand before, between and after arguments.
func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"60 --env prod":           "60 of prod",
		"--env prod 60":           "60 of prod",
		"60 --env prod --yes":     "60 of prod, yes",
		"--yes 60 --env=prod":     "60 of prod, yes",
		"--env prod -3":           "-3 of prod",
		"-3 --env prod 4":         "-3 4 of prod",
		"--env prod -- --yes 60":  "--yes 60 of prod",
		"--env prod 60 -- --yes":  "60 --yes of prod",
		"--env prod":              " of prod",
		"60 --env prod --verbose": "flag provided but not defined: -verbose",
		"60 --env":                "flag needs an argument: -env",
	} {
		flags := flag.NewFlagSet("final", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		env, yes := flags.String("env", "", ""), flags.Bool("yes", false, "")
		rest, err := parse(flags, strings.Fields(text))
		got := fmt.Sprintf("%s of %s", strings.Join(rest, " "), *env)
		if *yes {
			got += ", yes"
		}
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
