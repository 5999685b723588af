package lint

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var frontendRules = []Rule{
	{
		ID: "frontend-burst",
		Reason: "a function gets 1,000 more environments, or 10,000 more requests a second, every 10 s: a faster rise is " +
			"refused",
		Fact:  "F25",
		Fix:   "start environments beforehand with provisioned concurrency, or put the gateway on Fargate",
		check: frontendBurst,
	},
	{
		ID: "frontend-concurrency",
		Reason: "a function has no more environments than its account, or than were reserved for it: further requests are " +
			"refused",
		Fact:  "F26",
		Fix:   "have the account's concurrency raised, or put the gateway on Fargate",
		check: frontendConcurrency,
	},
	{
		ID:     "frontend-payload",
		Reason: "a load balancer hands a function 1 MB at most, and takes 1 MB at most as its reply",
		Fact:   "F12",
		Fix:    "send less, or put the gateway on Fargate",
		check:  frontendPayload,
	},
}

const (
	// What a function gets more every 10 s (fact F25).
	lambdaBurst         = 1000
	lambdaBurstRequests = 10_000
	// defaultAccountConcurrency is what a new account has (fact F26).
	defaultAccountConcurrency = 1000
	// maxLambdaPayload is 1 MB (fact F12), counted in the smaller way.
	maxLambdaPayload = 1_000_000
)

func onLambda(f autoscaling.Facts) bool {
	return f.Frontend != nil && f.Frontend.Kind == autoscaling.LambdaFrontend
}

// environments is how many a function needs at the peak, 0 where that is not
// known: one for each request under way (fact F26), and one for every 10
// requests a second, which is all that AWS passes to it (fact F25).
func environments(f autoscaling.Facts) int {
	peak, service := frontendPeak(f), serviceTime(f)
	if !onLambda(f) || peak <= 0 || service <= 0 {
		return 0
	}
	byRate := math.Ceil(peak * lambdaBurst / lambdaBurstRequests)
	return max(capacity.Concurrency(peak, service), int(min(byRate, math.MaxInt32)))
}

func frontendPeak(f autoscaling.Facts) float64 {
	if f.Frontend != nil && f.Frontend.PeakRequestsPerSecond > 0 {
		return f.Frontend.PeakRequestsPerSecond
	}
	return f.PeakRequestsPerSecond
}

func frontendBurst(s Subject) problem.List {
	var ps problem.List
	need := environments(s.Facts)
	if need == 0 {
		return ps
	}
	if cold := need - s.Facts.Frontend.ProvisionedConcurrency; cold > lambdaBurst {
		ps.Add("Facts.Frontend.ProvisionedConcurrency", s.Facts.Frontend.ProvisionedConcurrency,
			fmt.Sprintf("a peak of %g requests a second needs %d environments at once, of which Lambda starts %d in 10s and "+
				"refuses the rest",
				frontendPeak(s.Facts), need, lambdaBurst),
			fmt.Sprintf("start %d or more beforehand, or put the gateway on Fargate", need-lambdaBurst))
	}
	return ps
}

func frontendConcurrency(s Subject) problem.List {
	var ps problem.List
	need := environments(s.Facts)
	if need == 0 {
		return ps
	}
	front := s.Facts.Frontend
	at, limit, whose := "Facts.Frontend.AccountConcurrency", front.AccountConcurrency, "the account has"
	switch {
	case front.ReservedConcurrency > 0:
		at, limit, whose = "Facts.Frontend.ReservedConcurrency", front.ReservedConcurrency, "are reserved for it"
	case limit == 0:
		limit, whose = defaultAccountConcurrency, "an account has unless it was raised"
	}
	if need > limit {
		ps.Add(at, limit, fmt.Sprintf("a peak of %g requests a second needs %d environments, more than the %d that %s",
			frontendPeak(s.Facts), need, limit, whose),
			fmt.Sprintf("raise it to %d or more, or put the gateway on Fargate", need))
	}
	return ps
}

func frontendPayload(s Subject) problem.List {
	var ps problem.List
	if onLambda(s.Facts) && s.Facts.Frontend.PayloadBytes > maxLambdaPayload {
		ps.Add("Facts.Frontend.PayloadBytes", s.Facts.Frontend.PayloadBytes,
			fmt.Sprintf("a load balancer passes at most %d bytes to a function and from it",
				maxLambdaPayload), "send less, or put the gateway on Fargate")
	}
	return ps
}

// serviceTime is how long one request takes, 0 where nothing says it.
func serviceTime(f autoscaling.Facts) time.Duration {
	if f.ServiceTime != 0 || f.RequestsPerSecondPerInstance <= 0 {
		return f.ServiceTime
	}
	return time.Duration(f.ConcurrencyPerInstance / f.RequestsPerSecondPerInstance * float64(time.Second))
}
