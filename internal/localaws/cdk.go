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

// CDK runs the CDK CLI that the checkout pins, against the local AWS.
type CDK struct {
	// AWS is where it deploys.
	AWS *AWS
	// Dir is the checkout, with node_modules and cdk.json.
	Dir string
	// Region is that of the stacks.
	Region string
	// Assembly is a directory with an already synthesized cloud assembly.
	// Default: "", App is synthesized, into Output.
	Assembly string
	// App is the app, built already.
	// Default: "", that of cdk.json, which the CLI builds each time.
	App string
	// Output is the directory to synthesize into.
	// Default: "", that of cdk.json.
	Output string
	// Context is passed on with -c.
	// Default: none.
	Context map[string]string
	// Log gets the CLI's output as it comes.
	// Default: nil, it is only returned.
	Log io.Writer
	// Timeout is how long one command may take.
	// Default: 5 minutes.
	Timeout time.Duration
	// Unvalidated leaves out CDK's validator, which takes most of a synthesis.
	// Default: false.
	Unvalidated bool
}

// Bootstrap makes what the CLI publishes assets to, once per local AWS and region.
func (c CDK) Bootstrap(ctx context.Context) (output string, err error) {
	// Where there is a cdk.json the CLI would synthesize its app, which takes
	// long, and into a folder that another run may be using.
	dir, err := os.MkdirTemp("", "bootstrap-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	c.Assembly, c.App, c.Output, c.Context = "", "", "", nil
	return c.run(ctx, dir, "bootstrap", "aws://"+c.AWS.account+"/"+c.Region)
}

// Deploy deploys the stacks that the patterns select, as "local/*", with those
// they depend on. Without a change set: moto does not carry out a second one.
func (c CDK) Deploy(ctx context.Context, stacks ...string) (output string, err error) {
	return c.run(ctx, c.Dir, "deploy", append([]string{"--method=direct", "--require-approval=never"}, stacks...)...)
}

// Destroy deletes the stacks that the patterns select.
func (c CDK) Destroy(ctx context.Context, stacks ...string) (output string, err error) {
	return c.run(ctx, c.Dir, "destroy", append([]string{"--force"}, stacks...)...)
}

// run runs the CLI in dir. It ends when the CLI ends, when moto does, or after the timeout. It is an
// error, too, if moto went wrong and the CLI did not notice.
func (c CDK) run(ctx context.Context, dir, verb string, args ...string) (string, error) {
	// The CLI runs elsewhere than this process.
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
	ctx, cancelTimeout := context.WithTimeout(ctx, timeout)
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
		flags = append(flags, "--app", app, "--build", "true") // a command that does nothing
	}
	if c.Assembly == "" && c.Output != "" {
		flags = append(flags, "--output", c.Output)
	}
	for _, key := range slices.Sorted(maps.Keys(c.Context)) {
		flags = append(flags, "--context", key+"="+c.Context[key])
	}
	bin := filepath.Join(c.Dir, "node_modules", ".bin")
	env := append(c.AWS.Environ(c.Region), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CDK_DISABLE_CLI_TELEMETRY=true", "CDK_DISABLE_VERSION_CHECK=true")
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
