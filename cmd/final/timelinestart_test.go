package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestWithStartTime: one value changes, and no other byte.
func TestWithStartTime(t *testing.T) {
	t.Parallel()
	top := startKey{}
	for _, c := range []struct {
		name, text string
		key        startKey
		want, err  string
	}{
		{name: "a block", text: "# é startTime: 1m\ncapacity:\n  startTime: 5m # measured\n\nscaling: {}\n", key: top,
			want: "# é startTime: 1m\ncapacity:\n  startTime: 8m # measured\n\nscaling: {}\n"},
		{name: "in brackets", text: "a: é\ncapacity: {note: \"é\", startTime: 5m, x: 5m}\n", key: top,
			want: "a: é\ncapacity: {note: \"é\", startTime: 8m, x: 5m}\n"},
		{name: "in quotes", text: "capacity: {startTime: '5m'}\r\n", key: top, want: "capacity: {startTime: '8m'}\r\n"},
		{name: "a mark at the beginning", text: "\ufeffcapacity: {startTime: 5m}", key: top,
			want: "\ufeffcapacity: {startTime: 8m}"},
		{name: "the second variant", text: "variants:\n  - capacity: {startTime: 5m}\n  - capacity: {startTime: 5m}\n",
			key:  startKey{list: "variants", index: 1},
			want: "variants:\n  - capacity: {startTime: 5m}\n  - capacity: {startTime: 8m}\n"},
		{name: "a component", text: "components: [{capacity: {startTime: 5m}}]\n", key: startKey{list: "components"},
			want: "components: [{capacity: {startTime: 8m}}]\n"},
		{name: "an anchor", text: "capacity: {startTime: &start 5m}\n", key: top,
			want: "capacity: {startTime: &start 8m}\n"},
		{name: "an alias", text: "x: &start 5m\ncapacity: {startTime: *start}\n", key: top, err: "comes from somewhere else"},
		{name: "an alias of all", text: "x: &all {startTime: 5m}\ncapacity: *all\n", key: top,
			err: "comes from somewhere else"},
		{name: "merged", text: "x: &all {startTime: 5m}\ncapacity: {<<: *all}\n", key: top,
			err: "comes from somewhere else"},
		{name: "an entry from elsewhere", text: "x: &one {capacity: {startTime: 5m}}\nvariants: [*one]\n",
			key: startKey{list: "variants"}, err: "comes from somewhere else"},
		{name: "none", text: "capacity: {}\n", key: top, err: "is not found"},
		{name: "no list", text: "capacity: {}\n", key: startKey{list: "variants"}, err: "is no plain list"},
		{name: "on two lines", text: "capacity:\n  startTime: >-\n    5m\n", key: top, err: "not written on one line"},
	} {
		got, err := withStartTime([]byte(c.text), c.key, "8m")
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.err)
			}
		case err != nil || string(got) != c.want:
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

// TestUpdateStartTime: the P95 is rounded up to a minute, and written after a yes.
func TestUpdateStartTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, answer string
		starts       []time.Duration
		want         string
		written      string
		err          string
	}{
		{name: "yes", answer: "y\n", starts: []time.Duration{5 * time.Minute, 426 * time.Second},
			want:    "capacity.startTime of variant main: 8m, the P95 of 2 measured, 7m6s, rounded up; the file has 5m.",
			written: "startTime: 8m}"},
		{name: "no", answer: "\n", starts: []time.Duration{426 * time.Second}, want: "Write startTime: 8m in place of 5m",
			written: "startTime: 5m}", err: "nothing was changed"},
		{name: "the same", starts: []time.Duration{5 * time.Minute}, want: "Nothing is changed.", written: "startTime: 5m}"},
		{name: "too long", starts: []time.Duration{3 * time.Hour}, written: "startTime: 5m}",
			err: "it would be refused"},
		{name: "none", written: "startTime: 5m}", err: "no scale-out of variant main was fulfilled"},
	} {
		text := strings.ReplaceAll(nightFile, "REGION", "eu-south-2")
		file := filepath.Join(t.TempDir(), "prod.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := config.Parse(file, "prod", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		r := &run{env: e, in: bufio.NewReader(strings.NewReader(c.answer)), out: &out}
		chosen, err := r.startOf("")
		if err != nil {
			t.Fatal(err)
		}
		err = r.updateStartTime(t.Context(), file, chosen, c.starts)
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Replace(text, "startTime: 5m}", c.written, 1); string(got) != want ||
			!strings.Contains(flat(out.String()), flat(c.want)) {
			t.Errorf("%s: got %s\n%s", c.name, out.String(), got)
		}
	}
}

// TestStartOf: with several variants or components one is named.
func TestStartOf(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../config/testdata/valid/components.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e, err := config.Parse("prod.yaml", "prod", text)
	if err != nil {
		t.Fatal(err)
	}
	r := &run{env: e}
	name := e.Components[1].Name
	for of, want := range map[string]string{"": "--of: it is required", "nobody": `--of: got "nobody"`, name: ""} {
		s, err := r.startOf(of)
		if want == "" && (err != nil || s.name != name) ||
			want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %s, %v, want %q", of, s, err, want)
		}
	}
	s, err := r.startOf(name)
	if key, ok := startPath(e, s); err != nil || !ok || key.list != "components" || key.index != 1 ||
		key.is != e.Components[1].StartTime {
		t.Errorf("got %+v, %v", key, err)
	}
}
