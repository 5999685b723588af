// Local deploys one environment to an AWS on this machine with the real CDK
// CLI, sends one prediction through the gateway that was deployed, and shows
// what stands there. Nothing in it reaches a real account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/localaws"
)

const environmentsDir = "config/environments"

type options struct {
	env     string
	port    int
	prepare bool
	keep    bool
}

func main() {
	var o options
	flag.StringVar(&o.env, "env", "local", "the `environment` to deploy, a file in "+environmentsDir)
	flag.IntVar(&o.port, "port", 0, "the `port` of the local AWS (default a free one)")
	flag.BoolVar(&o.prepare, "prepare", false, "only install what is missing, into the checkout")
	flag.BoolVar(&o.keep, "keep", false, "leave the local AWS running until Ctrl-C")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) (err error) {
	began := time.Now()
	steps := newSteps(out)
	var python string
	if err := steps.do("Install what is missing into the checkout", func(log io.Writer) (err error) {
		python, err = localaws.Prepare(ctx, ".", log)
		return err
	}); err != nil || o.prepare {
		return err
	}
	e, err := environment(o.env)
	if err != nil {
		return err
	}
	output, err := outputDir(e.Name)
	if err != nil {
		return err
	}

	var aws *localaws.AWS
	if err := steps.do("Start a local AWS", func(log io.Writer) (err error) {
		aws, err = localaws.Start(ctx, localaws.Options{
			Dir: ".", Python: python, Port: o.port, CertificateARNs: certificates(e),
		})
		return err
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, aws.Close()) }()

	cdk := localaws.CDK{AWS: aws, Dir: ".", Region: e.Region, Output: output, Context: map[string]string{"env": e.Name}}
	if err := steps.do("Bootstrap it for the CDK", func(log io.Writer) error {
		_, err := localaws.CDK{AWS: aws, Dir: ".", Region: e.Region, Log: log}.Bootstrap(ctx)
		return err
	}); err != nil {
		return err
	}
	if err := steps.do("Synthesize "+e.Name+" and deploy its stacks with the CDK CLI", func(log io.Writer) error {
		cdk.Log = log
		_, err := cdk.Deploy(ctx, e.Name+"/*")
		return err
	}); err != nil {
		return err
	}
	var stands localaws.Snapshot
	if err := steps.do("Read back what stands", func(io.Writer) (err error) {
		stands, err = aws.Snapshot(ctx, e.Region)
		return err
	}); err != nil {
		return err
	}
	var reply reply
	if err := steps.do("Send a prediction through the gateway", func(log io.Writer) (err error) {
		reply, err = predict(ctx, aws, e.Region, stands, log)
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := summarize(out, summary{stands: stands, reply: reply, now: time.Now(), templates: output}); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nDone in %s.\n", time.Since(began).Round(100*time.Millisecond))
	if o.keep {
		fmt.Fprintf(out, "The local AWS stands until Ctrl-C: AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n", aws.URL(), e.Region)
		<-ctx.Done()
	}
	return nil
}

// environment is the environment called name, which must be in the local
// AWS's account.
func environment(name string) (config.Environment, error) {
	loaded, err := config.Load(environmentsDir, name)
	if err != nil {
		return config.Environment{}, err
	}
	e := loaded[0]
	if e.Account != localaws.Account {
		return e, fmt.Errorf("environment %s: account: got %q: the local AWS is account %s; take an environment of that account, such as local",
			e.Name, e.Account, localaws.Account)
	}
	return e, nil
}

func certificates(e config.Environment) []string {
	if e.Frontend.CertificateARN == "" {
		return nil
	}
	return []string{e.Frontend.CertificateARN}
}

// outputDir is a folder for this run's templates. Two runs at once have one
// each; those of runs that have ended are removed.
func outputDir(env string) (string, error) {
	const parent = ".local"
	runs, err := filepath.Glob(filepath.Join(parent, "cdk.out-*"))
	if err != nil {
		return "", err
	}
	for _, dir := range runs {
		var pid int
		if _, err := fmt.Sscanf(filepath.Ext(dir), ".%d", &pid); err == nil && !alive(pid) {
			if err := os.RemoveAll(dir); err != nil {
				return "", err
			}
		}
	}
	return filepath.Join(parent, fmt.Sprintf("cdk.out-%s.%d", env, os.Getpid())), nil
}

// alive reports whether a process of this number runs.
func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	return err == nil && process.Signal(syscall.Signal(0)) == nil
}
