// Package report writes a rehearsal as text, as JSON and as a self-contained HTML page. The same
// rehearsal gives the same bytes.
//
// Begin with [Report] for one rehearsal, [Comparison] for several side by side, or [Measured] for
// what happened in an account. Text is for people and CI logs, JSON for programs, which find its
// version in schemaVersion, and the page for those who decide: it opens offline.
package report
