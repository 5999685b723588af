package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// run rehearses a template, writes the outputs, and checks the gate.
func run(o *options, out io.Writer) (int, error) {
	o.checkRequired(true)
	o.checkSingle()
	r, err := o.play(o.settings()[0])
	if err != nil {
		return statusBadInput, err
	}
	if err := o.write(r.JSON, infallible(r.HTML)); err != nil {
		return statusBadInput, err
	}
	fmt.Fprint(out, cli.Hanging(r.Summary()))
	if len(r.Failures) > 0 {
		return statusRefused, nil
	}
	return statusOK, nil
}

// infallible adapts content that has no error.
func infallible(content func() []byte) func() ([]byte, error) {
	return func() ([]byte, error) { return content(), nil }
}

// output is a file that is written atomically.
type output struct {
	option, path, temporary string
	data                    []byte
}

// write writes the outputs, whose contents are in the order of o.outputs.
func (o *options) write(contents ...func() ([]byte, error)) error {
	return writeFiles(o.outputs(), contents...)
}

// writeFiles writes the outputs with a path: all to temporary files first, which are
// then renamed.
func writeFiles(outputs []output, contents ...func() ([]byte, error)) error {
	return cli.Writing(func() error { return replaceFiles(outputs, contents) })
}

func replaceFiles(outputs []output, contents []func() ([]byte, error)) error {
	var files []output
	for i, f := range outputs {
		if f.path == "" {
			continue
		}
		data, err := contents[i]()
		if err != nil {
			return err
		}
		f.data = data
		files = append(files, f)
	}
	defer func() {
		for _, f := range files {
			if f.temporary != "" {
				_ = os.Remove(f.temporary) // it does not exist after a rename
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

// prepare writes the temporary file.
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
