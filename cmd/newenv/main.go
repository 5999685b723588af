// Newenv writes a first environment file, with a comment for each key. What the flags
// leave out it asks on a terminal; elsewhere it takes the defaults, and names every
// required flag that is missing. The rules of environment files judge each answer at
// once, and the file is written whole or not at all, never over one that stands.
//
// Exit status 0: written. 1: it could not be written. 2: bad or missing input. 130:
// interrupted; nothing was written.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// The exit statuses beside 0.
const (
	statusFailed   = 1
	statusBadInput = 2
)

func main() {
	terminal := cli.IsTerminal(os.Stdin) && cli.IsTerminal(os.Stdout)
	cli.MainAtOnce(func() int { return command(os.Args[1:], os.Stdin, terminal, os.Stdout, os.Stderr) })
}

// command runs the program and returns its exit status. It asks in where that is a
// terminal.
func command(args []string, in io.Reader, terminal bool, out, problems io.Writer) int {
	d := newDraft()
	flags := flag.NewFlagSet("newenv", flag.ContinueOnError)
	flags.SetOutput(problems)
	dir := flags.String("environments", "config/environments", "the `folder` with the environment files")
	for _, q := range questions {
		flags.Func(q.flag, q.usage(), func(text string) error {
			d.values[q.path] = unquoted(text)
			return nil
		})
	}
	flags.BoolFunc("plain-http", "serve without TLS, in place of --certificate: not in production",
		func(text string) error {
			yes, err := strconv.ParseBool(text)
			if yes {
				d.usePlainHTTP()
			}
			return err
		})
	flags.Func("event", "a time that is known to be busy, as the `keys` of an event: \"name=final timezone=Europe/London "+
		"starts=2027-05-29T20:00 ends=2027-05-29T23:00 peakRequestsPerSecond=500\"; may be repeated",
		func(text string) error {
			d.addEvent(text)
			return nil
		})
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return statusBadInput
	}
	err := d.complete(*dir, flags.Args(), bufio.NewReader(in), terminal, out)
	if err != nil {
		fmt.Fprintln(problems, err)
		return statusBadInput
	}
	file := d.file(*dir)
	if err := cli.Create(file, d.yaml(schemaOf(file))); err != nil {
		fmt.Fprintf(problems, "%s: nothing was written: %v\n", file, err)
		return statusFailed
	}
	d.report(out, file)
	return 0
}

// complete judges what the flags say, and asks for the rest or takes its defaults.
func (d *draft) complete(dir string, rest []string, in *bufio.Reader, terminal bool, out io.Writer) error {
	ps := d.inFlags(d.wrong)
	for _, arg := range rest {
		ps.Add("", arg, "only flags are known here", "write --name "+arg+" for the environment's name")
	}
	ps = append(ps, d.inFlags(append(d.judge(), d.stands(dir)...))...)
	if missing := d.missing(); len(missing) > 0 && !terminal {
		ps.Add("", nil, "required and not given: "+strings.Join(missing, ", "),
			"give each, or run it on a terminal, where it asks")
	}
	if len(ps) > 0 {
		return ps
	}
	if terminal {
		return d.ask(dir, in, out)
	}
	for _, q := range questions {
		if fallback := d.fill(q.fallback); d.asks(q) && fallback != "" {
			d.values[q.path] = fallback
		}
	}
	return d.inFlags(d.judge()).Err()
}

// stands returns a problem where the environment has a file already.
func (d *draft) stands(dir string) problem.List {
	var ps problem.List
	file := d.file(dir)
	if _, err := os.Lstat(file); d.given(namePath) && !errors.Is(err, fs.ErrNotExist) {
		ps.Add(namePath, d.values[namePath], file+" is there already", "choose another name, or edit that file")
	}
	return ps
}

// report says what was written, what the rules over the scaling say of it, and what
// comes next.
func (d *draft) report(out io.Writer, file string) {
	name := d.values[namePath]
	fmt.Fprintf(out, "%s is written: %s to %s × %s in %s.\n", filepath.ToSlash(file), d.values[minPath],
		d.values[maxPath], d.values["variant.instanceType"], d.values["region"])
	e, err := config.Parse(file, name, d.yaml(""))
	if err == nil {
		for i, found := range lint.All(e.Subjects()) {
			for _, f := range found {
				fmt.Fprintf(out, "warning: %s\n", e.InFile(i, f))
			}
		}
	}
	fmt.Fprintf(out, "\n  npx cdk synth -q --strict -c env=%[1]s '%[1]s/*'\n  make events ENV=%[1]s\n"+
		"  make preflight ENV=%[1]s\n", name)
}
