package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// textRegion finds the Region in an ARN, in the URI of an image in Amazon ECR, and in the
// name of an Availability Zone.
var textRegion = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:([a-z]+(?:-[a-z]+)+-[0-9]+):` +
	`|^[0-9]{12}\.dkr\.ecr\.([a-z]+(?:-[a-z]+)+-[0-9]+)\.` +
	`|^([a-z]+(?:-[a-z]+)+-[0-9]+)[a-z]$`)

// fewestOfAnotherRegion is how many values of one other Region make the environment's own
// the likely mistake.
const fewestOfAnotherRegion = 3

// oneRegion puts one problem with the environment's Region in place of several with the
// values that are in another, where all of them are in the same one.
func (d *document) oneRegion(own string, ps problem.List) problem.List {
	regions := map[string]string{}
	var paths []string
	for path, n := range d.nodes {
		text, _ := n.Scalar.(string)
		if m := textRegion.FindStringSubmatch(text); m != nil && path != "region" {
			regions[path] = m[1] + m[2] + m[3]
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		x, y := d.place(a), d.place(b)
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
	if len(paths) < fewestOfAnotherRegion {
		return ps
	}
	other := regions[paths[0]]
	for _, path := range paths {
		if regions[path] != other || other == own {
			return ps
		}
	}
	var rest problem.List
	for _, p := range ps {
		if regions[p.Path] != other || !strings.Contains(p.Rule, own) {
			rest = append(rest, p)
		}
	}
	if len(rest) == len(ps) {
		return ps
	}
	rest.Add("region", own, fmt.Sprintf("all %d values here that name a Region name %s, such as %s", len(paths), other,
		paths[0]), fmt.Sprintf("write %s, or give what is in %s", other, own))
	return rest
}
