package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

func TestPruneReport(t *testing.T) {
	t.Parallel()
	dir, file := folder(
		t,
		"events:\n  - "+semi+"  - name: group stage\n    timezone: Europe/London\n    dates: [2027-06-12, 2027-07-01]\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n",
	)
	for _, dry := range []bool{true, false} {
		var out bytes.Buffer
		if err := prune(&out, dir, "prod", noon, dry); err != nil {
			t.Fatal(err)
		}
		verb := "removed from"
		if dry {
			verb = "would be removed from"
		}
		want := "prod: " + verb + " FILE\n" +
			"  semi, over since Sat 2027-06-12 23:30 UTC\n" +
			"  1 of 2 dates of group stage: 2027-06-12\n" +
			"4 of 200 scheduled actions are left, 10 before; the minimum between events stays 2.\n" +
			"Deploy it before group stage is under way, Thu 2027-07-01 19:30 BST.\n"
		if diff := cmp.Diff(want, strings.ReplaceAll(out.String(), file, "FILE")); diff != "" {
			t.Error(diff)
		}
	}
}

// TestPruneThroughALink: the link stays one.
func TestPruneThroughALink(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "events:\n  - "+semi)
	dir := t.TempDir()
	link := filepath.Join(dir, "prod.yaml")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := prune(&bytes.Buffer{}, dir, "prod", noon, false); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); err != nil || target != file || strings.Contains(read(t, file), "events") {
		t.Error(target, err)
	}
}

// TestReplaceLeavesAnothersChange: an editor may have saved the file meanwhile.
func TestReplaceLeavesAnothersChange(t *testing.T) {
	t.Parallel()
	dir, file := folder(t, "")
	if err := cli.Replace(file, []byte("as it was"), []byte("new")); err == nil ||
		err.Error() != "the file was changed meanwhile; run it again" {
		t.Error(err)
	}
	load(t, dir)
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Error("something is left beside the file", entries)
	}
}
