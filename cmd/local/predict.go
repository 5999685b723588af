package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/gateway/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/localaws/lambdatarget"
)

const (
	path     = "/invocations"
	question = `{"instances":[[1.5,2.25,0.5]]}`
	// answer is what the endpoint is told to predict: the local AWS has no model.
	answer = `{"predictions":[0.8125]}`
)

// reply is what came back through the gateway.
type reply struct {
	request, status, contentType, variant, body string
	took                                        time.Duration
}

// predict sends one request the way a user's goes: to the listener's rule, from
// there to the function that was deployed, with its environment, and on to the
// endpoint. The function's program is the deployed one built for this machine.
func predict(ctx context.Context, aws *localaws.AWS, region string, stands localaws.Snapshot, log io.Writer) (reply, error) {
	function, group, err := behind(stands, path)
	if err != nil {
		return reply{}, err
	}
	dir, err := os.MkdirTemp("", "gateway-")
	if err != nil {
		return reply{}, err
	}
	defer os.RemoveAll(dir)
	program, err := compile.Gateway(ctx, compile.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH})
	if err != nil {
		return reply{}, err
	}
	binary := filepath.Join(dir, "bootstrap")
	if err := os.WriteFile(binary, program, 0o755); err != nil {
		return reply{}, err
	}
	target, err := lambdatarget.Start(ctx, lambdatarget.Options{
		Binary: binary, Env: aws.FunctionEnvironment(region, function), Timeout: function.Timeout, Log: log,
		MultiValueHeaders: group.Attributes["lambda.multi_value_headers.enabled"] == "true",
	})
	if err != nil {
		return reply{}, err
	}
	defer target.Close()
	balancer := httptest.NewServer(target)
	defer balancer.Close()

	if err := aws.QueueEndpointResults(ctx, region, localaws.EndpointResult{Body: answer, ContentType: "application/json", Variant: variantOf(stands)}); err != nil {
		return reply{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, balancer.URL+path, strings.NewReader(question))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	began := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	got := reply{
		request: "POST " + path + " " + question, status: response.Status, contentType: response.Header.Get("Content-Type"),
		variant: response.Header.Get("X-Amzn-Invoked-Production-Variant"), body: string(body), took: time.Since(began),
	}
	if response.StatusCode != http.StatusOK || got.body != answer {
		return got, fmt.Errorf("the gateway answered %s %s, want 200 and %s", got.status, got.body, answer)
	}
	return got, nil
}

// behind follows the load balancer's rule for path to its target group and
// function.
func behind(stands localaws.Snapshot, path string) (localaws.Function, localaws.TargetGroup, error) {
	for _, balancer := range stands.LoadBalancers {
		for _, listener := range balancer.Listeners {
			for _, rule := range listener.Rules {
				if group, ok := forwards(stands, rule, path); ok {
					for _, f := range stands.Functions {
						// A target may be an alias of the function, FUNCTION:ALIAS.
						if slices.ContainsFunc(group.Targets, func(t string) bool { return t == f.ARN || strings.HasPrefix(t, f.ARN+":") }) {
							return f, group, nil
						}
					}
				}
			}
		}
	}
	return localaws.Function{}, localaws.TargetGroup{}, fmt.Errorf("no listener's rule leads from %s to a function", path)
}

func forwards(stands localaws.Snapshot, rule localaws.Rule, path string) (localaws.TargetGroup, bool) {
	matches := slices.ContainsFunc(rule.Conditions, func(c localaws.Condition) bool {
		return c.Field == "path-pattern" && slices.Contains(c.Values, path)
	})
	for _, action := range rule.Actions {
		for _, group := range stands.TargetGroups {
			if matches && action.Type == "forward" && slices.Contains(action.TargetGroupARNs, group.ARN) {
				return group, true
			}
		}
	}
	return localaws.TargetGroup{}, false
}

func variantOf(stands localaws.Snapshot) string {
	for _, e := range stands.Endpoints {
		for _, v := range e.Variants {
			return v.Name
		}
	}
	return ""
}
