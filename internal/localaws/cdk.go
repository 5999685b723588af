package localaws

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const cdkTimeout = 5 * time.Minute

// CDK runs the CDK CLI of the checkout against the local AWS.
type CDK struct {
	// AWS is the local AWS.
	AWS *AWS
	// Dir is the checkout, with node_modules and cdk.json.
	Dir string
	// Region is that of the stacks.
	Region string
	// Assembly is the folder of a synthesized cloud assembly.
	// Default: "", the CLI synthesizes App into Output.
	Assembly string
	// App is the app's executable.
	// Default: "", that of cdk.json, which the CLI builds each time.
	App string
	// Output is the folder to synthesize into. Default: "", that of cdk.json.
	Output string
	// Context has the values of --context. Default: none.
	Context map[string]string
	// Log gets the CLI's output while it runs. Default: nil, it is only returned.
	Log io.Writer
	// Timeout is that of one command. Default: 5 minutes.
	Timeout time.Duration
	// Unvalidated turns off CDK's template validator, which takes most of a synthesis.
	// Default: false.
	Unvalidated bool
}

// Bootstrap deploys the CDK's bootstrap stack, once for each local AWS and region.
func (c CDK) Bootstrap(ctx context.Context) (output string, err error) {
	// In a folder with a cdk.json the CLI would synthesize the app, slowly and into a
	// folder that another run may use.
	dir, err := os.MkdirTemp("", "bootstrap-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	c.Assembly, c.App, c.Output, c.Context = "", "", "", nil
	return c.run(ctx, dir, "bootstrap", "aws://"+c.AWS.account+"/"+c.Region)
}

// Deploy deploys the stacks that the patterns select, such as "local/*", and those
// they depend on. It uses no change sets: moto does not execute a second one.
func (c CDK) Deploy(ctx context.Context, stacks ...string) (output string, err error) {
	return c.Run(ctx, "deploy", append([]string{"--method=direct", "--require-approval=never"}, stacks...)...)
}

// Run runs a command of the CLI, such as "destroy". It ends when the CLI ends, when
// moto does, or after the timeout. What moto did wrong is an error too (see AWS.Err).
func (c CDK) Run(ctx context.Context, verb string, args ...string) (output string, err error) {
	return c.run(ctx, c.Dir, verb, args...)
}

// run is Run with the CLI in dir.
func (c CDK) run(ctx context.Context, dir, verb string, args ...string) (string, error) {
	// The CLI's working directory is not this process's.
	for _, path := range []*string{&dir, &c.Dir, &c.Assembly, &c.App, &c.Output} {
		if *path == "" {
			continue
		}
		var err error
		if *path, err = filepath.Abs(*path); err != nil {
			return "", err
		}
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = cdkTimeout
	}
	ctx, cancelTimeout := limit(ctx, "cdk "+verb, timeout)
	defer cancelTimeout()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-c.AWS.ended:
			cancel(c.AWS.died())
		case <-ctx.Done():
		}
	}()

	flags := []string{verb, "--no-notices", "--no-color", "--ci"}
	if app := cmp.Or(c.Assembly, c.App); app != "" {
		flags = append(flags, "--app", app, "--build", "true") // true: nothing is built
	}
	if c.Assembly == "" && c.Output != "" {
		flags = append(flags, "--output", c.Output)
	}
	for _, key := range slices.Sorted(maps.Keys(c.Context)) {
		flags = append(flags, "--context", key+"="+c.Context[key])
	}
	bin := filepath.Join(c.Dir, "node_modules", ".bin")
	env := append(c.AWS.Environ(c.Region), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"CDK_DISABLE_CLI_TELEMETRY=true", "CDK_DISABLE_VERSION_CHECK=true")
	if c.Unvalidated {
		env = append(env, "CDK_VALIDATION=false")
	}
	output, err := command{
		dir:  dir,
		env:  env,
		name: filepath.Join(bin, "cdk"),
		args: append(flags, args...),
		log:  c.Log,
	}.run(ctx)
	if wrong := c.AWS.Err(); wrong != nil && !errors.Is(err, wrong) {
		err = errors.Join(err, wrong)
	}
	return output, err
}
