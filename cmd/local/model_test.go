package main

import (
	"strings"
	"testing"
)

func TestReadPrediction(t *testing.T) {
	t.Parallel()
	m := &model{outcomes: []string{"home", "draw", "away"}}
	got, err := m.read([]byte(`{"predictions":[[0.7083,0.19,0.1017]]}`))
	if want := "home 70.83 %, draw 19.00 %, away 10.17 %"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, body := range []string{"body", `{}`, `{"predictions":[[1]]}`, `{"predictions":[[1,0,0],[0,0,1]]}`} {
		if got, err := m.read([]byte(body)); err == nil {
			t.Errorf("%s: got %q and no error", body, got)
		}
	}
}

// The address may come in pieces, between other lines, and more than once.
func TestServingOn(t *testing.T) {
	t.Parallel()
	log := &servingOn{address: make(chan string, 1)}
	for _, piece := range []string{"loading\n2027/05/29 serv", "ing on 127.0.0.1:80", "80\nserving on 127.0.0.1:1\n"} {
		if n, err := log.Write([]byte(piece)); err != nil || n != len(piece) {
			t.Fatal(n, err)
		}
	}
	if got := strings.TrimSpace(<-log.address); got != "127.0.0.1:8080" {
		t.Errorf("got %q", got)
	}
}
