package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// Where name or TLS fails, the first requests hear so and the next ones at once,
// without a call; the program itself stays healthy.
func TestNameOrTLSFails(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(url string) string{
		"name": func(string) string { return "http://runtime.invalid" },
		"TLS":  func(url string) string { return strings.Replace(url, "http:", "https:", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runtime := startRuntime(t)
			s := startServer(t, environment(runtime, map[string]string{
				"LOG_RATE": "0", "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": at(runtime.URL)}))
			client := newClient()
			defer client.CloseIdleConnections()
			ends := map[ended]int{}
			for range 20 {
				got := post(client, "http://"+s.address+"/invocations", "a")
				got.body = ""
				ends[got]++
			}
			unreachable, heldBack := ended{
				status: 502,
				code:   "EndpointUnreachable",
			}, ended{
				status: 503,
				code:   "EndpointUnreachable",
			}
			if ends[unreachable] == 0 || ends[heldBack] < 10 || ends[unreachable]+ends[heldBack] != 20 {
				t.Errorf("got %v", ends)
			}
			if got := s.raw(t, "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"); got != "HTTP/1.1 200 OK" {
				t.Errorf("/ping: %s", got)
			}
			if got := len(runtime.Calls()); got != 0 {
				t.Errorf("%d calls arrived", got)
			}
		})
	}
}

// Calls without TLS go through the proxy that the environment names; TestHTTPSProxy is for
// calls with it.
func TestProxy(t *testing.T) {
	t.Parallel()
	proxy := startRuntime(t) // reads a path out of a whole URL as well
	s := startServer(t, environment(proxy, map[string]string{
		"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://runtime.invalid", "HTTP_PROXY": proxy.URL}))
	client := newClient()
	defer client.CloseIdleConnections()
	for range 3 {
		if got := post(client, "http://"+s.address+"/invocations", "a"); got != (ended{status: 200, body: "a"}) {
			t.Errorf("got %+v", got)
		}
	}
	if got := len(proxy.Calls()); got != 3 {
		t.Errorf("%d calls arrived", got)
	}
}

// Bytes that SageMaker sends beyond an answer reach neither a client nor the log.
func TestExcessIsNotLogged(t *testing.T) {
	t.Parallel()
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	runtime.Answer(sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naforged", false))
	s := startServer(t, environment(runtime, map[string]string{}))
	client := newClient()
	defer client.CloseIdleConnections()
	if got := post(client, "http://"+s.address+"/invocations", "a"); got != (ended{status: 200, body: "a"}) {
		t.Errorf("got %+v", got)
	}
	if line := s.waitFor(t, "Unsolicited response"); strings.Contains(line, "forged") ||
		!strings.Contains(line, `"level":"WARN"`) {
		t.Error(line)
	}
}

// Credentials that end under load are renewed: SageMaker calls them expired
// before their time, and no client notices.
func TestCredentialsExpireUnderLoad(t *testing.T) {
	t.Parallel()
	var generation, handedOut atomic.Int64
	generation.Store(1)
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		handedOut.Add(1)
		fmt.Fprintf(w, `{"AccessKeyId":"AKID%d","SecretAccessKey":"a-secret-key","Token":"a-token","Expiration":%q}`,
			generation.Load(), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(provider.Close)
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	var refused atomic.Int64
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		if !strings.Contains(r.Header.Get("Authorization"), fmt.Sprintf("Credential=AKID%d/", generation.Load())) {
			refused.Add(1)
			sagemakertest.Fail(403, "ExpiredTokenException")(w, r, call)
			return
		}
		sagemakertest.Echo(w, r, call)
	})
	env := environment(runtime, map[string]string{"LOG_RATE": "0", "AWS_CONTAINER_CREDENTIALS_FULL_URI": provider.URL})
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		delete(env, name)
	}
	s := startServer(t, env)
	client := newClient()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	var served atomic.Int64
	for c := range 4 {
		all.Go(func() {
			for i := range 250 {
				body := fmt.Sprintf("%d/%d", c, i)
				if got := post(client, "http://"+s.address+"/invocations", body); got != (ended{status: 200, body: body}) {
					t.Errorf("%s: %+v", body, got)
				}
				if served.Add(1)%400 == 0 {
					generation.Add(1)
				}
			}
		})
	}
	all.Wait()
	if refused.Load() < 2 || handedOut.Load() < 3 {
		t.Errorf("%d calls were refused, credentials handed out %d times", refused.Load(), handedOut.Load())
	}
}
