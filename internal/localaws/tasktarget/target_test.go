package tasktarget

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// roleEnv makes the test binary the program of a task.
const roleEnv = "TASKTARGET_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		task(role)
	}
	os.Exit(m.Run())
}

// task is a container's program. It ends on SIGTERM with status 0, unless its
// role is another.
func task(role string) {
	fmt.Println("hello from the task")
	if role == "crash" {
		os.Exit(3)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	listener, err := net.Listen("tcp", os.Getenv("LISTEN_ADDRESS"))
	if err != nil {
		panic(err)
	}
	checks := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/ping", func(w http.ResponseWriter, _ *http.Request) {
		if checks++; checks < 3 { // not healthy at once
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		header := r.Header
		header.Set("Got-Host", r.Host)
		header.Set("Got-Variable", os.Getenv("VARIABLE"))
		header.Set("Got-Body", string(body))
		_ = json.NewEncoder(w).Encode(header)
	})
	mux.HandleFunc("/early", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the rest never comes
	})
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { os.Exit(4) })
	line, _ := json.Marshal(map[string]string{"msg": "listening", "address": listener.Addr().String()})
	fmt.Printf("not JSON\n%s\n", line)
	go func() { _ = http.Serve(listener, mux) }()
	<-stop
	switch role {
	case "stubborn":
		select {}
	case "unclean":
		os.Exit(5)
	}
	os.Exit(0)
}

func start(t *testing.T, role string, change func(*Options)) (*Target, error) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Binary: binary, Env: map[string]string{roleEnv: role, "VARIABLE": "deployed", "LISTEN_ADDRESS": ":8080"},
		HealthCheckPath: "/ping", Log: t.Output(),
	}
	if change != nil {
		change(&o)
	}
	return Start(t.Context(), o)
}

// served is a started task behind its load balancer.
func served(t *testing.T, role string, change func(*Options)) (*Target, string) {
	t.Helper()
	target, err := start(t, role, change)
	if err != nil {
		t.Fatal(err)
	}
	balancer := httptest.NewServer(target)
	t.Cleanup(func() {
		balancer.Close()
		_ = target.Close()
	})
	return target, balancer.URL
}

func TestARequestAndItsHeaders(t *testing.T) {
	t.Parallel()
	target, url := served(t, "task", nil)
	request, err := http.NewRequest(http.MethodPost, url+"/echo", strings.NewReader("question"))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "predictions.example"
	request.Header.Set("X-Forwarded-For", "198.51.100.7")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got http.Header
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Got-Host": "predictions.example", "Got-Variable": "deployed", "Got-Body": "question",
		"X-Forwarded-For": "198.51.100.7, 127.0.0.1", "X-Forwarded-Proto": "http",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, got.Get(name), want)
		}
	}
	if err := target.Close(); err != nil {
		t.Errorf("got %v of a task that ends when it is asked to", err)
	}
}

func TestAStreamIsPassedOnAsItComes(t *testing.T) {
	t.Parallel()
	_, url := served(t, "task", nil)
	response, err := http.Get(url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(response.Body, first); err != nil || string(first) != "first" {
		t.Errorf("got %q, %v while the task has not ended its answer", first, err)
	}
}

func TestWhatALoadBalancerAnswersItself(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{"/hang": http.StatusGatewayTimeout, "/crash": http.StatusBadGateway} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			_, url := served(t, "task", func(o *Options) { o.IdleTimeout = 200 * time.Millisecond })
			response, err := http.Get(url + path)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("got %s, want %d", response.Status, want)
			}
		})
	}
}

func TestATaskThatDoesNotStart(t *testing.T) {
	t.Parallel()
	_, err := start(t, "crash", nil)
	if err == nil || !strings.Contains(err.Error(), "ended before it listened: exit status 3; it last printed:\n  hello from the task") {
		t.Errorf("got %v", err)
	}
	_, err = start(t, "task", func(o *Options) {
		o.Binary, o.HealthCheckPath, o.StopTimeout, o.IdleTimeout = "task", "ping", -1, -1
	})
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("got %v, want four problems", err)
	}
}

func TestHowATaskEnds(t *testing.T) {
	t.Parallel()
	for role, want := range map[string]string{
		"stubborn": "did not end within 100ms of SIGTERM",
		"unclean":  "ended when it was asked to: exit status 5",
		"gone":     "ended by itself: exit status 4",
	} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			target, url := served(t, role, func(o *Options) {
				if role == "stubborn" {
					o.StopTimeout = 100 * time.Millisecond
				}
			})
			if role == "gone" {
				if response, err := http.Get(url + "/crash"); err == nil {
					_ = response.Body.Close()
				}
				<-target.process.Exited()
			}
			if err := target.Close(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
			if again := target.Close(); again == nil {
				t.Error("closing again forgets how it ended")
			}
		})
	}
}

// TestAnAnswerMayBeginBeforeTheRequestHasEnded: neither ends the other.
func TestAnAnswerMayBeginBeforeTheRequestHasEnded(t *testing.T) {
	t.Parallel()
	_, url := served(t, "task", nil)
	body, rest := io.Pipe()
	defer rest.Close() // or a failure here would leave the server waiting
	client := &http.Client{Timeout: 10 * time.Second}
	response, err := client.Post(url+"/early", "text/plain", body)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(response.Body, first); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(rest, " and the rest"); err != nil {
		t.Fatal(err)
	}
	_ = rest.Close()
	if more, err := io.ReadAll(response.Body); err != nil || string(first)+string(more) != "first and the rest" {
		t.Errorf("got %q, %v", string(first)+string(more), err)
	}
}
