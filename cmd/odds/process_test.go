package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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
	page, err := os.ReadFile("../../docs/models.md")
	if err != nil || !strings.Contains(string(page), accuracy.String()) {
		t.Errorf("docs/models.md does not show what training prints (%v):\n%s", err, &accuracy)
	}
	unpack := exec.Command("tar", "-xzf", "model.tar.gz")
	unpack.Dir = dir
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	serving := exec.Command(program, "serve", dir, "127.0.0.1")
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
	_, address, found := strings.Cut(strings.TrimSpace(line), "serving on ")
	if !found || !strings.HasPrefix(address, "127.0.0.1:") {
		t.Fatalf("got %q, want the address that it was given", line)
	}
	if ping, err := http.Get("http://" + address + "/ping"); err != nil || ping.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", ping, err)
	}

	// What has begun when SIGTERM arrives is answered; what comes later is refused.
	const body = `{"instances":[[1.5,1,0.5],[-1.5,0,0]]}`
	client, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fmt.Fprintf(client, "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	replies := bufio.NewReader(client)
	if status, err := replies.ReadString('\n'); err != nil || !strings.Contains(status, " 100 ") {
		t.Fatalf("%q %v", status, err) // it waits for the body
	}
	if err := serving.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		late, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		_ = late.Close()
		if time.Now().After(deadline) {
			t.Fatal("it takes connections after SIGTERM")
		}
	}
	_, _ = replies.ReadString('\n') // the empty line of the interim reply
	fmt.Fprint(client, body)
	reply, err := http.ReadResponse(replies, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var got struct{ Predictions [][3]float64 }
	if err := json.NewDecoder(reply.Body).Decode(&got); err != nil || len(got.Predictions) != 2 ||
		got.Predictions[0][0] < 0.5 || got.Predictions[1][2] < got.Predictions[1][0] {
		t.Errorf("%s %v, %v", reply.Status, got, err)
	}
	if err := serving.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}
