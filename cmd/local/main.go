// Local deploys one environment to a local AWS with the real CDK CLI, sends a
// prediction through the deployed gateway, rehearses the deployed scaling, and
// prints what was deployed. It never reaches a real account.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// reportDir is the folder of the rehearsal's page.
const reportDir = "bin"

type options struct {
	env          string
	environments string
	port         int
	prepare      bool
	keep         bool
}

func main() {
	var o options
	flag.StringVar(&o.env, "env", "local", "the `environment` to deploy, a file in the folder of environments")
	flag.StringVar(&o.environments, "environments", "config/environments", "the `folder` of environments")
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
	loaded, err := config.Load(o.environments, o.env)
	if err != nil {
		return err
	}
	e := loaded[0]
	if err := steps.do("Compile the app", func(log io.Writer) error { return compileApp(ctx, log) }); err != nil {
		return err
	}
	output, err := outputDir(e.Name)
	if err != nil {
		return err
	}

	var aws *localaws.AWS
	if err := steps.do("Start a local AWS", func(log io.Writer) (err error) {
		aws, err = localaws.Start(ctx, localaws.Options{
			Dir: ".", Python: python, Port: o.port, Account: e.Account, Region: e.Region,
			CertificateARNs: certificates(e), VPCs: vpcs(e), HostedZones: hostedZones(e),
		})
		return err
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, aws.Close()) }()

	cdk := localaws.CDK{AWS: aws, Dir: ".", Region: e.Region, App: app, Output: output, Timeout: deployTimeout,
		Context: map[string]string{"env": e.Name, "environments": o.environments}}
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
	var deployed localaws.Snapshot
	if err := steps.do("Read back what stands", func(io.Writer) (err error) {
		deployed, err = aws.Snapshot(ctx, e.Region)
		return err
	}); err != nil {
		return err
	}
	shown := summary{deployed: deployed, now: time.Now(), templates: output}
	if e.HasFrontend() {
		if err := steps.do("Send a prediction through the gateway", func(log io.Writer) (err error) {
			shown.prediction, err = predict(ctx, aws, e.Region, deployed, log)
			return err
		}); err != nil {
			return err
		}
	}
	if err := steps.do("Rehearse what was deployed", func(io.Writer) (err error) {
		shown.rehearsed, err = rehearse(output, reportDir, e)
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := summarize(out, shown); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nDone in %s.\n", time.Since(began).Round(100*time.Millisecond))
	if o.keep {
		fmt.Fprintln(out, "The local AWS stands until Ctrl-C:")
		shown := []string{"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
		for _, variable := range aws.Environ(e.Region) {
			if name, _, _ := strings.Cut(variable, "="); slices.Contains(shown, name) {
				fmt.Fprintf(out, " %s", variable)
			}
		}
		fmt.Fprintln(out)
		<-ctx.Done()
	}
	return nil
}

// app is the executable of the CDK app, as in cdk.json.
const app = "bin/app"

// deployTimeout leaves time to a synthesis with an empty build cache, which compiles the
// gateway and Go's standard library for the gateway's processor.
const deployTimeout = 20 * time.Minute

// compileApp compiles the app. With empty caches that takes minutes, since it downloads the
// CDK: the CLI would do it within the time-out of its command.
func compileApp(ctx context.Context, log io.Writer) error {
	var output bytes.Buffer
	build := exec.CommandContext(ctx, "go", "build", "-o", app, ".")
	build.Stdout = io.MultiWriter(&output, log)
	build.Stderr = build.Stdout
	if err := build.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(build.Args, " "), err, output.Bytes())
	}
	return nil
}

// certificates, vpcs and hostedZones return what e names and does not deploy: the
// local AWS has them beforehand.
func certificates(e config.Environment) []string {
	if e.Frontend.CertificateARN == "" {
		return nil
	}
	return []string{e.Frontend.CertificateARN}
}

func vpcs(e config.Environment) []localaws.VPC {
	existing := e.Network.ExistingVPC
	if existing == nil {
		return nil
	}
	vpc := localaws.VPC{ID: existing.VpcID, CIDR: existing.CIDR}
	for _, s := range slices.Concat(existing.PublicSubnets, existing.PrivateSubnets) {
		vpc.Subnets = append(vpc.Subnets, localaws.Subnet{
			ID: s.ID, AvailabilityZone: s.AvailabilityZone, RouteTableID: s.RouteTableID,
		})
	}
	return []localaws.VPC{vpc}
}

func hostedZones(e config.Environment) []localaws.HostedZone {
	if e.Frontend.Domain == nil {
		return nil
	}
	return []localaws.HostedZone{{ID: e.Frontend.Domain.HostedZoneID, Name: e.Frontend.Domain.ZoneName}}
}

// outputDir returns a folder for the templates of this process, and removes those
// of processes that have ended.
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

// alive reports whether the process pid runs.
func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	return err == nil && process.Signal(syscall.Signal(0)) == nil
}
