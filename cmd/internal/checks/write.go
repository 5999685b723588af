package checks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// Report is what a person or a program reads of the checks.
type Report struct {
	SchemaVersion int    `json:"schemaVersion"`
	Environment   string `json:"environment"`
	// Now is when it was judged, At the time that the environment has to be ready for.
	Now     time.Time `json:"now"`
	At      time.Time `json:"at"`
	Checks  []Result  `json:"checks"`
	Wrong   int       `json:"wrong"`
	Unknown int       `json:"unknown"`
}

// NewReport counts the results.
func NewReport(environment string, now, at time.Time, results []Result) Report {
	return Report{SchemaVersion: 1, Environment: environment, Now: now.UTC().Truncate(time.Second),
		At: at.UTC().Truncate(time.Second), Checks: results,
		Wrong: Count(results, Wrong), Unknown: Count(results, Unknown)}
}

// JSON writes the report for programs.
func (r Report) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// Text writes a line for each check, in the order of the path of a request, and the reason
// and the fix of what is wrong below it. A long line is broken between words, but for a fix,
// which may be a command to copy.
func (r Report) Text(w io.Writer) error {
	var b strings.Builder
	group, width := "", 0
	for _, c := range r.Checks {
		width = max(width, len(c.Check))
	}
	for _, c := range r.Checks {
		if c.Group != group {
			if group != "" {
				b.WriteString("\n")
			}
			group = c.Group
			b.WriteString(strings.ToUpper(group[:1]) + group[1:] + "\n")
		}
		hang := func(before, text string) { b.WriteString(strings.Join(cli.Hang(before, text), "\n") + "\n") }
		hang(fmt.Sprintf("  %-7s  %-*s  ", c.Verdict, width, c.Check), line(c))
		if c.Verdict == Wrong && c.Needed != "" {
			hang("           ", "needed: "+c.Needed)
		}
		if c.Fix != "" && c.Verdict != OK {
			fmt.Fprintf(&b, "           fix: %s\n", c.Fix)
		}
	}
	sound := len(r.Checks) - r.Wrong - r.Unknown
	fmt.Fprintf(&b, "\n%s, to be ready at %s: %d ok, %d wrong, %d unknown.\n", r.Environment, r.At.Format(time.RFC3339),
		sound, r.Wrong, r.Unknown)
	_, err := io.WriteString(w, b.String())
	return err
}

// line is the subject, the value found and the reason.
func line(c Result) string {
	text := cmp.Or(c.Found, c.Reason)
	if c.Found != "" && c.Reason != "" {
		text += ": " + c.Reason
	}
	if c.Subject != "" {
		text = c.Subject + ": " + text
	}
	return strings.ReplaceAll(text, "\n", " ")
}
