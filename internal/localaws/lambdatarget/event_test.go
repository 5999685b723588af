package lambdatarget

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewEvent(t *testing.T) {
	t.Parallel()
	const elb = `"requestContext":{"elb":{"targetGroupArn":"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lambdatarget/6d0ecf831eec9f09"}},`
	request := func(method, target, body string, header ...string) *http.Request {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		return r
	}
	forwarded := `"host":"example.com","x-amzn-trace-id":"Root=1-00000000-000000000000000000000007","x-forwarded-for":"192.0.2.1","x-forwarded-port":"80","x-forwarded-proto":"http"`
	tests := map[string]struct {
		request    *http.Request
		body       string
		multiValue bool
		want       string
	}{
		"single": {
			request: request("GET", "/a%2Fb/../c?x=1&x=%20&y", "", "Accept", "a", "Accept", "b", "Connection", "keep-alive"),
			want: `{` + elb + `"httpMethod":"GET","path":"/a%2Fb/../c","queryStringParameters":{"x":"%20","y":""},
				"headers":{"accept":"b",` + forwarded + `},"body":"","isBase64Encoded":false}`,
		},
		"multi-value": {
			request:    request("GET", "/?x=1&x=2", "", "Accept", "a", "Accept", "b", "X-Amzn-Trace-Id", "Root=mine", "X-Forwarded-For", "198.51.100.7"),
			multiValue: true,
			want: `{` + elb + `"httpMethod":"GET","path":"/","multiValueQueryStringParameters":{"x":["1","2"]},
				"multiValueHeaders":{"accept":["a","b"],"host":["example.com"],"x-amzn-trace-id":["Root=mine"],
				"x-forwarded-for":["198.51.100.7, 192.0.2.1"],"x-forwarded-port":["80"],"x-forwarded-proto":["http"]},
				"body":"","isBase64Encoded":false}`,
		},
		"JSON is text": {
			request: request("POST", "/", "", "Content-Type", "application/json; charset=utf-8"), body: `{"é":1}`,
			want: `{` + elb + `"httpMethod":"POST","path":"/","queryStringParameters":{},
				"headers":{"content-type":"application/json; charset=utf-8",` + forwarded + `},"body":"{\"é\":1}","isBase64Encoded":false}`,
		},
		"encoded is not": {
			request: request("POST", "/", "", "Content-Type", "application/json", "Content-Encoding", "gzip"), body: "\x1f\x8b",
			want: `{` + elb + `"httpMethod":"POST","path":"/","queryStringParameters":{},
				"headers":{"content-encoding":"gzip","content-type":"application/json",` + forwarded + `},"body":"H4s=","isBase64Encoded":true}`,
		},
		"no type is not": {
			request: request("POST", "/", ""), body: "ab",
			want: `{` + elb + `"httpMethod":"POST","path":"/","queryStringParameters":{},"headers":{` + forwarded + `},"body":"YWI=","isBase64Encoded":true}`,
		},
		"CSV is text": {
			request: request("POST", "/", "", "Content-Type", "text/csv"), body: "1,2",
			want: `{` + elb + `"httpMethod":"POST","path":"/","queryStringParameters":{},
				"headers":{"content-type":"text/csv",` + forwarded + `},"body":"1,2","isBase64Encoded":false}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := newEvent(test.request, []byte(test.body), test.multiValue, traceRoot(7))
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal(event, &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
