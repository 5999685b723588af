package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatCannotBeSynthesized: an error names cdk.json or the command in it, with what the
// command has printed.
func TestWhatCannotBeSynthesized(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ settings, want string }{
		"no cdk.json": {"", "cdk.json is not there: run this in the folder of the app"},
		"no JSON":     {`{"app": `, "cdk.json cannot be read: unexpected end of JSON input"},
		"no app":      {`{"build": "exit 3"}`, `cdk.json names no app: write one, such as "app": "go run ."`},
		"no build": {`{"app": "exit 4", "build": "echo lacking; exit 3"}`,
			"the app cannot be built: echo lacking; exit 3: exit status 3\nlacking"},
		"no synthesis":    {`{"app": "echo lacking; exit 4"}`, "the app does not synthesize: exit status 4\nlacking"},
		"nothing is made": {`{"app": "exit 0"}`, "manifest.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if test.settings != "" {
				if err := os.WriteFile(filepath.Join(dir, "cdk.json"), []byte(test.settings), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := App{Dir: dir}.Synthesize(t.Context(), "prod", []byte("region: eu-west-1\n"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
