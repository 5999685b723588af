package main

import (
	"flag"
	"fmt"
	"regexp"
	"strings"
)

// negative is a number below 0, which is an argument and not a flag.
var negative = regexp.MustCompile(`^-[0-9]+$`)

// parse parses flags before, between and after a command's arguments, which it returns.
func parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		for len(args) > 0 && negative.MatchString(args[0]) {
			rest, args = append(rest, args[0]), args[1:]
		}
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		left := flags.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if taken := len(args) - len(left); taken > 0 && args[taken-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// noArguments refuses the arguments of a command that has none.
func noArguments(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("got %q: the command has no arguments but its flags", strings.Join(args, " "))
	}
	return nil
}
