package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

var statusCommand = command{
	name: "status", summary: "show what stands along the path of a request, on one screen",
	flags: func(flags *flag.FlagSet) func(context.Context, *run, []string) error {
		watch := flags.Bool("watch", false, "renew the screen every 5 seconds")
		asJSON := flags.Bool("json", false, "write JSON, for machines")
		return func(ctx context.Context, r *run, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return r.status(ctx, *watch, *asJSON)
		}
	},
}

// watchEvery is how often --watch renews the screen.
var watchEvery = 5 * time.Second

func (r *run) status(ctx context.Context, watch, asJSON bool) error {
	terminal := cli.IsTerminal(r.out)
	switch {
	case watch && asJSON:
		return errors.New("--watch: it renews a screen, and --json writes one page for machines: give one of the two")
	case watch && !terminal:
		return errors.New("--watch: it needs a terminal: leave it out, or run final status again and again")
	}
	for {
		p, err := gather(ctx, r)
		if err != nil && (!watch || ctx.Err() == nil) {
			return err
		}
		if ctx.Err() != nil {
			if watch {
				return nil // Ctrl-C ends it
			}
			return ctx.Err()
		}
		if err := r.show(p, asJSON, watch, terminal && os.Getenv("NO_COLOR") == ""); err != nil {
			return err
		}
		if !watch {
			if len(p.Wrong) > 0 {
				return errWrong
			}
			return nil
		}
		if pause(ctx, watchEvery) != nil {
			return nil // Ctrl-C ends it
		}
	}
}

// show writes a page at once, so that a renewed screen does not flicker.
func (r *run) show(p page, asJSON, watch, colour bool) error {
	var b bytes.Buffer
	if asJSON {
		encoder := json.NewEncoder(&b)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(p); err != nil {
			return err
		}
	} else {
		if watch {
			b.WriteString("\x1b[H\x1b[2J")
		}
		zone := time.UTC
		for _, one := range p.Scaled {
			if z := one.of.zone(p.At); z != time.UTC {
				zone = z
				break
			}
		}
		if err := p.write(&b, zone, colour); err != nil {
			return err
		}
	}
	_, err := r.out.Write(b.Bytes())
	return err
}
