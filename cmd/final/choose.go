package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// choose returns the thing that --of names, or the only one of the endpoint. A gateway has
// to be named.
func (r *run) choose(ctx context.Context, of string) (scaled, error) {
	all := endpointScaled(r.env)
	if of == "" && len(all) == 1 {
		return all[0], nil
	}
	var known []string
	for _, s := range all {
		if s.name == of {
			return s, nil
		}
		known = append(known, s.name)
	}
	for _, s := range frontScaled(r.env) {
		if s.name == of {
			return r.front(ctx, of)
		}
		known = append(known, s.name)
	}
	if of == "" {
		return scaled{}, fmt.Errorf("--of: it is required, as several things scale: it is %s", strings.Join(known, ", "))
	}
	return scaled{}, fmt.Errorf("--of: got %q: what scales is %s", of, strings.Join(known, ", "))
}

// front returns a gateway as it is deployed.
func (r *run) front(ctx context.Context, name string) (scaled, error) {
	stack, err := readFrontStack(ctx, r)
	if err != nil {
		return scaled{}, err
	}
	for _, s := range stack.scaled {
		if s.name == name {
			return s, nil
		}
	}
	return scaled{}, fmt.Errorf("the stack %s-frontend has no scalable target of the %s: deploy the environment first",
		r.env.Name, name)
}

// ofEndpoint says that a change of the thing's capacity is one of the endpoint.
func (s scaled) ofEndpoint() bool { return s.kind == "variant" || s.kind == "component" }

// parseUntil reads a local time of a zone, such as 22:45 or 2027-05-29T22:45, or a full
// time. It lies ahead, within a day; the zero time for "".
func parseUntil(text string, now time.Time, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	now = now.In(zone)
	until, err := time.Parse(time.RFC3339, text)
	switch clock, clockErr := time.Parse("15:04", text); {
	case err == nil:
	case clockErr == nil:
		at := func(days int) time.Time {
			return time.Date(now.Year(), now.Month(), now.Day()+days, clock.Hour(), clock.Minute(), 0, 0, zone)
		}
		if until = at(0); !until.After(now) {
			until = at(1)
		}
		if until.Format("15:04") != clock.Format("15:04") {
			return until, fmt.Errorf("--until: got %q: clocks in %s do not show it on %s: give another time",
				text, zone, until.Format("2 January"))
		}
	default:
		if until, err = time.ParseInLocation("2006-01-02T15:04", text, zone); err != nil {
			return until, fmt.Errorf("--until: got %q: a time is written as 22:45, read in %s, or as 2027-05-29T21:45:00Z",
				text, zone)
		}
	}
	until = until.In(zone)
	switch {
	case !until.After(now):
		return until, fmt.Errorf("--until: got %q: it is over, now is %s: give a time that lies ahead", text, stamp(now))
	case until.Sub(now) > 24*time.Hour:
		return until, fmt.Errorf("--until: got %q: it is more than a day ahead: give a time within a day; "+
			"what lasts longer belongs in the environment's file", text)
	}
	return until, nil
}

// stamp writes a time in its zone and in UTC.
func stamp(t time.Time) string {
	local := t.Format("Mon 2 Jan 15:04 MST")
	if _, offset := t.Zone(); offset == 0 && t.Format("MST") == "UTC" {
		return local
	}
	return local + " (" + t.UTC().Format("15:04") + " UTC)"
}
