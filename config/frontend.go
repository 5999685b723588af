package config

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Bounds of a request's time: a Lambda function's, and the longest stream that a
// deployment of the service waits for.
const (
	minRequestTimeout = time.Second
	maxRequestTimeout = 15 * time.Minute
)

func validateFrontend(e Environment, src source) problem.List {
	f := e.Frontend
	var ps problem.List
	if f.ExistingListener != nil {
		ps = validateExistingListener(e, src)
	} else {
		ps = validateAccess(e, src)
	}
	if t := f.RequestTimeout; src.given("frontend.requestTimeout") && (t < minRequestTimeout || t > maxRequestTimeout) {
		ps.Add("frontend.requestTimeout", t, "a request may take from 1s to 15m",
			"such as 70s, which lets a model take its 60 s")
	}
	ps = append(ps, validateKey("frontend.logKeyArn", f.LogKeyARN, e.Region)...)
	ps = append(ps, validateGatewayForm(e, src)...)
	return append(ps, validateFrontendCapacity(e, src)...)
}
