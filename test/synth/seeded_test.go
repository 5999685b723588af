package synth_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// seeds stand in app.go in place of what makes an environment, and break one
// rule in each: CDK's validator's, the project's own, and that nothing panics.
const seeds = `stacks.NewEnvironment(app, e).Stage
		seed := func(kind, property string) {
			awscdk.NewCfnResource(stage.Node().FindChild(jsii.String("network")).(awscdk.Stack), jsii.String("Seeded"),
				&awscdk.CfnResourceProps{Type: jsii.String(kind), Properties: &map[string]any{property: "HTTP"}})
		}
		switch e.Name {
		case "dev":
			seed("AWS::SNS::Topic", "TopicNam")
		case "prod":
			seed("AWS::ElasticLoadBalancingV2::Listener", "Protocol")
		case "local":
			panic("seeded panic")
		}`

// seeded is the app with its seeds, built once.
func seeded(t *testing.T) (binary string) {
	t.Helper()
	binary, err := buildSeeded()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

var buildSeeded = sync.OnceValues(func() (binary string, err error) {
	const original = "stacks.NewEnvironment(app, e).Stage"
	app, err := filepath.Abs(filepath.Join(root, "app.go"))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(app)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(source, []byte(original)); n != 1 {
		return "", fmt.Errorf("app.go has %d lines %q, want 1", n, original)
	}
	changed, overlay := filepath.Join(scratch, "app.go"), filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(changed, bytes.Replace(source, []byte(original), []byte(seeds), 1), 0o644); err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, fmt.Appendf(nil, `{"Replace":{%q:%q}}`, app, changed), 0o644); err != nil {
		return "", err
	}
	binary = filepath.Join(scratch, "seeded")
	cmd := exec.Command("go", "build", "-overlay", overlay, "-o", binary, ".")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
})
