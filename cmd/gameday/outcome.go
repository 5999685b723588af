package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// outcome is what became of a load, as it is written to --json.
type outcome struct {
	SchemaVersion int       `json:"schemaVersion"`
	Environment   string    `json:"environment"`
	Event         string    `json:"event"`
	URL           string    `json:"url"`
	Start         time.Time `json:"start"`
	Scale         float64   `json:"scale"`
	Compress      float64   `json:"compress"`
	// Expected is the requests of the plan until the end of the load.
	Expected  float64 `json:"expected"`
	Sent      int     `json:"sent"`
	Succeeded int     `json:"succeeded"`
	Shed      int     `json:"shed"`
	Failed    int     `json:"failed"`
	// NoAnswer is why the first request without an answer had none.
	NoAnswer string   `json:"noAnswer,omitempty"`
	Minutes  []minute `json:"minutes"`
}

// schemaVersion is that of all JSON that gameday writes.
const schemaVersion = 1

func (o *outcome) total() {
	o.SchemaVersion = schemaVersion
	for _, m := range o.Minutes {
		o.Sent, o.Succeeded = o.Sent+m.Sent, o.Succeeded+m.Succeeded
		o.Shed, o.Failed = o.Shed+m.Shed, o.Failed+m.Failed
	}
}

// behind is the share of the requests that may be missing before the generator is
// said to have fallen behind.
const behind = 0.01

// write prints the minutes, those with failures in red on a terminal.
func (o outcome) write(out io.Writer, terminal bool) {
	const form = "%7v %6v %9v %9v %10v %6v %7v %7v %8v"
	fmt.Fprintf(out, "\n"+form+"\n", "MINUTE", "PLAN", "EXPECTED", "SENT", "SUCCEEDED", "SHED", "FAILED", "P50 ms",
		"P99 ms")
	for _, m := range o.Minutes {
		plan := "?"
		if m.Instances > 0 {
			plan = fmt.Sprint(m.Instances)
		}
		line := fmt.Sprintf(form, m.Start.Format("15:04"), plan, m.Expected, m.Sent, m.Succeeded, m.Shed, m.Failed,
			short(m.P50), short(m.P99))
		if terminal && m.Succeeded < m.Sent {
			line = "\x1b[31m" + line + "\x1b[0m"
		}
		fmt.Fprintln(out, line)
		if len(m.Codes) > 0 {
			fmt.Fprintln(out, cli.Cut("        "+m.codes(), cli.Columns))
		}
	}
	share := 0.0
	if o.Sent > 0 {
		share = 100 * float64(o.Succeeded) / float64(o.Sent)
	}
	fmt.Fprintf(out, "\n%d of %d requests succeeded, %.3f %%; %d were shed, %d failed.\n", o.Succeeded, o.Sent, share,
		o.Shed, o.Failed)
	if float64(o.Sent) < o.Expected*(1-behind)-1 {
		fmt.Fprintf(out, "The plan expected %.0f: this machine could not send them in time, and the\n"+
			"load was smaller than it says. Use a larger one, or several.\n", o.Expected)
	}
}

// writeFiles writes what --json and --trace ask for. The trace has the requests of
// each second, as a table with a column of times.
func (t *tally) writeFiles(o loadOptions, played outcome) error {
	var wrong error
	if o.json != "" {
		data, err := json.MarshalIndent(played, "", "  ")
		if err != nil {
			return err
		}
		wrong = os.WriteFile(o.json, append(data, '\n'), 0o644)
	}
	if o.trace == "" {
		return wrong
	}
	var b strings.Builder
	b.WriteString("timestamp,requests\n")
	for i, sent := range t.seconds {
		at := t.start.Truncate(time.Second).Add(time.Duration(i) * time.Second)
		fmt.Fprintf(&b, "%s,%d\n", at.UTC().Format(time.RFC3339), sent)
	}
	return errors.Join(wrong, os.WriteFile(o.trace, []byte(b.String()), 0o644))
}
