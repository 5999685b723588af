package localaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// motoDir is the folder of the Python in the checkout.
const motoDir = "internal/localaws/moto"

// packageLock names the npm packages of the checkout. Who installs holds a lock on it.
const packageLock = "package-lock.json"

const (
	installTimeout = 10 * time.Minute
	checkTimeout   = 30 * time.Second
)

// FindPython returns an interpreter with the packages of moto/requirements.txt: that
// in .venv of the checkout dir, else python3 on the PATH. The error says what each
// lacks.
func FindPython(ctx context.Context, dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	var lacking []error
	candidates := []string{venvPython(dir)}
	if python, err := exec.LookPath("python3"); err == nil {
		candidates = append(candidates, python)
	}
	for _, python := range candidates {
		if !exists(python) {
			continue
		}
		if err := checkPython(ctx, dir, python); err != nil {
			lacking = append(lacking, err)
			continue
		}
		return python, nil
	}
	if len(lacking) == 0 {
		return "", errNoPython
	}
	return "", errors.Join(lacking...)
}

var (
	errNoPython = errors.New("python3 is not on the PATH; install Python 3.10 or later, with its venv module")
	errNoNPM    = errors.New("npm is not on the PATH; install Node.js 22 or later, which brings npm")
)

func checkPython(ctx context.Context, dir, python string) error {
	ctx, cancel := limit(ctx, "the check of "+python, checkTimeout)
	defer cancel()
	_, err := command{dir: dir, name: python, args: []string{"-B", filepath.Join(motoDir, "serve.py"), "--check"}}.run(ctx)
	return err
}

func venvPython(dir string) string { return filepath.Join(dir, ".venv", "bin", "python") }

// Prepare installs what the local AWS needs into the checkout dir, where it is
// missing: the npm packages, and a Python environment with moto. It returns the
// Python, and writes its progress to log. What the caches of npm and pip hold is not
// downloaded. Of two processes that prepare one checkout the second waits. Where an
// installation fails, or takes longer than 10 minutes, the error has the command to run
// by hand and the last lines of the output.
func Prepare(ctx context.Context, dir string, log io.Writer) (python string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	unlock, err := lock(ctx, filepath.Join(dir, packageLock), log)
	if err != nil {
		return "", err
	}
	defer unlock()
	limited, cancel := limit(ctx, "the installation", installTimeout)
	defer cancel()
	npmErr := prepareNPM(limited, dir, log)
	python, pythonErr := preparePython(limited, dir, log)
	if ctx.Err() != nil {
		return "", context.Cause(ctx) // the caller's doing, which no command by hand mends
	}
	return python, errors.Join(npmErr, pythonErr)
}

func preparePython(ctx context.Context, dir string, log io.Writer) (string, error) {
	python, lacking := FindPython(ctx, dir)
	if lacking == nil {
		return python, nil
	}
	system, err := exec.LookPath("python3")
	if err != nil {
		return "", errNoPython
	}
	requirements := filepath.Join(motoDir, "requirements.txt")
	venv := command{dir: dir, name: system, args: []string{"-m", "venv", "--clear", ".venv"}, log: log}
	install := command{dir: dir, name: venvPython(dir), log: log, args: []string{
		"-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "1", "-r", requirements,
	}}
	byHand := fmt.Sprintf("where a package index is in reach, run in %s:\n"+
		"    %s -m venv --clear .venv && .venv/bin/python -m pip install -r %s", dir, system, requirements)
	fmt.Fprintf(log, "installing moto into .venv …\n")
	if _, err := venv.run(ctx); err != nil {
		return "", fmt.Errorf("moto is missing and no Python environment can be made for it: "+
			"install Python's venv module (python3-venv on Debian and Ubuntu); then %s\n%w", byHand, err)
	}
	if _, err := install.run(ctx); err != nil {
		return "", fmt.Errorf("moto is missing and cannot be installed; %s\n%w", byHand, err)
	}
	return venvPython(dir), checkPython(ctx, dir, venvPython(dir))
}

func prepareNPM(ctx context.Context, dir string, log io.Writer) error {
	installed, err := npmInstalled(dir)
	if err != nil || installed {
		return err
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errNoNPM
	}
	fmt.Fprintf(log, "installing the CDK CLI and Node.js into node_modules …\n")
	if _, err := (command{dir: dir, name: npm, args: []string{"ci", "--prefer-offline"}, log: log}).run(ctx); err != nil {
		return fmt.Errorf("the CDK CLI is missing and cannot be installed; "+
			"where a package registry is in reach, run in %s:\n    npm ci\n%w", dir, err)
	}
	return nil
}

// npmInstalled reports whether node_modules has the packages of package-lock.json;
// npm keeps a copy of that file there.
func npmInstalled(dir string) (bool, error) {
	type lockFile struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	var wanted, installed lockFile
	data, err := os.ReadFile(filepath.Join(dir, packageLock))
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(data, &wanted); err != nil {
		return false, fmt.Errorf("%s: %w", packageLock, err)
	}
	data, err = os.ReadFile(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if err != nil || json.Unmarshal(data, &installed) != nil {
		return false, nil // missing or damaged: npm ci makes it anew
	}
	for path, pkg := range wanted.Packages {
		// The empty path is the root package.
		if path != "" && installed.Packages[path] != pkg {
			return false, nil
		}
	}
	return exists(filepath.Join(dir, "node_modules", ".bin", "cdk")), nil
}

// lock takes an exclusive lock on the file at path, which the kernel releases when the
// process ends.
func lock(ctx context.Context, path string, log io.Writer) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	for said := false; ; said = true {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !said {
			fmt.Fprintf(log, "waiting for another process that prepares this checkout …\n")
		}
		select {
		case <-ctx.Done():
			_ = file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, context.Cause(ctx))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
