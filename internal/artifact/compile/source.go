package compile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// source is the module's folder, or as much as is known of a module without one.
type source struct {
	// module is the path that version belongs to: ModulePath, or what replaces it.
	module, version, dir string
	// vendored says that the app builds from a vendor folder.
	vendored bool
}

// find looks for the module's folder as the app's own module sees it, then for
// the version that the running program was built with.
func find(ctx context.Context) (source, error) {
	listed, listErr := list(ctx)
	if listErr == nil && listed.holdsProgram() {
		return listed, nil
	}
	wanted := source{module: listed.module, version: listed.version, vendored: listed.vendored}
	if wanted.version == "" {
		wanted.module, wanted.version = builtWith()
	}
	if wanted.version == "" {
		return source{}, failure(wanted,
			"the module was not found, and this program was not built from a released version of it", listErr, nil)
	}
	return download(ctx, wanted)
}

func (s source) holdsProgram() bool {
	if s.dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(s.dir, filepath.FromSlash(program), "main.go"))
	return err == nil
}

// list returns the module's folder by go list in the app's working directory, with
// -mod=readonly: in vendor mode go list gives no folder of a module.
func list(ctx context.Context) (source, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-mod=readonly", "-m", "-json", ModulePath)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return source{vendored: vendored(ctx)}, fmt.Errorf("go list: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	var module struct {
		Path, Version, Dir string
		Replace            *struct{ Path, Version, Dir string }
	}
	if err := json.Unmarshal(out, &module); err != nil {
		return source{}, fmt.Errorf("go list: %w", err)
	}
	found := source{module: module.Path, version: module.Version, dir: module.Dir, vendored: vendored(ctx)}
	if r := module.Replace; r != nil {
		found.module, found.version, found.dir = r.Path, r.Version, r.Dir
	}
	return found, nil
}

// vendored reports whether the app's module has a vendor folder.
func vendored(ctx context.Context) bool {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(filepath.Dir(strings.TrimSpace(string(out))), "vendor", "modules.txt"))
	return err == nil
}

// builtWith is the module and version in the running program's build
// information, "" where it was built from a folder.
func builtWith() (module, version string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path != ModulePath {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		if strings.HasPrefix(m.Version, "v") {
			return m.Path, m.Version
		}
	}
	return "", ""
}

// download puts the module into the module cache. It runs outside the app's
// module, so that nothing of the app changes.
func download(ctx context.Context, wanted source) (source, error) {
	dir, err := os.MkdirTemp("", "gateway-source-")
	if err != nil {
		return source{}, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", wanted.module+"@"+wanted.version)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, runErr := cmd.Output()
	var module struct{ Dir, Error string }
	if runErr == nil {
		runErr = json.Unmarshal(out, &module)
	} else {
		_ = json.Unmarshal(out, &module) // go prints the reason as JSON, if it got that far
	}
	if runErr != nil {
		printed := append([]byte(module.Error+"\n"), stderr.Bytes()...)
		return source{}, failure(wanted, "the module is not in the module cache and could not be downloaded", runErr, printed)
	}
	wanted.dir = module.Dir
	if !wanted.holdsProgram() {
		return source{}, failure(wanted, "the module does not hold the gateway", fmt.Errorf("no %s", program), nil)
	}
	return wanted, nil
}
