package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// prune removes what is over from an environment's file, unless an event is under
// way, and leaves the rest of the file as it is. With dry it only reports. A file
// with more scheduled actions than the quota allows is pruned too; it is an error
// if it has too many afterwards.
func prune(out io.Writer, dir, env, at string, dry bool) error {
	now, err := cli.AsOf("-now", at)
	if err != nil {
		return err
	}
	if _, err := config.Load(dir, env); err != nil && !config.OverQuota(err) {
		return err
	}
	file := filepath.Join(dir, env+".yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	e, over := config.Parse(file, env, text)
	if over != nil && !config.OverQuota(over) {
		return over
	}
	if err := refuse(e, now); err != nil {
		return err
	}
	found := pasts(e, now)
	if !slices.ContainsFunc(found, func(p past) bool { return !p.none() }) {
		fmt.Fprintf(out, "%s: no event is over, there is nothing to remove.\n", e.Name)
		return over
	}
	pruned, err := cut(text, found)
	if err == nil {
		over, err = check(file, pruned, without(e, found))
	}
	if err != nil {
		return fmt.Errorf("%s: what is over cannot be cut out of the file as it is written, nothing was changed: %w; "+
			"remove %s by hand", file, err, strings.Join(names(found), ", "))
	}
	if !dry {
		if err := cli.Replace(file, text, pruned); err != nil {
			return fmt.Errorf("%s: nothing was changed: %w", file, err)
		}
	}
	report(out, file, e, found, now, dry)
	if over != nil {
		return fmt.Errorf("what is left is still over the quota, and is not deployed: %w", over)
	}
	return nil
}

// refuse returns an error while an event is under way: a deployment of the pruned
// file would register the minimum between events in the middle of it (fact C24).
func refuse(e config.Environment, now time.Time) error {
	var underWay []string
	for _, c := range calendars(e) {
		for _, event := range c.Events {
			for _, w := range c.Windows(event) {
				line := fmt.Sprintf("%s, from %s until its minimum is released, %s", event.Name, written(w.From), written(w.To))
				if !w.From.After(now) && w.To.After(now) && !slices.Contains(underWay, line) {
					underWay = append(underWay, line)
				}
			}
		}
	}
	if len(underWay) == 0 {
		return nil
	}
	return fmt.Errorf("%s: no event is removed while one is under way, since the next deployment would register "+
		"the minimum between events in the middle of it; it is %s", e.Name, strings.Join(underWay, ", and "))
}

// cut takes what is over out of a file's text.
func cut(text []byte, found []past) ([]byte, error) {
	c, err := newCutter(text)
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		if p.none() {
			continue
		}
		if err := c.cutPast(p); err != nil {
			return nil, err
		}
	}
	return c.result(), nil
}

func (c *cutter) cutPast(p past) error {
	holder := c.root
	if p.at >= 0 {
		variants, err := list(c.root, "variants")
		if err != nil {
			return err
		}
		holder = variants.Items[p.at]
	}
	events, err := list(holder, "events")
	if err != nil {
		return err
	}
	if len(p.left) == 0 {
		return c.cutList(events)
	}
	for i, gone := range p.dates {
		dates, err := list(events.Items[i], "dates")
		if err != nil {
			return err
		}
		if err := c.cutEntries(dates, gone); err != nil {
			return err
		}
	}
	return c.cutEntries(events, p.events)
}

// check reads the pruned text: it must be the environment want. over is the error
// where its events still need too many scheduled actions.
func check(file string, text []byte, want config.Environment) (over, err error) {
	got, over := config.Parse(file, want.Name, text)
	if over != nil && !config.OverQuota(over) {
		return nil, fmt.Errorf("the rest would not be valid: %w", over)
	}
	if !reflect.DeepEqual(got, want) {
		return nil, fmt.Errorf("the rest would not mean the same")
	}
	return over, nil
}

// report prints what was removed, or with dry would be, and what is left.
func report(out io.Writer, file string, e config.Environment, found []past, now time.Time, dry bool) {
	verb := "removed from"
	if dry {
		verb = "would be removed from"
	}
	for _, p := range found {
		if p.none() {
			continue
		}
		c := p.variant.VariantScaling().Calendar()
		fmt.Fprintf(out, "%s: %s %s\n", heading(e, p.variant), verb, file)
		for i, event := range p.variant.Events {
			switch dates := p.dates[i]; {
			case slices.Contains(p.events, i):
				windows := c.Windows(c.Events[i])
				fmt.Fprintf(out, "  %s, over since %s\n", event.Name, written(windows[len(windows)-1].To))
			case dates != nil:
				gone := make([]string, len(dates))
				for i, at := range dates {
					gone[i] = event.Dates[at]
				}
				fmt.Fprintf(out, "  %s: %s\n", datesOf(event, dates), strings.Join(gone, ", "))
			}
		}
		fmt.Fprintf(out, "%d of %d scheduled actions are left, %d before; the minimum between events stays %d.\n",
			len(p.after().ScalableTarget().ScheduledActions), events.MaxScheduledActions,
			len(p.variant.ScalableTarget().ScheduledActions), c.MinCapacity)
	}
	if name, at, ok := next(without(e, found), now); ok {
		fmt.Fprintf(out, "Deploy it before %s is under way, %s.\n", name, written(at))
	}
}

// next returns the event whose floor is raised next, and when.
func next(e config.Environment, now time.Time) (name string, at time.Time, ok bool) {
	for _, c := range calendars(e) {
		for _, event := range c.Events {
			for _, w := range c.Windows(event) {
				if w.From.After(now) && (!ok || w.From.Before(at)) {
					name, at, ok = event.Name, w.From, true
				}
			}
		}
	}
	return name, at, ok
}

// calendars returns those whose floors a deployment overwrites: of the variants and
// the gateways. It leaves the load balancer's capacity units alone, which schedules
// set once.
func calendars(e config.Environment) []events.Calendar {
	var all []events.Calendar
	for _, v := range e.ProductionVariants() {
		all = append(all, v.VariantScaling().Calendar())
	}
	gateways := []config.Environment{e}
	if canary, ok := e.Canary(); ok {
		gateways = append(gateways, canary)
	}
	for _, g := range gateways {
		if c, ok := g.GatewayEnvironments(); ok {
			all = append(all, c)
		}
		if c, ok := g.GatewayTasks(); ok {
			all = append(all, c)
		}
	}
	return all
}

// heading returns the environment's name, with the variant's where there are several.
func heading(e config.Environment, v config.ProductionVariant) string {
	if len(e.ProductionVariants()) == 1 {
		return e.Name
	}
	return e.Name + ", variant " + v.Name
}

func written(t time.Time) string { return t.Format("Mon 2006-01-02 15:04 MST") }
