//go:build clients

package clients_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// installed is a folder of the checkout for the packages that files of testdata pin. It is
// made once for each content of these files: install fills it.
func installed(t *testing.T, kind string, install func(dir string) error, files ...string) string {
	t.Helper()
	sum := sha256.New()
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(content)
	}
	root, err := filepath.Abs(filepath.Join("..", "..", ".local", "clients"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, kind+"-"+hex.EncodeToString(sum.Sum(nil))[:16])
	done := filepath.Join(dir, "installed")
	if _, err := os.Stat(done); err == nil {
		return dir
	}
	if err := os.RemoveAll(dir); err != nil { // half of it, perhaps
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := install(dir); err != nil {
		t.Fatalf("install the clients of %s: %v", kind, err)
	}
	if err := os.WriteFile(done, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a program in dir.
func run(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}

// Two tests never install at the same time.
var pythonMu, nodeMu sync.Mutex

// python is an interpreter with the packages of requirements.txt.
func python(t *testing.T) string {
	t.Helper()
	const requirements = "requirements.txt"
	pythonMu.Lock()
	defer pythonMu.Unlock()
	dir := installed(t, "python", func(dir string) error {
		if err := run(dir, "python3", "-m", "venv", "venv"); err != nil {
			return err
		}
		file, err := filepath.Abs(filepath.Join("testdata", requirements))
		if err != nil {
			return err
		}
		return run(dir, filepath.Join(dir, "venv", "bin", "python"), "-m", "pip", "install",
			"--disable-pip-version-check", "--no-input", "--quiet", "-r", file)
	}, requirements)
	return filepath.Join(dir, "venv", "bin", "python")
}

// java is a folder with Client.class and, in lib, the packages of pom.xml.
func java(t *testing.T) string {
	t.Helper()
	files := []string{"java/pom.xml", "java/Client.java"}
	return installed(t, "java", func(dir string) error {
		source, err := filepath.Abs(filepath.Join("testdata", "java"))
		if err != nil {
			return err
		}
		if err := run(source, "mvn", "--batch-mode", "--quiet", "dependency:copy-dependencies",
			"-DincludeScope=runtime", "-DoutputDirectory="+filepath.Join(dir, "lib")); err != nil {
			return err
		}
		return run(source, "javac", "-cp", filepath.Join(dir, "lib", "*"), "-d", dir, "Client.java")
	}, files...)
}

// node is a folder with client.mjs and the packages of package-lock.json.
func node(t *testing.T) string {
	t.Helper()
	nodeMu.Lock()
	defer nodeMu.Unlock()
	files := []string{"package.json", "package-lock.json", "client.mjs"}
	return installed(t, "node", func(dir string) error {
		for _, file := range files {
			content, err := os.ReadFile(filepath.Join("testdata", file))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, file), content, 0o644); err != nil {
				return err
			}
		}
		return run(dir, "npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
	}, files...)
}
