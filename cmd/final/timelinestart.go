package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// startOf is the variant or the component whose start time is written.
func (r *run) startOf(of string) (scaled, error) {
	all := endpointScaled(r.env)
	var known []string
	for _, s := range all {
		if s.name == of || of == "" && len(all) == 1 {
			if _, ok := startPath(r.env, s); !ok {
				return s, fmt.Errorf("--update-start-time: %s has no capacity.startTime in its environment's file", s)
			}
			return s, nil
		}
		known = append(known, s.name)
	}
	if of == "" {
		return scaled{}, fmt.Errorf("--of: it is required, as several things scale: it is %s", strings.Join(known, ", "))
	}
	return scaled{}, fmt.Errorf("--of: got %q: a start time is that of %s", of, strings.Join(known, ", "))
}

// startKey is where a file has a thing's start time.
type startKey struct {
	// list and index say in which entry of which list it is. Default: "", it is at the top.
	list  string
	index int
	is    time.Duration
}

func startPath(e config.Environment, s scaled) (startKey, bool) {
	if s.kind == "component" {
		for i, c := range e.Components {
			if c.Name == s.name {
				return startKey{"components", i, c.StartTime}, true
			}
		}
		return startKey{}, false
	}
	for i, v := range e.Variants {
		if v.Name == s.name {
			return startKey{"variants", i, v.Capacity.StartTime}, v.Capacity.StartTime > 0
		}
	}
	return startKey{is: e.Capacity.StartTime}, len(e.Variants) == 0 && e.Capacity.StartTime > 0
}

// updateStartTime writes the P95 of the start times, rounded up to a minute, into a file.
func (r *run) updateStartTime(ctx context.Context, file string, s scaled, starts []time.Duration) error {
	if len(starts) == 0 {
		return fmt.Errorf("--update-start-time: no scale-out of %s was fulfilled in this time, so that its start time "+
			"was not measured: give a time with one", s)
	}
	key, _ := startPath(r.env, s)
	p95 := percentile(starts, 0.95)
	is := (p95 + time.Minute - 1).Truncate(time.Minute)
	r.say("\ncapacity.startTime of %s: %s, the P95 of %d measured, %s, rounded up; the file has %s.\n", s,
		long(is), len(starts), long(p95), long(key.is))
	if is == key.is {
		r.say("Nothing is changed.\n")
		return nil
	}
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := withStartTime(old, key, long(is))
	if err != nil {
		return fmt.Errorf("%s: %w: write capacity.startTime: %s by hand", file, err, long(is))
	}
	if _, err := config.Parse(file, r.env.Name, text); err != nil && !config.OverQuota(err) {
		return fmt.Errorf("%s: with capacity.startTime %s it would be refused: %w", file, long(is), err)
	}
	question := fmt.Sprintf("Write startTime: %s in place of %s into %s?", long(is), long(key.is), file)
	if err := r.confirm(ctx, question); err != nil {
		return err
	}
	if err := cli.Replace(file, old, text); err != nil {
		return failedError{err}
	}
	r.say("%s has startTime: %s. It takes effect with the next deployment.\n", file, long(is))
	return nil
}

// layout bounds an environment file, which package config has read before.
var layout = document.Options{
	File: "an environment file", Holds: "environment", MaxBytes: 1 << 20, MaxDepth: 32, MaxValues: 20_000,
}

// withStartTime puts another start time into the text of a file, and leaves every other
// byte as it is.
func withStartTime(text []byte, key startKey, value string) ([]byte, error) {
	root, wrong := document.Parse(text, layout)
	if wrong != nil {
		return nil, &wrong[0]
	}
	holder := root
	if key.list != "" {
		list := root.Get(key.list)
		if list == nil || list.Alias || list.Merged || key.index >= len(list.Items) {
			return nil, fmt.Errorf("%s is no plain list", key.list)
		}
		if holder = list.Items[key.index]; holder.Alias {
			return nil, fmt.Errorf("the entry of %s comes from somewhere else in the file", key.list)
		}
	}
	capacity := holder.Get("capacity")
	start := capacity.Get("startTime")
	switch {
	case start == nil || start.Kind != document.Scalar || start.Written == "":
		return nil, errors.New("the key capacity.startTime is not found")
	case start.Alias || start.Merged || capacity.Alias || capacity.Merged:
		return nil, errors.New("the key capacity.startTime comes from somewhere else in the file")
	}
	at := 0
	for range start.Start.Line - 1 {
		next := bytes.IndexByte(text[at:], '\n')
		if next < 0 {
			return nil, errors.New("the value is not found")
		}
		at += next + 1
	}
	if at == 0 {
		at = len(text) - len(bytes.TrimPrefix(text, []byte("\ufeff")))
	}
	for column := start.Start.Column; column > 1 && at < len(text); column-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	if !bytes.HasPrefix(text[at:], []byte(start.Written)) {
		return nil, errors.New("the value is not written on one line")
	}
	if start.Quoted {
		value = start.Written[:1] + value + start.Written[:1]
	}
	return append(append(append([]byte{}, text[:at]...), value...), text[at+len(start.Written):]...), nil
}
