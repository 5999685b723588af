package compile_test

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
)

const version = "v0.0.1"

// app is a program that imports the library and prints the sum of the gateway
// that it compiles.
const app = `package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
)

func main() {
	program, err := compile.Gateway(context.Background(), compile.Platform{OS: "linux", Arch: "arm64", Lambda: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%x", sha256.Sum256(program))
}
`

// TestSameBytesEverywhere compiles the gateway from this checkout, and from
// apps that import the module in every way there is. All get the same bytes.
func TestSameBytesEverywhere(t *testing.T) {
	program, err := compile.Gateway(context.Background(), compile.Platform{OS: "linux", Arch: "arm64", Lambda: true})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%x", sha256.Sum256(program))
	w := newWorld(t)

	for _, test := range []struct {
		name  string
		build []string // arguments of the app's own build
		env   []string // of the app's run
		prep  func(w *world, dir string)
	}{
		{name: "from the module cache"},
		{name: "in an app built with -trimpath", build: []string{"-trimpath"}},
		{name: "beside a vendor folder", prep: (*world).vendor},
		{name: "in vendor mode by GOFLAGS", prep: (*world).vendor, env: []string{"GOFLAGS=-mod=vendor"}},
		{name: "in a workspace", prep: func(w *world, dir string) {
			w.write(filepath.Join(dir, "other", "go.mod"), "module example.com/other\n\ngo 1.25.0\n")
			w.write(filepath.Join(dir, "go.work"), "go 1.25.0\n\nuse (\n\t.\n\t./other\n)\n")
		}},
		{name: "from a folder that replaces the module", prep: func(w *world, dir string) {
			w.run(dir, "go", "mod", "edit", "-replace="+compile.ModulePath+"="+w.copy)
		}},
		{name: "under flags, tags and experiments of the user's", env: []string{"GOFLAGS=-tags=other -ldflags=-X=main.x=y", "GOARM64=v9.0", "GOOS=windows", "CGO_ENABLED=1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := w.in(t)
			dir := w.app()
			if test.prep != nil {
				test.prep(w, dir)
			}
			w.run(dir, "go", append(append([]string{"build", "-o", "app"}, test.build...), ".")...)
			if got := w.run(dir, "env", append(test.env, "./app")...); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	t.Run("outside any module, by the version in the build information", func(t *testing.T) {
		w := w.in(t)
		dir := w.app()
		w.run(dir, "go", "build", "-o", "app", ".")
		if got := w.run(t.TempDir(), filepath.Join(dir, "app")); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a vendor folder and no network is an error with both remedies", func(t *testing.T) {
		w := w.in(t)
		dir := w.app()
		w.vendor(dir)
		w.run(dir, "go", "build", "-o", "app", ".")
		cmd := exec.Command(filepath.Join(dir, "app"))
		cmd.Dir, cmd.Env = dir, append(w.env, "GOMODCACHE="+t.TempDir(), "GOPROXY=off")
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Fatalf("got no error but %s", out)
		}
		for _, part := range []string{
			"gateway: the module is not in the module cache and could not be downloaded: sought in module " + compile.ModulePath + "@" + version + "\n",
			"\n  a vendor folder holds only the packages that an app imports, which leaves the gateway's program out\n",
			"\n  remedy 1: put the module into the module cache, where the network allows it: go mod download " + compile.ModulePath + "@" + version + "\n",
			"\n  remedy 2: build cmd/gateway elsewhere for linux/arm64 as \"bootstrap\", zip it, and pass the archive as Code\n",
			"\n  go printed:\n    ", "module lookup disabled by GOPROXY=off",
		} {
			if !strings.Contains(string(out), part) {
				t.Errorf("got no %q in:\n%s", part, out)
			}
		}
	})
}

// world is a module proxy in a folder that holds this module's gateway, an own
// module cache, and a copy of the source.
type world struct {
	t    *testing.T
	copy string
	env  []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, copy: t.TempDir(), env: os.Environ()}
	root := strings.TrimSpace(w.run(".", "go", "list", "-m", "-f", "{{.Dir}}"))
	downloads := filepath.Join(strings.TrimSpace(w.run(".", "go", "env", "GOMODCACHE")), "cache", "download")
	for _, part := range []string{"go.mod", "go.sum", "internal/gateway", "internal/artifact", "cmd/gateway", "internal/problem", "constructs/frontend/settings"} {
		w.copyTree(root, part)
	}
	proxy := t.TempDir()
	w.publish(filepath.Join(proxy, filepath.FromSlash(compile.ModulePath), "@v"))
	cache := t.TempDir()
	w.env = append(
		w.env,
		"GOPROXY=file://"+proxy+",file://"+downloads,
		"GOSUMDB=off",
		"GOMODCACHE="+cache,
		"GOFLAGS=",
		"GOWORK=",
	)
	// The module cache is read-only, so that only go can remove it.
	t.Cleanup(func() { w.run(".", "go", "clean", "-modcache") })
	return w
}

// in is the same world, failing t.
func (w *world) in(t *testing.T) *world {
	own := *w
	own.t = t
	return &own
}

func (w *world) copyTree(root, part string) {
	w.t.Helper()
	err := filepath.WalkDir(filepath.Join(root, part), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		w.write(filepath.Join(w.copy, name), string(data))
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// publish writes the copy in the form that a module proxy serves.
func (w *world) publish(dir string) {
	w.t.Helper()
	mod, err := os.ReadFile(filepath.Join(w.copy, "go.mod"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(filepath.Join(dir, "list"), version+"\n")
	w.write(filepath.Join(dir, version+".info"), `{"Version":"`+version+`"}`)
	w.write(filepath.Join(dir, version+".mod"), string(mod))
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		w.t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	err = fs.WalkDir(os.DirFS(w.copy), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(w.copy, name))
		if err != nil {
			return err
		}
		out, err := archive.Create(compile.ModulePath + "@" + version + "/" + name)
		if err == nil {
			_, err = out.Write(data)
		}
		return err
	})
	if err == nil {
		err = archive.Close()
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// app is a module of its own that imports the library.
func (w *world) app() string {
	w.t.Helper()
	dir := w.t.TempDir()
	// Below the module's own path, so that it may import an internal package.
	w.write(
		filepath.Join(dir, "go.mod"),
		"module "+compile.ModulePath+"/app\n\ngo 1.25.0\n\nrequire "+compile.ModulePath+" "+version+"\n",
	)
	w.write(filepath.Join(dir, "main.go"), app)
	w.run(dir, "go", "mod", "download", compile.ModulePath)
	w.run(dir, "go", "build", "-mod=mod", "-o", "/dev/null", ".")
	return dir
}

func (w *world) vendor(dir string) { w.run(dir, "go", "mod", "vendor") }

func (w *world) write(path, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run(dir, name string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, w.env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr.String())
	}
	return string(out)
}
