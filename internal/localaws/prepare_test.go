package localaws

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// checkout is a directory with what Prepare looks at, and nothing installed but
// the npm packages.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, motoDir), 0o755))
	for _, name := range []string{motoDir + "/serve.py", motoDir + "/requirements.txt", "package-lock.json"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text(t, filepath.Join(root, name))), 0o644))
	}
	installNPM(t, dir)
	return dir
}

// installNPM leaves what npm ci leaves, as far as it is looked at.
func installNPM(t *testing.T, dir string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Join(dir, "node_modules", ".bin"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "node_modules", ".bin", "cdk"), nil, 0o755))
	lock := text(t, filepath.Join(dir, "package-lock.json"))
	must(t, os.WriteFile(filepath.Join(dir, "node_modules", ".package-lock.json"), []byte(lock), 0o644))
}

// onPath makes the PATH a directory with these shell scripts, and what they need.
func onPath(t *testing.T, scripts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range scripts {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nPATH=/usr/bin:/bin\n"+text+"\n"), 0o755))
	}
	t.Setenv("PATH", dir)
}

// Where moto is missing and no package index is in reach, the error has the
// command that remains: tried for real, with a python3 that has no packages.
func TestPrepareWithoutMoto(t *testing.T) {
	dir := checkout(t)
	onPath(t, map[string]string{"python3": `exec "` + python + `" -S "$@"`})
	for name, value := range map[string]string{
		"PIP_CONFIG_FILE": os.DevNull,
		"PIP_INDEX_URL":   "http://127.0.0.1:1/simple",
		"PIP_NO_INDEX":    "",
		"PIP_FIND_LINKS":  "",
		"PIP_RETRIES":     "0",
	} {
		t.Setenv(name, value)
	}
	var log bytes.Buffer
	_, err := Prepare(t.Context(), dir, &log)
	contains(t, err, "moto is missing and cannot be installed",
		"run in "+dir+":", "-m venv --clear .venv && .venv/bin/python -m pip install -r internal/localaws/moto/requirements.txt",
		"No matching distribution found for moto", "127.0.0.1")
	if !strings.Contains(log.String(), "installing moto into .venv") {
		t.Errorf("no progress: %s", &log)
	}
	_, err = FindPython(t.Context(), dir)
	contains(t, err, "moto 5.2.1 is needed, found none", filepath.Join(dir, ".venv/bin/python"))
	_, err = Start(t.Context(), Options{Dir: dir})
	contains(t, err, "moto 5.2.1 is needed, found none", "pip install -r")
}

func TestPrepareErrors(t *testing.T) {
	for name, test := range map[string]struct {
		scripts map[string]string
		want    []string
	}{
		"nothing": {nil, []string{
			"npm is not on the PATH; install Node.js", "python3 is not on the PATH; install Python 3",
		}},
		"npm fails": {
			map[string]string{"python3": "", "npm": "echo network down; exit 7"},
			[]string{"the CDK CLI is missing and cannot be installed", "npm ci\n", "exit status 7", "network down"},
		},
		"no venv module": {
			map[string]string{"npm": "", "python3": `case "$*" in *--check) exit 1;; *) echo ensurepip is not available; exit 1;; esac`},
			[]string{"install Python's venv module (python3-venv on Debian and Ubuntu)", "ensurepip is not available", "pip install -r"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := checkout(t)
			must(t, os.RemoveAll(filepath.Join(dir, "node_modules")))
			onPath(t, test.scripts)
			_, err := Prepare(t.Context(), dir, &bytes.Buffer{})
			contains(t, err, test.want...)
		})
	}
}

// An interrupted installation has no remedy, and ends with what it started; one that takes
// too long says how long it may take. What the caches hold is not downloaded.
func TestPrepareThatDoesNotEnd(t *testing.T) {
	dir := checkout(t)
	must(t, os.RemoveAll(filepath.Join(dir, "node_modules")))
	onPath(t, map[string]string{
		"python3": `case "$*" in *--check) exit 1;; esac`,
		"npm":     `echo "$*" >arguments; sleep 60 & echo $! >child; wait`,
	})
	begun := func() bool {
		child, err := os.ReadFile(filepath.Join(dir, "child"))
		return err == nil && strings.HasSuffix(string(child), "\n")
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for !begun() {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
	}()
	_, err := Prepare(ctx, dir, &bytes.Buffer{})
	if !errors.Is(err, context.Canceled) || err.Error() != context.Canceled.Error() {
		t.Errorf("got %v, want that it was cancelled and nothing else", err)
	}
	if got := text(t, filepath.Join(dir, "arguments")); got != "ci --prefer-offline\n" {
		t.Errorf("got npm %s", got)
	}
	child, err := strconv.Atoi(strings.TrimSpace(text(t, filepath.Join(dir, "child"))))
	must(t, err)
	for deadline := time.Now().Add(5 * time.Second); running(child); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what npm started goes on")
		}
	}
	if exists(filepath.Join(dir, ".local")) {
		t.Error(".local is left")
	}

	ctx, cancel = limit(t.Context(), "the installation", time.Millisecond)
	defer cancel()
	contains(t, prepareNPM(ctx, dir, &bytes.Buffer{}), "run in "+dir+":\n    npm ci\n",
		"npm ci --prefer-offline: the installation takes longer than 1ms")
}

// running is false for a process that has ended, also where nobody waits for it.
func running(pid int) bool {
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(string(state), "Z")
}

// Two that prepare at once do it one after the other, and the second finds
// everything there.
func TestPrepareTwiceAtOnce(t *testing.T) {
	dir := checkout(t)
	must(t, os.Rename(filepath.Join(dir, "node_modules"), filepath.Join(dir, "later")))
	onPath(t, map[string]string{
		"python3": "",
		"npm":     `mkdir busy || exit 1; echo x >>"` + dir + `/installs"; sleep 0.2; cp -r later node_modules; rmdir busy`,
	})
	results := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := Prepare(t.Context(), dir, &bytes.Buffer{})
			results <- err
		}()
	}
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if installs := text(t, filepath.Join(dir, "installs")); installs != "x\n" {
		t.Errorf("npm ci ran %d times", strings.Count(installs, "x"))
	}

	unlock, err := lock(t.Context(), filepath.Join(dir, packageLock), &bytes.Buffer{})
	must(t, err)
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var log bytes.Buffer
	_, err = Prepare(ctx, dir, &log)
	contains(t, err, packageLock, "deadline exceeded")
	if !strings.Contains(log.String(), "waiting for another process") {
		t.Errorf("no word of waiting: %s", &log)
	}
}

func TestNPMInstalled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(t *testing.T, dir string)
		want   bool
	}{
		"as locked":   {func(*testing.T, string) {}, true},
		"no packages": {func(t *testing.T, dir string) { must(t, os.RemoveAll(filepath.Join(dir, "node_modules"))) }, false},
		"no CLI":      {func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "node_modules/.bin/cdk"))) }, false},
		"another lock": {func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "package-lock.json"), `"version": "2.1148.1"`, `"version": "2.1148.2"`)
		}, false},
		"half written": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "node_modules/.package-lock.json"), []byte("{"), 0o644))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := checkout(t)
			test.change(t, dir)
			if got, err := npmInstalled(dir); err != nil || got != test.want {
				t.Errorf("got %t, %v, want %t", got, err, test.want)
			}
		})
	}
}
