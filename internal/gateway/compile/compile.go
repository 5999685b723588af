// Package compile builds the gateway from this module's own source, so that an
// app which imports the library deploys exactly the gateway that belongs to
// the version it imports.
package compile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ModulePath is the module that holds the gateway's source.
const ModulePath = "github.com/sagemaker-autoscaling-inference/cdk"

const program = "./cmd/gateway"

// Platform is what the gateway is built for, in Go's words.
type Platform struct {
	// OS and Arch are GOOS and GOARCH, such as linux and arm64.
	OS, Arch string
	// Lambda leaves out what the Lambda form cannot do and the server can:
	// OpenTelemetry, which is half of the program.
	Lambda bool
}

// tags are the build tags: lambda.norpc leaves out the interface of a runtime
// that is gone, a quarter of the program.
func (p Platform) tags() string {
	if p.Lambda {
		return "lambda.norpc,notraces"
	}
	return "lambda.norpc"
}

// Gateway returns the gateway as an executable for platform. The bytes depend
// on nothing but the source and the version of Go. The source is where
// `go list -m` finds the module, else it is downloaded in the version that this
// program was built with. Within one process each platform is built once.
//
// The error says which module and version was sought, why it was not found or
// not built, what to do, and what go itself printed.
func Gateway(ctx context.Context, platform Platform) ([]byte, error) {
	built.Lock()
	defer built.Unlock()
	if program, ok := built.programs[platform]; ok {
		return program, nil
	}
	slow := time.AfterFunc(2*time.Second, func() {
		fmt.Fprintf(os.Stderr, "compiling the gateway for %s/%s …\n", platform.OS, platform.Arch)
	})
	defer slow.Stop()
	source, err := find(ctx)
	if err != nil {
		return nil, err
	}
	program, err := build(ctx, source, platform)
	if err != nil {
		return nil, err
	}
	built.programs[platform] = program
	return program, nil
}

var built = struct {
	sync.Mutex
	programs map[Platform][]byte
}{programs: map[Platform][]byte{}}

func build(ctx context.Context, source source, platform Platform) ([]byte, error) {
	dir, err := os.MkdirTemp("", "gateway-build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "bootstrap")
	cmd := exec.CommandContext(ctx, "go", "build", "-C", source.dir,
		"-mod=readonly", "-tags="+platform.tags(), "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", out, program)
	cmd.Env = environment(os.Environ(), platform)
	if printed, err := cmd.CombinedOutput(); err != nil {
		return nil, failure(source, "the gateway does not build", err, printed)
	}
	return os.ReadFile(out)
}

// environment is the caller's environment without what would change the
// program: the caller's flags, workspace, vendor mode, platform and experiments.
// Where the modules come from (GOPROXY, GOMODCACHE, …) stays the caller's.
func environment(caller []string, platform Platform) []string {
	own := map[string]string{
		// An empty value would let one set with `go env -w` through.
		"GOFLAGS": "-mod=readonly",
		"GOWORK":  "off",
		"GOOS":    platform.OS, "GOARCH": platform.Arch,
		"GOARM64": "v8.0", "GOAMD64": "v1",
		"CGO_ENABLED":  "0",
		"GOEXPERIMENT": "", "GODEBUG": "", "GOFIPS140": "off",
	}
	var env []string
	for _, kv := range caller {
		name, _, _ := strings.Cut(kv, "=")
		if _, ours := own[name]; !ours {
			env = append(env, kv)
		}
	}
	for name, value := range own {
		env = append(env, name+"="+value)
	}
	return env
}

// failure is every error of this package: what was sought, why it failed, what
// to do about it, and go's own words.
func failure(source source, why string, err error, printed []byte) error {
	module := ModulePath
	if source.version != "" {
		module = source.module + "@" + source.version
	}
	var b strings.Builder
	fmt.Fprintf(&b, "gateway: %s: sought in module %s", why, module)
	if source.dir != "" {
		fmt.Fprintf(&b, ", folder %s", source.dir)
	}
	if errors.Is(err, exec.ErrNotFound) {
		b.WriteString("\n  go is not on the PATH: install Go, or take the second remedy")
	}
	if source.vendored {
		b.WriteString("\n  a vendor folder holds only the packages that an app imports, which leaves the gateway's program out")
	}
	b.WriteString("\n  remedy 1: put the module into the module cache, where the network allows it: go mod download " + module)
	b.WriteString("\n  remedy 2: build cmd/gateway elsewhere for linux/arm64 as \"bootstrap\", zip it, and pass the archive as Code")
	if printed = bytes.TrimSpace(printed); len(printed) > 0 {
		b.WriteString("\n  go printed:\n    " + strings.ReplaceAll(string(printed), "\n", "\n    "))
	}
	return fmt.Errorf("%s\n  %w", b.String(), err)
}
