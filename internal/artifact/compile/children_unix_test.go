//go:build unix

package compile_test

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
)

// TestEndChildren: what a command has started ends with it.
func TestEndChildren(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "sh", "-c", "sleep 60 >/dev/null & echo $!; wait")
	compile.EndChildren(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	child, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_ = cmd.Wait()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		state, err := exec.Command("ps", "-o", "stat=", "-p", strings.TrimSpace(child)).Output()
		if err != nil || strings.HasPrefix(string(state), "Z") {
			return // gone, or waited for by nobody
		}
		if time.Now().After(deadline) {
			t.Fatal("the child goes on")
		}
	}
}
