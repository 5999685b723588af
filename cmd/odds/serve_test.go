package main

import (
	"io"
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
		want       string // in the reply
	}{
		{"application/json", `{"instances":[[1.5,1,0.5]]}`, 200, `{"predictions":[[0.`},
		{"text/csv", `1.5,1,0.5`, 415, "application/json"},
		{"application/json", `{"instances":[]}`, 400, "want [[ratingDifference, homeAdvantage, restDays], ...]"},
		{"application/json", `{"instances":[[1.5],[1e300,0,0]]}`, 400,
			`instances[0]: 1 values, want [ratingDifference homeAdvantage restDays]\n` +
				`instances[1][0]: 1e+300, at most 1e6`},
		{"application/json", `{`, 400, "unexpected end"},
		{"application/json", `{"instances":[[1.5,1,0.5]]} {}`, 400, "after top-level value"},
		{"application/json", `{"instances":[[0,0,0]` + strings.Repeat(",[0,0,0]", maxInstances) + `]}`, 413,
			"1001, at most 1000"},
		{"application/json", strings.Repeat(" ", maxBody+1), 413, "more than 1048576 bytes"},
	} {
		reply, err := http.Post(server.URL+"/invocations", c.kind, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(reply.Body)
		_ = reply.Body.Close()
		if reply.StatusCode != c.status || reply.Header.Get("Content-Type") != "application/json" ||
			!strings.Contains(string(body), c.want) {
			t.Errorf("%s %.30s: %s %s, want %d and %q", c.kind, c.body, reply.Status, body, c.status, c.want)
		}
	}
}
