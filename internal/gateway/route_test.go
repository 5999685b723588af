package gateway

import (
	"strings"
	"testing"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method, path string
		status       int
		calls        int
	}{
		{"POST", "/invocations", 200, 1},
		{"POST", "/invocations?x=1", 200, 1},
		{"POST", "/endpoints/predictions/invocations", 200, 1},
		{"GET", "/ping", 200, 0},
		{"HEAD", "/ping", 200, 0},

		{"GET", "/invocations", 405, 0},
		{"PUT", "/endpoints/predictions/invocations", 405, 0},
		{"POST", "/ping", 405, 0},
		{"DELETE", "/ping", 405, 0},
		{"GET", "/endpoints/payroll/invocations", 404, 0},

		{"GET", "/", 404, 0},
		{"POST", "/", 404, 0},
		{"GET", "/ping/", 404, 0},
		{"GET", "/PING", 404, 0},
		{"POST", "/invocations/", 404, 0},
		{"POST", "/invocations%00", 404, 0},
		{"POST", "/%69nvocations", 404, 0},
		{"POST", "//invocations", 404, 0},
		{"POST", "/./invocations", 404, 0},
		{"POST", "/x/../invocations", 404, 0},
		{"POST", "/endpoints/predictions", 404, 0},
		{"POST", "/endpoints/payroll/invocations", 404, 0},
		{"POST", "/endpoints/Predictions/invocations", 404, 0},
		{"POST", "/endpoints//invocations", 404, 0},
		{"POST", "/endpoints/predictions//invocations", 404, 0},
		{"POST", "/endpoints/predictions/invocations/", 404, 0},
		{"POST", "/endpoints/predictions%2Finvocations", 404, 0},
		{"POST", "/endpoints/%70redictions/invocations", 404, 0},
		{"POST", "/endpoints/payroll/../predictions/invocations", 404, 0},
		{"POST", "/endpoints/predictions/../payroll/invocations", 404, 0},
		{"POST", "/endpoints/payroll%2F..%2Fpredictions/invocations", 404, 0},
		{"POST", "/endpoints/predictions;x=1/invocations", 404, 0},
		{"POST", "/endpoints/predictions/async-invocations", 501, 0},
		{"POST", `/endpoints\predictions\invocations`, 404, 0},
	}
	for _, test := range tests {
		t.Run(test.method+" "+strings.ReplaceAll(test.path, "/", "_"), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			response, body := f.do(t, test.method, test.path, nil, strings.NewReader("a"))
			if response.StatusCode != test.status {
				t.Errorf("got %d %s, want %d", response.StatusCode, body, test.status)
			}
			if got := len(f.runtime.Calls()); got != test.calls {
				t.Errorf("SageMaker was called %d times", got)
			}
			for _, call := range f.runtime.Calls() {
				if call.Path != "/endpoints/predictions/invocations" || call.Method != "POST" {
					t.Errorf("SageMaker was called at %s %s", call.Method, call.Path)
				}
			}
			switch test.status {
			case 404:
				if e := errorOf(t, response, body); e.Code != "NotFound" {
					t.Error(e)
				}
			case 405:
				if e := errorOf(t, response, body); e.Code != "MethodNotAllowed" {
					t.Error(e)
				}
				want := "POST"
				if test.path == "/ping" {
					want = "GET, HEAD"
				}
				if got := response.Header.Get("Allow"); got != want {
					t.Errorf("Allow is %q, want %q", got, want)
				}
			}
		})
	}
}
