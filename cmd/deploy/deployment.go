package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes/source"
)

// deployment is one run of the program.
type deployment struct {
	options
	to  source.Side
	aws aws.Config
	at  time.Time
	in  *bufio.Reader
	out io.Writer

	// assembly is the folder with what shall stand.
	assembly string
	// detached are the variants whose scaling this run has taken off, at the time
	// since.
	detached []string
	since    time.Time
	// deploying is the step that has begun and not ended. Default: "", none.
	deploying string
}

func (d *deployment) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "deploy-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d.assembly = filepath.Join(dir, "full")
	if err := d.synthesize(ctx); err != nil {
		return badInput{err}
	}
	shall, err := source.ReadAssembly(d.assembly, d.env)
	if err != nil {
		return badInput{err}
	}
	e := d.to.Environment
	stand, err := d.wait(ctx, source.Names(shall))
	if err != nil {
		return badInput{err}
	}
	r := changes.Report{Environment: d.env, First: len(stand) == 0, Changes: changes.Compare(stand, shall)}
	r.Judge(nil, d.to.Calendars(), d.duringEvent, d.at)
	if err := r.Write(d.out); err != nil {
		return err
	}
	variants, err := detachable(r)
	if err != nil {
		return err
	}
	if len(r.Changes) == 0 {
		return nil
	}
	if err := d.sameSize(ctx, stand, shall, variants); err != nil {
		return badInput{err}
	}
	if err := d.confirm(ctx, question(r, variants)); err != nil {
		return err
	}
	if len(variants) > 0 {
		if err := d.detach(ctx, filepath.Join(dir, "detached"), stand, variants); err != nil {
			return d.failed(err)
		}
	}
	d.deploying = "the deployment of " + d.env
	fmt.Fprintf(d.out, "\nDeploying %s in full.\n", d.env)
	args := append([]string{"--require-approval=never", d.env + "/*"}, d.options.cdk...)
	if err := d.cdk(ctx, d.assembly, "deploy", args...); err != nil {
		return d.failed(err)
	}
	d.deploying = ""
	if len(d.detached) > 0 {
		fmt.Fprintf(d.out, "%s was without scaling for %s.\n",
			strings.Join(d.detached, ", "), time.Since(d.since).Round(time.Second))
	}
	fmt.Fprintf(d.out, "%s is deployed to account %s in %s.\n", d.env, e.Account, e.Region)
	return nil
}

// detachable returns the scaling that has to be taken off before the deployment, by
// the stack of its endpoint, and an error where AWS refuses it for another reason.
func detachable(r changes.Report) (variants []detachment, err error) {
	if r.Event != "" {
		return nil, fmt.Errorf("event %s is under way: nothing was deployed", r.Event)
	}
	var refused []string
	for _, c := range r.Changes {
		switch {
		case c.Verdict != changes.Refused:
		case len(c.Detach) == 0:
			refused = append(refused, c.Name())
		default:
			one := detachment{stack: c.Stack, id: c.LogicalID, endpoint: c.Endpoint}
			for _, v := range c.Detach {
				if !slices.ContainsFunc(variants, func(d detachment) bool {
					return d.stack == c.Stack && d.endpoint == c.Endpoint && slices.Contains(d.variants, v)
				}) {
					one.variants = append(one.variants, v)
				}
			}
			variants = append(variants, one)
		}
	}
	if len(refused) > 0 {
		return nil, fmt.Errorf("AWS would refuse the change of %s: nothing was deployed", strings.Join(refused, ", "))
	}
	return variants, nil
}

func question(r changes.Report, variants []detachment) string {
	var names []string
	for _, v := range variants {
		names = append(names, v.variants...)
	}
	switch {
	case len(names) > 0:
		return fmt.Sprintf("Deploy twice, first without the scaling of %s?", strings.Join(names, ", "))
	case r.Verdict == changes.InPlace:
		return "Deploy?"
	}
	return fmt.Sprintf("Deploy? (%s)", r.Verdict)
}

// wait reads what is deployed, and waits while something else deploys it.
func (d *deployment) wait(ctx context.Context, names []string) ([]changes.Stack, error) {
	said := false
	for {
		stand, err := source.Deployed(ctx, d.aws, names)
		if err == nil || !errors.As(err, new(source.InProgressError)) {
			return stand, err
		}
		if !said {
			fmt.Fprintf(d.out, "Waiting: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
			said = true
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// pause is how long the program waits before it looks again.
const pause = 5 * time.Second

// failed adds to an error what stands.
func (d *deployment) failed(err error) error {
	if len(d.detached) == 0 {
		return err
	}
	return fmt.Errorf("%w\n%s", err, d.standing())
}

// standing says in lines what stands and how to go on.
func (d *deployment) standing() string {
	var says []string
	if d.deploying != "" {
		says = append(says, "CloudFormation goes on with "+d.deploying+", or rolls it back.")
	} else if len(d.detached) == 0 {
		says = append(says, "Nothing was deployed.")
	}
	if len(d.detached) > 0 {
		says = append(says, fmt.Sprintf("%s serves with the fleet it has and does not scale.",
			strings.Join(d.detached, ", ")))
	}
	if d.deploying != "" || len(d.detached) > 0 {
		says = append(says, fmt.Sprintf("Run \"make deploy ENV=%s\" again: it goes on from what is deployed.", d.env),
			"With the former environment file it goes back.")
	}
	return strings.Join(says, "\n")
}
