package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes/source"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// detachment is the scaling that is taken off the variants of one endpoint.
type detachment struct {
	stack string
	// id is the logical ID of the endpoint, or of a target that is registered twice.
	id string
	// endpoint is the endpoint's name.
	endpoint string
	variants []string
}

// detach deploys what stands without the scaling of the variants, and nothing else
// changed. The fleets keep their sizes.
func (d *deployment) detach(ctx context.Context, dir string, stand []changes.Stack, all []detachment) error {
	bodies := map[string][]byte{} // by stack
	var variants []string
	for _, one := range all {
		at := slices.IndexFunc(stand, func(s changes.Stack) bool { return s.Name == one.stack })
		for _, variant := range one.variants {
			if err := d.raise(ctx, one.endpoint, variant); err != nil {
				return err
			}
		}
		body := bodies[one.stack]
		if body == nil {
			body = stand[at].Body
		}
		body, err := without(body, one.endpoint, one.variants)
		if err != nil {
			return err
		}
		bodies[one.stack] = body
		variants = append(variants, one.variants...)
	}
	if err := os.CopyFS(dir, os.DirFS(d.assembly)); err != nil {
		return err
	}
	names, err := source.ReplaceTemplates(dir, d.env, bodies)
	if err != nil {
		return err
	}
	d.detached = variants
	d.deploying = "the deployment without the scaling of " + strings.Join(d.detached, ", ")
	d.since = time.Now()
	fmt.Fprintf(d.out, "\nTaking off the scaling of %s; the fleet keeps its size.\n", strings.Join(d.detached, ", "))
	args := append([]string{"--require-approval=never", "--exclusively"}, names...)
	if err := d.cdk(ctx, dir, "deploy", append(args, d.options.cdk...)...); err != nil {
		return err
	}
	d.deploying = ""
	return nil
}

// without returns a template without the scaling of variants.
func without(body []byte, endpoint string, variants []string) ([]byte, error) {
	var template map[string]any
	if err := json.Unmarshal(body, &template); err != nil {
		return nil, err
	}
	for _, variant := range variants {
		var err error
		if template, err = cloudformation.Detach(template, endpoint, variant); err != nil {
			return nil, err
		}
	}
	return json.MarshalIndent(template, "", " ")
}
