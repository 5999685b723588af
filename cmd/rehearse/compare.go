package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// compare rehearses several settings on one trace. Its status is statusRefused if
// none passes the gate.
func compare(o *options, out io.Writer) (int, error) {
	o.checkRequired(true)
	o.checkComparison()
	o.checkPlanned()
	settings := o.settings()
	c := report.Comparison{Asked: o.gate.String()}
	var wrong []error
	seen := map[string]bool{}
	for _, s := range settings {
		r, err := o.play(s)
		if err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			wrong = append(wrong, err)
		}
		c.Rows = append(c.Rows, report.Compared{Scaling: s.name(), Facts: s.factsName(), Report: r})
	}
	if err := errors.Join(wrong...); err != nil {
		return statusBadInput, err
	}
	if err := oneCurrency(c.Rows).Err(); err != nil {
		return statusBadInput, err
	}
	disambiguate(c.Rows, settings)
	if o.flips {
		flips, err := o.breakEvens(c, settings)
		if err != nil {
			return statusBadInput, err
		}
		c.Flips = flips
	}
	if err := o.write(c.JSON, infallible(c.HTML), infallible(c.SVG)); err != nil {
		return statusBadInput, err
	}
	fmt.Fprint(out, cli.Hanging(c.Text()))
	if _, any := c.Best(); c.Asked != "" && !any {
		return statusRefused, nil
	}
	return statusOK, nil
}

// oneCurrency is the problem of prices that cannot be compared.
func oneCurrency(rows []report.Compared) (ps problem.List) {
	var found []string
	for _, r := range rows {
		name := cmp.Or(r.Currency, "one that is not named")
		if r.Input.Service.PricePerHour > 0 && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	if len(found) > 1 {
		ps.Add("--facts", strings.Join(found, ", "), "prices in several currencies cannot be compared",
			"give all prices in one currency, and write it into each file, such as currency: USD")
	}
	return ps
}

// disambiguate names rows by their paths where file names are equal.
func disambiguate(rows []report.Compared, settings []setting) {
	for i, s := range settings {
		twin := func(other setting) bool {
			return other.name() == s.name() && other.factsName() == s.factsName() && other != s
		}
		if slices.ContainsFunc(settings, twin) {
			rows[i].Scaling, rows[i].Facts = strings.TrimPrefix(s.template, "./"), s.facts
			if s.facts == "" {
				rows[i].Facts = s.factsName()
			}
		}
	}
}
