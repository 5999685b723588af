// Local deploys one environment to a local AWS with the real CDK CLI, sends a
// prediction through the deployed gateway, rehearses the deployed scaling, and
// prints what was deployed. It never reaches a real account.
//
// Exit status 0: done. 1: something failed. 130: interrupted; then nothing is left.
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
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
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
	cli.Main(func(ctx context.Context) int {
		if err := run(ctx, o, os.Stdout); err != nil {
			return cli.Failed(ctx, os.Stderr, err, 1)
		}
		return 0
	})
}

func run(ctx context.Context, o options, out io.Writer) (err error) {
	began := time.Now()
	steps := newSteps(out)
	var python string
	if err := steps.do(ctx, "Install what is missing into the checkout", func(log io.Writer) (err error) {
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
	if err := steps.do(ctx, "Compile the app", func(log io.Writer) error { return compileApp(ctx, log) }); err != nil {
		return err
	}
	output, err := outputDir(e.Name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = errors.Join(err, os.RemoveAll(output))
			_ = os.Remove(filepath.Dir(output)) // another run may have its folder there
		}
	}()

	var m *model
	if e.HasFrontend() {
		if err := steps.do(ctx, "Train a small model of match odds and serve it", func(log io.Writer) (err error) {
			m, err = serveModel(ctx, log)
			return err
		}); err != nil {
			return err
		}
	}
	defer m.close()
	var aws *localaws.AWS
	if err := steps.do(ctx, "Start a local AWS", func(log io.Writer) (err error) {
		aws, err = localaws.Start(ctx, localaws.Options{
			Dir: ".", Python: python, Port: o.port, Account: e.Account, Region: e.Region,
			CertificateARNs: certificates(e), VPCs: vpcs(e), HostedZones: hostedZones(e), ModelURL: m.address(),
		})
		return err
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, aws.Close()) }()

	cdk := localaws.CDK{AWS: aws, Dir: ".", Region: e.Region, App: app, Output: output, Timeout: deployTimeout,
		Context: map[string]string{"env": e.Name, "environments": o.environments}}
	if err := steps.do(ctx, "Bootstrap it for the CDK", func(log io.Writer) error {
		_, err := localaws.CDK{AWS: aws, Dir: ".", Region: e.Region, Log: log}.Bootstrap(ctx)
		return err
	}); err != nil {
		return err
	}
	if err := steps.do(ctx, "Synthesize "+e.Name+" and deploy its stacks with the CDK CLI", func(log io.Writer) error {
		cdk.Log = log
		_, err := cdk.Deploy(ctx, e.Name+"/*")
		return err
	}); err != nil {
		return err
	}
	var deployed localaws.Snapshot
	if err := steps.do(ctx, "Read back what stands", func(io.Writer) (err error) {
		deployed, err = aws.Snapshot(ctx, e.Region)
		return err
	}); err != nil {
		return err
	}
	shown := summary{deployed: deployed, now: time.Now(), templates: output}
	if e.HasFrontend() {
		if err := steps.do(ctx, "Send a prediction through the gateway", func(log io.Writer) (err error) {
			shown.prediction, err = predict(ctx, aws, e.Region, deployed, m, log)
			return err
		}); err != nil {
			return err
		}
	}
	if err := steps.do(ctx, "Rehearse what was deployed", func(io.Writer) (err error) {
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
		fmt.Fprintf(out, "\nThe local AWS stands until Ctrl-C. For the AWS CLI and SDKs in another shell:\n\n")
		for _, line := range exports(aws.Environ(e.Region)) {
			fmt.Fprintln(out, line)
		}
		<-ctx.Done() // as announced: no interruption
	}
	return nil
}

// exports are the lines of a shell that lead the AWS CLI and SDKs to the local AWS.
func exports(environ []string) (lines []string) {
	for _, variable := range environ {
		switch name, _, _ := strings.Cut(variable, "="); name {
		case "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY":
			lines = append(lines, "export "+variable)
		}
	}
	return lines
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
