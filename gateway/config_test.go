package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestConfigFromEnv(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env  map[string]string
		want Config
		err  string
	}{
		"server defaults": {
			env:  map[string]string{"ENDPOINT_NAME": "predictions"},
			want: Config{"predictions", 6291456, 70 * time.Second, ":8080", false},
		},
		"Lambda defaults": {
			env:  map[string]string{"ENDPOINT_NAME": "predictions", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"},
			want: Config{"predictions", 1000000, 70 * time.Second, ":8080", true},
		},
		"all set": {
			env: map[string]string{"ENDPOINT_NAME": "P-1", "MAX_BODY_BYTES": "25000000", "REQUEST_TIMEOUT": "1m30s",
				"LISTEN_ADDRESS": "127.0.0.1:0"},
			want: Config{"P-1", 25000000, 90 * time.Second, "127.0.0.1:0", false},
		},
		"set to nothing is not set": {
			env:  map[string]string{"ENDPOINT_NAME": "p", "MAX_BODY_BYTES": "", "REQUEST_TIMEOUT": "", "LISTEN_ADDRESS": ""},
			want: Config{"p", 6291456, 70 * time.Second, ":8080", false},
		},
		"63 characters": {
			env:  map[string]string{"ENDPOINT_NAME": strings.Repeat("x", 63)},
			want: Config{strings.Repeat("x", 63), 6291456, 70 * time.Second, ":8080", false},
		},
		"nothing": {err: "ENDPOINT_NAME: is required; set it to the name of the SageMaker endpoint"},
		"everything wrong at once": {
			env: map[string]string{"ENDPOINT_NAME": "arn:aws:sagemaker:::x", "MAX_BODY_BYTES": "6MiB", "REQUEST_TIMEOUT": "70",
				"LISTEN_ADDRESS": "8080"},
			err: `ENDPOINT_NAME: got "arn:aws:sagemaker:::x": must be at most 63 letters, digits and hyphens, beginning and ending with a letter or digit; give the endpoint's name, not its ARN or URL
MAX_BODY_BYTES: got "6MiB": must be a whole number from 1 to 104857600; give bytes without a unit, such as 6291456
REQUEST_TIMEOUT: got "70": must be a duration from 100ms to 15m0s; write a number with its unit, such as 70s
LISTEN_ADDRESS: got "8080": must be host:port or :port, the port from 0 to 65535; write it such as :8080`,
		},
		"more than a load balancer passes to Lambda": {
			env: map[string]string{"ENDPOINT_NAME": "p", "MAX_BODY_BYTES": "6291456", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"},
			err: `MAX_BODY_BYTES: got "6291456": must be a whole number from 1 to 1048576; a load balancer passes at most 1 MB to a Lambda function: run the gateway as a server for more`,
		},
	}
	for _, name := range []string{"-p", "p-", "p_1", "p/invocations", "..", strings.Repeat("x", 64), "p\n"} {
		tests["name "+name] = struct {
			env  map[string]string
			want Config
			err  string
		}{env: map[string]string{"ENDPOINT_NAME": name}, err: "ENDPOINT_NAME: got "}
	}
	for _, n := range []string{"0", "-1", "1.5", "1e6", "104857601"} {
		tests["size "+n] = struct {
			env  map[string]string
			want Config
			err  string
		}{env: map[string]string{"ENDPOINT_NAME": "p", "MAX_BODY_BYTES": n}, err: "MAX_BODY_BYTES: got "}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ConfigFromEnv(func(name string) (string, bool) { v, ok := test.env[name]; return v, ok })
			if test.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.err) {
					t.Errorf("got %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
