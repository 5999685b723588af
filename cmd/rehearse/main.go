// Rehearse simulates the scaling of a CloudFormation template under a trace of
// traffic: requests, latency, capacity and cost. "rehearse run -h" lists its options.
//
// Its exit status is 0 for success, 1 if a gate or the lint fails, 2 for bad input and
// 130 where it is interrupted; then it writes no file.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// Exit statuses.
const (
	statusOK       = 0
	statusRefused  = 1
	statusBadInput = 2
)

// command is a command of rehearse.
type command struct {
	name, what string
	// flags are the groups of its options.
	flags []func(*options, *flag.FlagSet)
	do    func(*options, io.Writer) (status int, err error)
}

func commands() []command {
	return []command{
		{"run", "rehearse one template, write a report, hold it to a gate",
			[]func(*options, *flag.FlagSet){subjectFlags, factFlags, playFlags, timezoneFlag("timezone"), outputFlags,
				gateFlags}, run},
		{"compare", "rehearse several templates, environments, commits or facts side by side",
			[]func(*options, *flag.FlagSet){subjectFlags, factFlags, playFlags, timezoneFlag("timezone"), compareFlags,
				outputFlags, gateFlags}, compare},
		{"explain", "tell a rehearsal minute by minute: what went off, what was decided, and why not more",
			[]func(*options, *flag.FlagSet){subjectFlags, factFlags, playFlags, timezoneFlag("timezone")}, explain},
		{"plan", "find the cheapest setting that holds, and an event's floors, learned from an earlier one",
			[]func(*options, *flag.FlagSet){
				subjectFlags, factFlags, playFlags, timezoneFlag("trace-timezone"), planFlags,
			}, makePlan},
		{"lint", "judge what scales in a template by this project's rules",
			[]func(*options, *flag.FlagSet){subjectFlags, factFlags, lintFlags}, lintTemplates},
	}
}

func main() {
	cli.MainAtOnce(func() int { return rehearse(os.Args[1:], os.Stdout, os.Stderr) })
}

// rehearse runs the program and returns its exit status.
func rehearse(args []string, out, problems io.Writer) int {
	all := commands()
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	for _, c := range all {
		if c.name == name {
			return c.run(args[1:], out, problems)
		}
	}
	usage := "usage: rehearse COMMAND [--OPTION VALUE]..., where COMMAND is\n"
	for _, c := range all {
		usage += fmt.Sprintf("  %-8s %s\n", c.name, c.what)
	}
	usage += "\"rehearse COMMAND -h\" lists its options.\n"
	if name == "help" || strings.TrimLeft(name, "-") == "h" || strings.TrimLeft(name, "-") == "help" {
		fmt.Fprint(out, usage)
		return statusOK
	}
	if name != "" {
		fmt.Fprintf(problems, "command: got %q: there is no such command\n", name)
	}
	fmt.Fprint(problems, usage)
	return statusBadInput
}

func (c command) run(args []string, out, problems io.Writer) int {
	o := newOptions()
	if status := c.parse(o, args, out, problems); status != statusOK {
		return max(status, statusOK)
	}
	status, err := c.do(o, out)
	if err != nil {
		fmt.Fprintln(problems, err)
		return statusBadInput
	}
	return status
}

// helped is the status of a command line that asks for help.
const helped = -1

// parse parses the options. Its status is statusOK if the command is to run.
func (c command) parse(o *options, args []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("rehearse "+c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, group := range c.flags {
		group(o, flags)
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(out, "rehearse %s: %s\n", c.name, c.what)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return helped
	case err != nil:
		fmt.Fprintf(problems, "%v; \"rehearse %s -h\" lists what it takes\n", err, c.name)
		return statusBadInput
	case flags.NArg() > 0 && c.name == "lint":
		fmt.Fprintf(problems, "lint: got %q: a template is given by an option, one at a time; "+
			"write rehearse lint --template %[1]s\n", flags.Arg(0))
		return statusBadInput
	case flags.NArg() > 0:
		fmt.Fprintf(problems, "%s: got %q: everything is said with an option; \"rehearse %s -h\" lists them\n", c.name,
			flags.Arg(0), c.name)
		return statusBadInput
	}
	return statusOK
}
