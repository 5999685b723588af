package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestPage runs the commands of docs/game-day.md against the local AWS, which has the
// environment match in place of prod. What cannot run there says so.
func TestPage(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/game-day.md")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(int, http.ResponseWriter) {})
	dir := t.TempDir()
	elsewhere := strings.NewReplacer("--env prod", "--env match --environments testdata",
		"https://predictions.example.com/invocations", s.URL, "predictions.example.com", s.Listener.Addr().String(),
		"request.csv", "testdata/request.csv", "--scale 0.1 --compress 10", "--scale 0.1 --compress 10 --duration 1s",
		"load.json", dir+"/load.json", "load.csv", dir+"/load.csv")
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile("go run \\./cmd/gameday ([^`\n]+)").FindAllStringSubmatch(string(page), -1) {
		line := m[1]
		if line == "help" {
			continue
		}
		args := arguments(elsewhere.Replace(line))
		if args[0] != "undo" {
			args = append(args, "--yes")
		}
		verb := strings.Join(args[:2], " ")
		if args[0] == "load" || args[0] == "undo" {
			verb = args[0]
		}
		seen[verb] = true
		assert(t, 6)
		r := played(t, func(int) error { return nil })
		if args[0] == "measure" {
			r.now = func() time.Time { return time.Date(2027, 4, 1, 12, 0, 0, 0, time.UTC) }
		}
		err := map[string]func() error{
			"load":    func() error { return r.load(t.Context(), args[1:], io.Discard) },
			"undo":    func() error { return r.undo(t.Context(), args[1:], io.Discard) },
			"fault":   func() error { return r.fault(t.Context(), args[1:], io.Discard) },
			"measure": func() error { return r.measure(t.Context(), args[1:], io.Discard) },
		}[args[0]]()
		text := ""
		if err != nil {
			text = err.Error()
		}
		want := ""
		switch {
		case verb == "fault task-stopped":
			want = "task-stopped: the gateway of match is a function; this is for one on Fargate"
		case args[0] == "measure" && verb != "measure start-times":
			want = "measure: " + args[1] + " cannot be measured on the local AWS: "
		}
		if !strings.HasPrefix(text, want) || want == "" && text != "" {
			t.Errorf("%s: got %q, want %q\n%s", line, text, want, &r.out)
		}
	}
	for _, f := range faults() {
		if !seen["fault "+f.name] {
			t.Errorf("the page does not show fault %s", f.name)
		}
	}
	for _, m := range measurements() {
		if !seen["measure "+m.name] {
			t.Errorf("the page does not show measurement %s", m.name)
		}
		if m.fact != "" && !strings.Contains(string(page), "fact "+m.fact) {
			t.Errorf("the page does not say that %s is of fact %s", m.name, m.fact)
		}
	}
	if !seen["load"] || !seen["undo"] {
		t.Errorf("the page shows %v", seen)
	}
}

// arguments splits a command line, as a shell does, at spaces outside quotes.
func arguments(line string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}
