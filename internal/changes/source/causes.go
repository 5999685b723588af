package source

import (
	"context"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// Files compares two environment files: the keys that differ, and what CloudFormation
// does, resource by resource. The keys of a change are those which, changed alone,
// touch the same resource. Keys that are
// valid only together, such as certificateArn in place of plainHttp, are tried
// together.
func (a App) Files(ctx context.Context, from, to Side) ([]changes.Edit, []changes.Change, error) {
	found, err := changes.Edits(from.Data, to.Data)
	if err != nil {
		return nil, nil, err
	}
	files, tried := [][]byte{from.Data, to.Data}, alone(from, found)
	whole := len(tried) == 1 && len(tried[0]) == len(found) // the group makes the file of to
	if !whole {
		for _, group := range tried {
			file, err := changes.Apply(from.Data, group)
			if err != nil {
				return nil, nil, err
			}
			files = append(files, file)
		}
	}
	sides, err := a.Synthesize(ctx, to.Environment.Name, files...)
	if err != nil {
		return nil, nil, err
	}
	all := changes.Compare(sides[0], sides[1])
	if whole {
		sides = append(sides, sides[1])
	}
	for i, group := range tried {
		touched := changes.Compare(sides[0], sides[i+2])
		for j := range all {
			change := &all[j]
			if slices.ContainsFunc(touched, func(t changes.Change) bool {
				return t.Stack == change.Stack && t.LogicalID == change.LogicalID
			}) {
				for _, e := range group {
					change.Keys = append(change.Keys, e.Key)
				}
			}
		}
	}
	return found, all, nil
}

// maxGroups bounds how often the app is run to find the keys of a change.
const maxGroups = 12

// alone splits edits into those that are valid one by one, and the rest, if that is
// valid together. Many edits are split by the file's outer keys.
func alone(from Side, edits []changes.Edit) (groups [][]changes.Edit) {
	split := make([][]changes.Edit, 0, len(edits))
	outer := map[string]int{}
	for _, e := range edits {
		name := e.Key
		if len(edits) > maxGroups {
			name, _, _ = strings.Cut(e.Key, ".")
			name, _, _ = strings.Cut(name, "[")
		}
		at, seen := outer[name]
		if !seen {
			at, outer[name] = len(split), len(split)
			split = append(split, nil)
		}
		split[at] = append(split[at], e)
	}
	var rest []changes.Edit
	for _, group := range split {
		if valid(from, group) {
			groups = append(groups, group)
		} else {
			rest = append(rest, group...)
		}
	}
	if len(rest) > 0 && valid(from, rest) {
		groups = append(groups, rest)
	}
	return groups
}

func valid(from Side, edits []changes.Edit) bool {
	file, err := changes.Apply(from.Data, edits)
	if err != nil {
		return false
	}
	_, err = config.Parse(from.File, from.Environment.Name, file)
	return err == nil
}
