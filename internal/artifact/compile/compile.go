// Package compile builds the gateway from this module's own source: an app deploys
// the gateway of the version that it imports.
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

// Platform is what the gateway is built for.
type Platform struct {
	// OS and Arch are GOOS and GOARCH, such as linux and arm64.
	OS, Arch string
	// Lambda leaves out OpenTelemetry, half of the program, which the Lambda form
	// does not use.
	Lambda bool
}

// tags are the build tags: lambda.norpc leaves out the interface of the removed Lambda
// runtime go1.x, a quarter of the program.
func (p Platform) tags() string {
	if p.Lambda {
		return "lambda.norpc,notraces"
	}
	return "lambda.norpc"
}

// Gateway returns the gateway as an executable for platform. The bytes depend only on
// the source and the version of Go. The source is where `go list -m` finds the
// module, else the version that this program was built with is downloaded. A process
// builds each platform once.
//
// The error has the module and version, the reason, two remedies, and go's output.
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
		"-mod=readonly", "-tags="+platform.tags(), "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
		"-o", out, program)
	cmd.Env = environment(os.Environ(), platform)
	if printed, err := cmd.CombinedOutput(); err != nil {
		return nil, failure(source, "the gateway does not build", err, printed)
	}
	return os.ReadFile(out)
}

// environment is the caller's environment without the flags, workspace, vendor mode,
// platform and experiments, which would change the program. The caller's GOPROXY,
// GOMODCACHE and the like stay.
func environment(caller []string, platform Platform) []string {
	own := map[string]string{
		// An empty value would not override one that was set with `go env -w`.
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

// failure is an error of this package: the module and version, the reason, the
// remedies, and go's output.
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
		b.WriteString("\n  a vendor folder holds only the packages that an app imports, " +
			"which leaves the gateway's program out")
	}
	b.WriteString("\n  remedy 1: put the module into the module cache, where the network allows it: go mod download " +
		module)
	b.WriteString("\n  remedy 2: build cmd/gateway elsewhere for linux/arm64 as \"bootstrap\", zip it, " +
		"and pass the archive as Code")
	if printed = bytes.TrimSpace(printed); len(printed) > 0 {
		b.WriteString("\n  go printed:\n    " + strings.ReplaceAll(string(printed), "\n", "\n    "))
	}
	return fmt.Errorf("%s\n  %w", b.String(), err)
}
