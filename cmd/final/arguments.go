package main

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// negative is a number below 0, which is an argument and not a flag.
var negative = regexp.MustCompile(`^-[0-9]+$`)

// parse parses flags before, between and after a command's arguments, which it returns.
func parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for len(args) > 0 {
		// Nothing behind "--" is a flag, and no number below 0 before it.
		part := args
		if at := slices.IndexFunc(args, func(a string) bool { return a == "--" || negative.MatchString(a) }); at >= 0 {
			part = args[:at]
		}
		if len(part) == 0 {
			if args[0] == "--" {
				return append(rest, args[1:]...), nil
			}
			rest, args = append(rest, args[0]), args[1:]
			continue
		}
		if err := flags.Parse(part); err != nil {
			return nil, err
		}
		args = args[len(part)-flags.NArg():]
		if flags.NArg() > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}

// noArguments refuses the arguments of a command that has none.
func noArguments(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("got %q: the command has no arguments but its flags", strings.Join(args, " "))
	}
	return nil
}
