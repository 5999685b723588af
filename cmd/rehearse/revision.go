package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// gitDeadline limits the time of git show.
const gitDeadline = 30 * time.Second

// revision splits REV:PATH. ok is false for other texts, and for an existing file.
func revision(file string) (rev, path string, ok bool) {
	rev, path, ok = strings.Cut(file, ":")
	if _, err := os.Stat(file); err == nil || !ok || rev == "" || path == "" {
		return "", "", false
	}
	return rev, path, true
}

// atRevision is REV:PATH for a path relative to the working directory.
func atRevision(rev, file string) string { return rev + ":./" + filepath.ToSlash(filepath.Clean(file)) }

// gitShow is the content of REV:PATH.
func gitShow(option, file string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitDeadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", "show", "--end-of-options", file)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		said, _, _ := strings.Cut(strings.TrimSpace(problems.String()), "\n")
		if said == "" {
			said = err.Error()
		}
		return nil, problem.List{{Path: option, Got: file, Rule: "git cannot show it: " + said,
			Fix: "give COMMIT:PATH, with a path from the repository's root, or from here as ./PATH"}}
	}
	return out.Bytes(), nil
}
