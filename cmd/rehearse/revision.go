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

// gitDeadline is how long git may take to show one file.
const gitDeadline = 30 * time.Second

// revision takes REV:PATH apart; ok is false where a file is called so, or where
// there is nothing to take apart.
func revision(file string) (rev, path string, ok bool) {
	rev, path, ok = strings.Cut(file, ":")
	if _, err := os.Stat(file); err == nil || !ok || rev == "" || path == "" {
		return "", "", false
	}
	return rev, path, true
}

// atRevision is a file of this folder as it was, or will be, at a commit.
func atRevision(rev, file string) string { return rev + ":./" + filepath.ToSlash(filepath.Clean(file)) }

// show is what git holds of a file at a commit.
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
		return nil, problem.List{{Path: option, Got: file, Rule: "git cannot show it: " + said, Fix: "give COMMIT:PATH, with a path from the repository's root, or from here as ./PATH"}}
	}
	return out.Bytes(), nil
}
