package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AWS allows 50 tags a resource; five are left to those that CDK adds, such as
// Name on a VPC and its subnets.
const (
	maxTags           = 45
	maxTagKeyLength   = 128
	maxTagValueLength = 256
)

var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

const tagRule = "has letters, digits, spaces and _ . : / = + - @"

func validateTags(tags map[string]string) problem.List {
	var ps problem.List
	if n := len(tags); n > maxTags {
		ps.Add("tags", nil, fmt.Sprintf("at most %d tags fit on every resource, these are %d", maxTags, n), "remove some")
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		path, value := keyPath("tags", key), tags[key]
		switch n := utf8.RuneCountInString(key); {
		case n < 1 || n > maxTagKeyLength:
			ps.Add(path, value, fmt.Sprintf("a tag's key has 1 to %d characters, this one has %d", maxTagKeyLength, n),
				"shorten it")
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			ps.Add(path, value, "AWS keeps keys that begin with aws: to itself", "rename it")
		case !tagText.MatchString(key):
			ps.Add(path, value, "a tag's key "+tagRule, "rename it")
		}
		if n := utf8.RuneCountInString(value); n > maxTagValueLength {
			ps.Add(path, value, fmt.Sprintf("a tag's value has at most %d characters, this one has %d", maxTagValueLength, n),
				"shorten it")
		} else if !tagText.MatchString(value) {
			ps.Add(path, value, "a tag's value "+tagRule, "leave the other characters out")
		}
	}
	return ps
}
