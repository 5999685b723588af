// Package checkout copies this checkout as a fresh clone would have it, with
// what is not committed yet and with the tools that are installed.
package checkout

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Copy copies the checkout at root into dir. Installed tools are linked, not
// copied; the copy is a git repository, without history.
func Copy(root, dir string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for _, name := range strings.Split(strings.Trim(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, not yet committed
		}
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o644)
		}
		if err != nil {
			return err
		}
	}
	for _, installed := range []string{"node_modules", ".venv"} {
		if _, err := os.Stat(filepath.Join(root, installed)); err != nil {
			continue
		}
		if err := os.Symlink(filepath.Join(root, installed), filepath.Join(dir, installed)); err != nil {
			return err
		}
	}
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("git init: %w\n%s", err, out)
	}
	return nil
}
