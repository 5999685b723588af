package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestProcess trains, unpacks and serves, as SageMaker would.
func TestProcess(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "odds")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command(program, "serve", dir).CombinedOutput(); err == nil ||
		!strings.Contains(string(out), "model.json") {
		t.Fatalf("without a model: %v: %s", err, out)
	}
	var accuracy bytes.Buffer
	if err := run([]string{"train", filepath.Join(dir, "model.tar.gz")}, &accuracy); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("tar", "-xzf", filepath.Join(dir, "model.tar.gz"), "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	serving := exec.Command(program, "serve", dir)
	serving.Env = append(os.Environ(), "SAGEMAKER_BIND_TO_PORT=0")
	log, err := serving.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serving.Process.Kill() })
	line, err := bufio.NewReader(log).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	port := strings.TrimSpace(line[strings.LastIndex(line, ":")+1:])
	if ping, err := http.Get("http://127.0.0.1:" + port + "/ping"); err != nil || ping.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", ping, err)
	}
	reply, err := http.Post("http://127.0.0.1:"+port+"/invocations", "application/json",
		strings.NewReader(`{"instances":[[1.5,1,0.5],[-1.5,0,0]]}`))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(reply.Body)
	var got struct{ Predictions [][3]float64 }
	if err := json.Unmarshal(body, &got); err != nil || len(got.Predictions) != 2 ||
		got.Predictions[0][0] < 0.5 || got.Predictions[1][2] < got.Predictions[1][0] {
		t.Errorf("%s, %v", body, err)
	}
	if err := serving.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serving.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}
