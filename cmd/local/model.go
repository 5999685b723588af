package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/process"
)

// model is the small model of cmd/odds, served as a container of SageMaker serves it.
type model struct {
	url string
	// outcomes are what a prediction has a probability of, in its order.
	outcomes []string
	program  *process.Process
	dir      string
}

// serveModel trains the model and serves it on loopback, in a temporary folder.
func serveModel(ctx context.Context, log io.Writer) (m *model, err error) {
	m = &model{}
	defer func() {
		if err != nil {
			m.close()
		}
	}()
	if m.dir, err = os.MkdirTemp("", "model-"); err != nil {
		return nil, err
	}
	program, archive := filepath.Join(m.dir, "odds"), filepath.Join(m.dir, "model.tar.gz")
	for _, words := range [][]string{
		{"go", "build", "-o", program, "./cmd/odds"},
		{program, "train", archive},
		{"tar", "-xzf", archive, "-C", m.dir},
	} {
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		compile.EndChildren(cmd)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", strings.Join(words, " "), err, out)
		}
		_, _ = log.Write(out)
	}
	trained, err := os.ReadFile(filepath.Join(m.dir, "model.json"))
	if err == nil {
		err = json.Unmarshal(trained, &struct{ Outcomes *[]string }{&m.outcomes})
	}
	if err != nil {
		return nil, err
	}
	serving := &servingOn{address: make(chan string, 1)}
	if m.program, err = process.Start(ctx, process.Options{
		Name: "the model", Binary: program, Arguments: []string{"serve", m.dir, "127.0.0.1"},
		Env: map[string]string{"SAGEMAKER_BIND_TO_PORT": "0"}, Log: serving,
	}); err != nil {
		return nil, err
	}
	select {
	case address := <-serving.address:
		m.url = "http://" + address
		return m, nil
	case <-m.program.Exited():
		return nil, m.program.ExitError("before it served")
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// address is the URL of the model; "" of a nil model.
func (m *model) address() string {
	if m == nil {
		return ""
	}
	return m.url
}

// close ends the model and removes its folder. A nil model has nothing to end.
func (m *model) close() {
	if m == nil {
		return
	}
	if m.program != nil {
		m.program.Kill()
		<-m.program.Exited()
	}
	_ = os.RemoveAll(m.dir)
}

// read describes a reply to one instance: the probability of each outcome.
func (m *model) read(body []byte) (string, error) {
	var reply struct{ Predictions [][]float64 }
	if err := json.Unmarshal(body, &reply); err != nil {
		return "", err
	}
	if len(reply.Predictions) != 1 || len(reply.Predictions[0]) != len(m.outcomes) {
		return "", errors.New("this is no prediction of one match")
	}
	var all []string
	for i, outcome := range m.outcomes {
		all = append(all, fmt.Sprintf("%s %.2f %%", outcome, 100*reply.Predictions[0][i]))
	}
	return strings.Join(all, ", "), nil
}

// servingOn is a log that passes on the address of its line "serving on ADDRESS".
type servingOn struct {
	address chan string
	partial []byte
}

// Write implements io.Writer.
func (s *servingOn) Write(p []byte) (int, error) {
	s.partial = append(s.partial, p...)
	for {
		line, rest, whole := bytes.Cut(s.partial, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		s.partial = rest
		if _, address, found := bytes.Cut(line, []byte("serving on ")); found {
			select {
			case s.address <- string(address):
			default: // the first one counts
			}
		}
	}
}
