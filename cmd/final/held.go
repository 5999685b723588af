package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
)

// held is what this program holds of something that scales, as a tag of the endpoint
// remembers it: what was set, and what stood before. The endpoint is the one resource that
// every environment has and that no deployment of scaling touches.
type held struct {
	// floor is the minimum that was set. Default: 0, the tag is a freeze's.
	floor int
	// was is the minimum that stood before.
	was int
	// suspended is whether the part of scaling that the command suspends was suspended
	// before: scheduled scaling by a floor, scale-in by a freeze.
	suspended bool
	// set is when; until is when it should be taken back. Default of until: zero, it is
	// not said.
	set, until time.Time
}

// The tags' keys begin with one of these and end with the name of what scales, of at most
// 63 characters. A key has at most 128 characters and a value 256, which stay far below.
const (
	floorTag  = "final/floor/"
	freezeTag = "final/freeze/"
)

// String is the tag's value, in the characters that SageMaker allows.
func (h held) String() string {
	text := fmt.Sprintf("min=%d was=%d suspended=%t set=%s", h.floor, h.was, h.suspended,
		h.set.UTC().Format(time.RFC3339))
	if !h.until.IsZero() {
		text += " until=" + h.until.UTC().Format(time.RFC3339)
	}
	return text
}

// parseHeld reads a tag's value. What cannot be read is left out: a tag that somebody has
// edited still says that something is held.
func parseHeld(text string) (h held) {
	for _, field := range strings.Fields(text) {
		key, value, _ := strings.Cut(field, "=")
		switch key {
		case "min":
			h.floor, _ = strconv.Atoi(value)
		case "was":
			h.was, _ = strconv.Atoi(value)
		case "suspended":
			h.suspended = value == "true"
		case "set":
			h.set, _ = time.Parse(time.RFC3339, value)
		case "until":
			h.until, _ = time.Parse(time.RFC3339, value)
		}
	}
	return h
}

// tags are the tags of this program by their keys.
type tags map[string]held

// of returns what is held of something that scales.
func (t tags) of(s scaled) (floor, freeze held, isFloor, isFreeze bool) {
	floor, isFloor = t[floorTag+s.name]
	freeze, isFreeze = t[freezeTag+s.name]
	return floor, freeze, isFloor, isFreeze
}

// readTags reads this program's tags of an endpoint.
func readTags(ctx context.Context, client *sagemaker.Client, arn string) (tags, error) {
	found := tags{}
	pages := sagemaker.NewListTagsPaginator(client, &sagemaker.ListTagsInput{ResourceArn: &arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Error("sagemaker:ListTags", err)
		}
		for _, tag := range page.Tags {
			key := aws.ToString(tag.Key)
			if strings.HasPrefix(key, floorTag) || strings.HasPrefix(key, freezeTag) {
				found[key] = parseHeld(aws.ToString(tag.Value))
			}
		}
	}
	return found, nil
}

// addTag sets one tag.
func addTag(ctx context.Context, client *sagemaker.Client, arn, key string, h held) error {
	_, err := client.AddTags(ctx, &sagemaker.AddTagsInput{
		ResourceArn: &arn, Tags: []types.Tag{{Key: &key, Value: aws.String(h.String())}},
	})
	if err != nil {
		return account.Error("sagemaker:AddTags", err)
	}
	return nil
}

// deleteTags removes tags. Those that are not there are no error.
func deleteTags(ctx context.Context, client *sagemaker.Client, arn string, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := client.DeleteTags(ctx, &sagemaker.DeleteTagsInput{ResourceArn: &arn, TagKeys: keys})
	if err != nil {
		return account.Error("sagemaker:DeleteTags", err)
	}
	return nil
}
