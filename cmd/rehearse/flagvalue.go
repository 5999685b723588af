package main

import (
	"flag"
	"strconv"
	"strings"
	"time"
)

// valueFlag defines a flag that read parses. An invalid value is a problem, reported
// with all others.
func valueFlag[T any](o *options, flags *flag.FlagSet, name, usage, rule, fix string,
	read func(string) (T, bool), set func(T)) {
	flags.Func(name, usage, func(text string) error {
		if v, ok := read(text); ok {
			set(v)
		} else {
			o.problems.Add("--"+name, text, rule, fix)
		}
		return nil
	})
}

// listFlag defines a flag that may be repeated.
func listFlag(flags *flag.FlagSet, name, usage string, to *[]string) {
	flags.Func(name, usage, func(text string) error {
		*to = append(*to, text)
		return nil
	})
}

// valid is a reader of values that parse accepts and ok allows.
func valid[T any](parse func(string) (T, error), ok func(T) bool) func(string) (T, bool) {
	return func(text string) (T, bool) {
		v, err := parse(text)
		return v, err == nil && ok(v)
	}
}

func parseNumber(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

// parsePercentage parses a number with or without a percent sign.
func parsePercentage(text string) (float64, error) { return parseNumber(strings.TrimSuffix(text, "%")) }

func isPercentage(x float64) bool { return x > 0 && x <= 100 }

func isPositive(d time.Duration) bool { return d > 0 }

func parseInstant(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t, err == nil
}
