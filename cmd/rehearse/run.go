package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// run rehearses one template, writes what is asked for, and holds it to its gate.
func run(o *options, out io.Writer) (int, error) {
	o.missing(true)
	o.once()
	r, err := o.play(o.settings()[0])
	if err != nil {
		return badInput, err
	}
	if err := o.write(r); err != nil {
		return badInput, err
	}
	fmt.Fprint(out, r.Summary())
	if len(r.Failures) > 0 {
		return refused, nil
	}
	return fine, nil
}

// settings are what is asked for: templates with facts of their own, several
// templates with one file of facts, or one with several.
func (o *options) settings() []setting {
	n := max(1, len(o.templates), len(o.facts))
	out := make([]setting, n)
	pick := func(of []string, i int) string {
		if len(of) == 0 {
			return ""
		}
		return of[min(i, len(of)-1)]
	}
	for i := range out {
		out[i] = setting{pick(o.templates, i), pick(o.facts, i)}
	}
	return out
}

// output is a file that is written whole, or not at all.
type output struct {
	option, path, temporary string
	data                    []byte
}

// write writes the files that are asked for: each beside its place first, and
// moved there once all are written.
func (o *options) write(r report.Report) error {
	var files []output
	if o.json != "" {
		data, err := r.JSON()
		if err != nil {
			return err
		}
		files = append(files, output{option: "--json", path: o.json, data: data})
	}
	if o.html != "" {
		files = append(files, output{option: "--html", path: o.html, data: r.HTML()})
	}
	defer func() {
		for _, f := range files {
			if f.temporary != "" {
				_ = os.Remove(f.temporary) // gone already, where it was moved
			}
		}
	}()
	for i := range files {
		if err := files[i].prepare(); err != nil {
			return fmt.Errorf("%s: got %q: %w; name a file that can be written", files[i].option, files[i].path, err)
		}
	}
	for _, f := range files {
		if err := os.Rename(f.temporary, f.path); err != nil {
			return fmt.Errorf("%s: got %q: %w; name a file that can be written", f.option, f.path, err)
		}
	}
	return nil
}

// prepare writes the file beside its place.
func (f *output) prepare() error {
	file, err := os.CreateTemp(filepath.Dir(f.path), ".rehearse-*")
	if err != nil {
		return err
	}
	f.temporary = file.Name()
	_, err = file.Write(f.data)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.temporary, 0o644)
	}
	return err
}
