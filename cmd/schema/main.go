// Command schema prints the JSON Schema of an environment file, made from the
// structs of package config and their comments. As a program of its own it keeps
// its dependencies out of apps that import package config.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "", "write to this file instead of standard output")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: schema [-o FILE] [FOLDER]\n\n"+
			"FOLDER holds the sources of package config. Default: the current folder.")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func run(out string, args []string) error {
	folder := "."
	switch len(args) {
	case 0:
	case 1:
		folder = args[0]
	default:
		return fmt.Errorf("one folder is expected, got %q", args)
	}
	schema, err := generate(folder)
	if err != nil {
		return err
	}
	if out == "" {
		_, err = os.Stdout.Write(schema)
		return err
	}
	return os.WriteFile(out, schema, 0o644)
}
