package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServeRefusesBadInput(t *testing.T) {
	server := httptest.NewServer(handler(fit(matches(1, 100), true)))
	defer server.Close()
	for _, c := range []struct {
		kind, body string
		status     int
	}{
		{"application/json", `{"instances":[[1.5,1,0.5]]}`, 200},
		{"text/csv", `1.5,1,0.5`, 415},
		{"application/json", `{"instances":[]}`, 400},
		{"application/json", `{"instances":[[1.5]]}`, 400},
		{"application/json", `{"instances":[[1e300,0,0]]}`, 400},
		{"application/json", `{`, 400},
		{"application/json", `{"instances":[[0,0,0]` + strings.Repeat(",[0,0,0]", maxInstances) + `]}`, 413},
		{"application/json", strings.Repeat(" ", maxBody+1), 413},
	} {
		reply, err := http.Post(server.URL+"/invocations", c.kind, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		_ = reply.Body.Close()
		if reply.StatusCode != c.status || reply.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %.30s: %s, want %d", c.kind, c.body, reply.Status, c.status)
		}
	}
}
