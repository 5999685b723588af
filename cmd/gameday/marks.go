package main

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
)

// markPrefix begins the keys of the endpoint's tags that say what is to be taken
// back. A mark is there before its change is made, and as long as it stands: whoever
// is killed in between leaves the mark.
const markPrefix = "gameday:"

// mark is what is to be taken back: what was done, and what stood before.
type mark struct {
	name string
	was  string // such as "variant=main min=25"
}

// of is the value of a key in what stood before.
func (m mark) of(key string) string {
	for _, field := range strings.Fields(m.was) {
		if k, v, _ := strings.Cut(field, "="); k == key {
			return v
		}
	}
	return ""
}

func (m mark) number(key string) (int32, error) {
	n, err := strconv.ParseInt(m.of(key), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("tag %s%s: got %q: %s is missing in it; restore it by hand and remove the tag",
			markPrefix, m.name, m.was, key)
	}
	return int32(n), nil
}

// describe reads the endpoint.
func (a *account) describe(ctx context.Context) (*sagemaker.DescribeEndpointOutput, error) {
	name := a.environment.Endpoint.Name
	found, err := a.endpoint.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &name})
	var failed smithy.APIError
	if errors.As(err, &failed) && strings.Contains(failed.ErrorMessage(), "Could not find endpoint") {
		return nil, badInput{fmt.Errorf("endpoint %s does not exist in account %s in %s; deploy it first", name,
			a.environment.Account, a.environment.Region)}
	}
	if err != nil {
		return nil, refused(err, "endpoint "+name+" cannot be read")
	}
	return found, nil
}

// marks are what is to be taken back, in the order of their names.
func (a *account) marks(ctx context.Context) ([]mark, error) {
	found, err := a.describe(ctx)
	if err != nil {
		return nil, err
	}
	var all []mark
	in := &sagemaker.ListTagsInput{ResourceArn: found.EndpointArn}
	for {
		page, err := a.endpoint.ListTags(ctx, in)
		if err != nil {
			return nil, refused(err, "the tags of endpoint "+a.environment.Endpoint.Name+" cannot be read")
		}
		for _, tag := range page.Tags {
			if name, ok := strings.CutPrefix(aws.ToString(tag.Key), markPrefix); ok {
				all = append(all, mark{name: name, was: aws.ToString(tag.Value)})
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
			return all, nil
		}
	}
}

// put marks what is about to be changed.
func (a *account) put(ctx context.Context, m mark) error {
	found, err := a.describe(ctx)
	if err != nil {
		return err
	}
	_, err = a.endpoint.AddTags(ctx, &sagemaker.AddTagsInput{ResourceArn: found.EndpointArn,
		Tags: []sagemakertypes.Tag{{Key: aws.String(markPrefix + m.name), Value: &m.was}}})
	if err != nil {
		return refused(err, "endpoint "+a.environment.Endpoint.Name+" cannot be marked")
	}
	return nil
}

// remove removes a mark.
func (a *account) remove(ctx context.Context, name string) error {
	found, err := a.describe(ctx)
	if err != nil {
		return err
	}
	_, err = a.endpoint.DeleteTags(ctx, &sagemaker.DeleteTagsInput{ResourceArn: found.EndpointArn,
		TagKeys: []string{markPrefix + name}})
	if err != nil {
		return refused(err, "the mark of endpoint "+a.environment.Endpoint.Name+" cannot be removed")
	}
	return nil
}
