package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReleaseNotes: a release is told by its own section of the changelog, once that has a date.
func TestReleaseNotes(t *testing.T) {
	t.Parallel()
	const changelog = `# Changelog

## Unreleased

- Not yet.

## 0.10.0 - unreleased

### Added
- Not dated.

## 0.1.1 - 2027-02-28

### Fixed
- [A page](docs/a.md), [a site](https://example.com/) and [a part](docs/b.md#part).

## 0.1.0 - 2027-01-31

### Added
- All.
`
	makefile, err := filepath.Abs(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	const files = "https://github.com/sagemaker-autoscaling-inference/cdk/blob/v0.1.1/docs/"
	for _, test := range []struct{ version, want, told string }{
		{version: "v0.1.0", want: "\n### Added\n- All.\n"},
		{version: "v0.1.1", want: "\n### Fixed\n- [A page](" + files + "a.md), [a site](https://example.com/) and [a part](" +
			files + "b.md#part).\n\n"},
		{version: "v0.10.0", told: `no section "## 0.10.0 - DATE"`},
		{version: "v0.1.2", told: `no section "## 0.1.2 - DATE"`},
		{version: "0.1.0", told: `VERSION: got "0.1.0"`},
		{version: "v0.1", told: `VERSION: got "v0.1"`},
		{version: "v$$(echo 0).1.0", told: `VERSION: got "v$(echo 0).1.0"`},
		{version: "", told: `VERSION: got ""`},
	} {
		t.Run(test.version, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte(changelog), 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("make", "-C", dir, "-f", makefile, "release-notes", "VERSION="+test.version).CombinedOutput()
			notes, _ := os.ReadFile(filepath.Join(dir, "bin", "release-notes.md"))
			if diff := cmp.Diff(test.want, string(notes)); diff != "" {
				t.Errorf("(-want +got)\n%s%s", diff, out)
			}
			if (err != nil) != (test.told != "") || !strings.Contains(string(out), test.told) {
				t.Errorf("got %v and %q, want %q", err, out, test.told)
			}
		})
	}
}
