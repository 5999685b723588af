package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// server is the built program, running as an HTTP server.
type server struct {
	address string
	cmd     *exec.Cmd
	log     chan string // its lines, closed at its end
}

func startServer(t *testing.T, env map[string]string) *server {
	t.Helper()
	// Parallel subtests wait for those of other tests, while their server runs.
	return startServerFor(t, env, 5*time.Minute)
}

// startServerFor starts a server that ends after longest, for a test that hangs.
func startServerFor(t *testing.T, env map[string]string, longest time.Duration) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	t.Cleanup(cancel)
	env["LISTEN_ADDRESS"] = "127.0.0.1:0"
	s := &server{cmd: exec.CommandContext(ctx, program), log: make(chan string, 1000)}
	s.cmd.Env = pairs(env)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = s.cmd.Stdout
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.log)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s.log <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		for range s.log { // to the end of its output
		}
		_ = s.cmd.Wait()
	})
	var listening struct{ Address string }
	if err := json.Unmarshal([]byte(s.waitFor(t, `"msg":"listening"`)), &listening); err != nil {
		t.Fatal(err)
	}
	s.address = listening.Address
	return s
}

// waitFor returns the next log line that has text in it.
func (s *server) waitFor(t *testing.T, text string) string {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case line, ok := <-s.log:
			if !ok {
				t.Fatalf("the gateway ended without %q", text)
			}
			if strings.Contains(line, text) {
				return line
			}
		case <-deadline:
			t.Fatalf("no %q in the log", text)
		}
	}
}

// raw sends request as it is written and returns the status line of the answer.
func (s *server) raw(t *testing.T, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	return strings.TrimSpace(line)
}

func TestServer(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"REQUEST_TIMEOUT": "1s"}))
	const host = " HTTP/1.1\r\nHost: a\r\n"
	tests := map[string]struct{ request, status string }{
		"ping":           {"GET /ping" + host + "\r\n", "200 OK"},
		"post":           {"POST /invocations" + host + "Content-Length: 1\r\n\r\na", "200 OK"},
		"chunked":        {"POST /invocations" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "200 OK"},
		"model error":    {"POST /invocations" + host + "Content-Length: 6\r\n\r\nbroken", "424 Failed Dependency"},
		"options of all": {"OPTIONS *" + host + "\r\n", "404 Not Found"},
		"dot segments": {
			"POST /endpoints/a/../predictions/invocations" + host + "Content-Length: 1\r\n\r\na",
			"404 Not Found",
		},
		"double slash": {"POST //invocations" + host + "Content-Length: 1\r\n\r\na", "404 Not Found"},
		"not announced": {
			"POST /invocations" + host + "Content-Length: 1025\r\nExpect: 100-continue\r\n\r\n",
			"413 Request Entity Too Large",
		},
		"smuggled": {
			"POST /invocations" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
			"400 Bad Request",
		},
		"chunked twice": {
			"POST /invocations" + host + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
			"501 Not Implemented",
		},
		"other encoding": {
			"POST /invocations" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
			"501 Not Implemented",
		},
		"bad length": {"POST /invocations" + host + "Content-Length: -1\r\n\r\n", "400 Bad Request"},
		"bad name": {
			"POST /invocations" + host + "Content-Length : 1\r\n\r\na",
			"400 Bad Request: invalid header name",
		},
		"bad value": {
			"POST /invocations" + host + "X-Amzn-SageMaker-Target-Variant: a\x00b\r\nContent-Length: 1\r\n\r\na",
			"400 Bad Request",
		},
		"bad chunk": {
			"POST /invocations" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n0\r\n\r\n",
			"400 Bad Request",
		},
		"two hosts": {"GET /ping" + host + "Host: b\r\n\r\n", "400 Bad Request"},
		"encoded slash": {
			"POST /endpoints%2Fpredictions%2Finvocations" + host + "Content-Length: 1\r\n\r\na",
			"404 Not Found",
		},
		"absolute form": {
			"POST http://elsewhere.example/endpoints/payroll/invocations" + host + "Content-Length: 1\r\n\r\na",
			"404 Not Found",
		},
		"huge headers": {
			"GET /ping" + host + "X: " + strings.Repeat("x", 80<<10) + "\r\n\r\n",
			"431 Request Header Fields Too Large",
		},
		"slow body": {"POST /invocations" + host + "Content-Length: 10\r\n\r\nab", "408 Request Timeout"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := s.raw(t, test.request); got != "HTTP/1.1 "+test.status {
				t.Errorf("got %s, want %s", got, test.status)
			}
		})
	}
}

// SIGTERM during a request: no new ones are taken, that one is finished, and
// the program ends well.
func TestTermination(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	arrived, released := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(released) })
	t.Cleanup(release) // the runtime's end waits for its answers
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		close(arrived)
		<-released
		sagemakertest.Echo(w, r, call)
	})
	s := startServer(t, environment(runtime, nil))
	type result struct {
		status int
		body   string
		err    error
	}
	answered := make(chan result, 1)
	go func() {
		response, err := http.Post("http://"+s.address+"/invocations", "text/plain", strings.NewReader("a long one"))
		if err != nil {
			answered <- result{err: err}
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		answered <- result{response.StatusCode, string(body), err}
	}()
	select {
	case <-arrived:
	case got := <-answered:
		t.Fatalf("the request did not reach SageMaker: %+v", got)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.waitFor(t, `"msg":"stopping"`)
	refused := false
	for deadline := time.Now().Add(10 * time.Second); !refused &&
		time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", s.address)
		if refused = err != nil; !refused {
			_ = conn.Close()
		}
	}
	if !refused {
		t.Error("new connections are still taken")
	}
	select {
	case got := <-answered:
		t.Fatalf("the request was ended: %+v", got)
	default:
	}
	release()
	if got := <-answered; got != (result{200, "a long one", nil}) {
		t.Errorf("got %+v", got)
	}
	s.waitFor(t, `"msg":"stopped"`)
	for range s.log { // to the end of its output
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// end stops the server with SIGTERM and returns the lines of its log from the last that was
// waited for to its end.
func (s *server) end(t *testing.T) (log []string) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for line := range s.log {
		log = append(log, line)
	}
	return log
}
