package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// sameSize refuses to put new variants with fewer instances in the place of those
// that go: a renamed variant starts with its initial count, and only a variant of
// the same name keeps its fleet (fact C7).
func (d *deployment) sameSize(ctx context.Context, stand, shall []changes.Stack, all []detachment) error {
	if d.smaller {
		return nil
	}
	for _, one := range all {
		before, after := endpointOf(stand, one), endpointOf(shall, one)
		going, coming, initial := missing(before.variants, after.variants), missing(after.variants, before.variants), 0
		for _, v := range coming {
			initial += v.InitialInstanceCount
		}
		if len(going) == 0 || len(coming) == 0 {
			continue
		}
		running, err := d.running(ctx, before.name, names(going))
		if err != nil {
			return err
		}
		if running > initial {
			return fmt.Errorf("%s: variant %s runs %d instances, and %s starts with %d: write initialInstanceCount: %d for %s "+
				"and leave it there (a change of it is a new fleet), or accept the smaller fleet with --smaller",
				d.to.File, strings.Join(names(going), ", "), running, strings.Join(names(coming), ", "), initial,
				running, strings.Join(names(coming), ", "))
		}
	}
	return nil
}

type fleet struct {
	name     string
	variants []changes.Variant
}

func endpointOf(stacks []changes.Stack, of detachment) fleet {
	for _, s := range stacks {
		if r, ok := s.Template.Resources[of.id]; ok && s.Name == of.stack {
			name, _ := r.Properties["EndpointName"].(string)
			return fleet{name: name, variants: s.Template.Variants(r)}
		}
	}
	return fleet{}
}

// missing returns the variants of a that b does not have.
func missing(a, b []changes.Variant) (found []changes.Variant) {
	has := names(b)
	for _, v := range a {
		if !slices.Contains(has, v.Name) {
			found = append(found, v)
		}
	}
	return found
}

func names(variants []changes.Variant) (list []string) {
	for _, v := range variants {
		list = append(list, v.Name)
	}
	return list
}

// running is how many instances the variants of an endpoint are meant to have now.
func (d *deployment) running(ctx context.Context, endpoint string, variants []string) (instances int, err error) {
	client := sagemaker.NewFromConfig(d.aws)
	found, err := client.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &endpoint})
	if err != nil {
		return 0, fmt.Errorf("the fleet of %s cannot be read: %w", endpoint, err)
	}
	for _, v := range found.ProductionVariants {
		if slices.Contains(variants, aws.ToString(v.VariantName)) {
			instances += int(max(aws.ToInt32(v.DesiredInstanceCount), int32(d.hold)))
		}
	}
	return instances, nil
}
