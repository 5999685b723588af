package deploy_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// app is the app, built once for all that deploy it.
var app string

func TestMain(m *testing.M) {
	template.Unvalidated()
	if err := os.Unsetenv("CDK_VALIDATION"); err != nil { // programs validate, where a test does not say no
		panic(err)
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// run also ends the Node.js process behind the one test here that makes
// constructs, and the local AWS that several tests share.
func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "deploy-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	app = filepath.Join(dir, "app")
	build := exec.Command("go", "build", "-o", app, ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the app: %w\n%s", err, out)
	}
	defer jsii.Close()
	code = m.Run()
	if sharedAWS != nil {
		err = sharedAWS.Close()
	}
	return code, err
}

var sharedAWS *localaws.AWS

// startShared starts the local AWS in which tests that look at one region have
// one of their own.
var startShared = sync.OnceValues(func() (*localaws.AWS, error) {
	ctx := context.Background()
	python, err := localaws.Prepare(ctx, root, os.Stderr)
	if err != nil {
		return nil, err
	}
	sharedAWS, err = localaws.Start(ctx, localaws.Options{Dir: root, Python: python})
	return sharedAWS, err
})

func shared(t *testing.T) *localaws.AWS {
	t.Helper()
	local, err := startShared()
	if err != nil {
		t.Fatal(err)
	}
	return local
}
