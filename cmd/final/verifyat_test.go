package main

import (
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestReadyAt reads --at, on a day with an event at 20:00 in London.
func TestReadyAt(t *testing.T) {
	loaded, err := config.Load("../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2027, 5, 29, 12, 0, 0, 0, time.UTC)
	local, err := config.Load("../../config/environments", "local")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		env  config.Environment
		want string // a time, or a part of the error
	}{
		{"", loaded[0], "2027-05-29T18:50:00Z"},
		{"T", loaded[0], "2027-05-29T18:50:00Z"},
		{"T-60m", loaded[0], "2027-05-29T17:50:00Z"},
		{"T+15m", loaded[0], "2027-05-29T19:05:00Z"},
		{"2027-05-29T19:00+01:00", loaded[0], "2027-05-29T18:00:00Z"},
		{"2027-05-29T19:00:30Z", loaded[0], "2027-05-29T19:00:30Z"},
		{"", local[0], "2027-05-29T12:00:00Z"},
		{"2027-05-29T12:59+01:00", loaded[0], "and over"},
		{"T-60m", local[0], "local has no event after 2027-05-29T12:00:00Z"},
		{"T-8h", loaded[0], "and over: give a time after 2027-05-29T12:00:00Z"},
		{"T60m", loaded[0], "write the time before the event's start as T-60m"},
		{"T-", loaded[0], "write the time before the event's start as T-60m"},
		{"2027-05-29", loaded[0], "a time is T-60m before the next event's start"},
		{"2026-05-29T19:00:00Z", loaded[0], "and over"},
	} {
		at, err := readyAt(c.text, c.env, now)
		got := at.UTC().Format(time.RFC3339)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("--at %q: got %s, want %s", c.text, got, c.want)
		}
	}
}

// TestReadyAtTheMinute: T-60m is meant an hour before the start, some seconds later too.
func TestReadyAtTheMinute(t *testing.T) {
	loaded, err := config.Load("../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	start, _ := nextStart(loaded[0], time.Date(2027, 5, 29, 12, 0, 0, 0, time.UTC))
	now := start.Add(3*time.Second - time.Hour)
	if at, err := readyAt("T-60m", loaded[0], now); err != nil || !at.Equal(now) {
		t.Errorf("got %s, %v, want now", at, err)
	}
}
