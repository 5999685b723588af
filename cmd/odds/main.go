// Command odds is a small model to try the product with: it predicts a match.
//
//	odds train FILE             train, print the accuracy, and write model.tar.gz to FILE
//	odds serve [FOLDER [HOST]]  serve the model.json of FOLDER, by default /opt/ml/model,
//	                            where SageMaker unpacks the archive, as its containers
//	                            do; on the address HOST alone, such as 127.0.0.1
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		os.Exit(program()) // a signal ends it when what has begun is answered
	}
	cli.MainAtOnce(program)
}

// program runs the program and returns its exit status.
func program() int {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "odds:", err)
		return 1
	}
	return 0
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve("/opt/ml/model", "")
	case len(args) == 2 && args[0] == "serve":
		return serve(args[1], "")
	case len(args) == 3 && args[0] == "serve":
		return serve(args[1], args[2])
	case len(args) == 2 && args[0] == "train":
		return train(args[1], out)
	}
	return errors.New("want: odds train FILE, or odds serve [FOLDER [HOST]]")
}

// train prints how good the model is beside the baseline, and writes its archive to path.
func train(path string, out io.Writer) error {
	training, heldOut := matches(1, 8000), matches(2, 4000)
	m, baseline := fit(training, true), fit(training, false)
	for _, of := range []struct {
		name string
		m    odds
	}{{"model", m}, {"baseline", baseline}} {
		accuracy, logLoss := score(of.m, heldOut)
		fmt.Fprintf(out, "%-9s accuracy %.1f %%, log-loss %.3f, of %d matches held out\n",
			of.name, 100*accuracy, logLoss, len(heldOut))
	}
	body, err := archive(m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return cli.Writing(func() error { return os.WriteFile(path, body, 0o644) })
}
