// Package checks asks AWS whether an environment is ready: what a deployment would be
// refused for, and what is missing along the path of a request. It reads only.
package checks

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// Verdict is what a check has come to.
type Verdict string

// The verdicts. Unknown is that AWS did not say, or that nobody can say.
const (
	OK      Verdict = "ok"
	Wrong   Verdict = "wrong"
	Unknown Verdict = "unknown"
)

// Result is one line of the report.
type Result struct {
	// Group is the part of the path of a request, and Check what is judged there.
	Group string `json:"group"`
	Check string `json:"check"`
	// Subject is which one, such as the ARN of a certificate. Default: "", there is one.
	Subject string  `json:"subject,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Found is the value found, Needed the one that is needed.
	Found  string `json:"found,omitempty"`
	Needed string `json:"needed,omitempty"`
	// Reason is why it is wrong or unknown.
	Reason string `json:"reason,omitempty"`
	// Fix is what to do about this value.
	Fix string `json:"fix,omitempty"`
}

// Options say what is judged.
type Options struct {
	// Environment is judged, with its defaults.
	Environment config.Environment
	// AWS opens its account.
	AWS aws.Config
	// Now is the time, and At the time that the environment has to be ready for.
	Now, At time.Time
	// App is the folder of the app, which is synthesized, and File the environment's
	// file.
	App, File string
	// BeforeDeployment leaves out what judges the deployed stacks.
	BeforeDeployment bool
}

// limit is how many checks run at a time: AWS throttles an account's calls.
const limit = 6

// Run runs the checks, several at a time, and returns their results in the order of
// the path of a request.
func Run(ctx context.Context, o Options) []Result {
	r := newReader(o)
	results := make([][]Result, len(table))
	var group errgroup.Group
	group.SetLimit(limit)
	for i, c := range table {
		if o.BeforeDeployment && !c.before {
			continue
		}
		group.Go(func() error {
			results[i] = c.run(ctx, r)
			return nil
		})
	}
	_ = group.Wait() // what failed is a result
	var all []Result
	for i, some := range results {
		for _, result := range some {
			result.Group, result.Check = table[i].group, table[i].name
			all = append(all, result)
		}
	}
	return all
}

// Count returns how many results have a verdict.
func Count(results []Result, v Verdict) (n int) {
	for _, r := range results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

func ok(found string) Result { return Result{Verdict: OK, Found: found} }

func wrong(found, needed, reason, fix string) Result {
	return Result{Verdict: Wrong, Found: found, Needed: needed, Reason: reason, Fix: fix}
}

func unknown(reason, fix string) Result { return Result{Verdict: Unknown, Reason: reason, Fix: fix} }

// of is a result with its subject.
func (r Result) of(subject string) Result {
	r.Subject = subject
	return r
}
