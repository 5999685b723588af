package cloudformation

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

const (
	// loopPrefix begins the key of a loop; the loop's name follows.
	loopPrefix = "Fn::ForEach"
	// languageExtensions is the transform that has loops.
	languageExtensions = "AWS::LanguageExtensions"
	// maxLoops is how deep loops may be nested.
	maxLoops = 5
)

// sections are those in which loops may stand, with the most that CloudFormation
// takes in each; 0 is any number. The quotas are those of the expanded template.
var sections = []struct {
	name string
	most int
}{{"Conditions", 0}, {"Resources", 500}, {"Outputs", 200}}

// alphanumeric is what CloudFormation takes for logical IDs and for the names of loops.
var alphanumeric = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// expander writes the loops of a template out.
type expander struct {
	owner
	// seen has the place of each loop by its name.
	seen map[string]document.Position
	// left is how many values may still be made.
	left int
	// full has been said.
	full bool
}

// expand replaces every Fn::ForEach of t by what CloudFormation makes of it, and notes
// those that it refuses.
func (t *template) expand(problems *Problems) {
	e := &expander{owner: t.owner("", problems), seen: map[string]document.Position{}, left: accepted.MaxValues}
	for _, s := range sections {
		n := t.root.Get(s.name)
		if n == nil || n.Kind != document.Mapping || !hasLoop(n, 0) {
			continue
		}
		if !slices.Contains(t.transforms(), languageExtensions) {
			first := n
			if i := slices.IndexFunc(n.Keys, isLoop); i >= 0 {
				first = n.Values[n.Keys[i]]
			}
			e.add(first, s.name, "", loopPrefix+" needs the transform "+languageExtensions+", which the template does not have",
				"write Transform: "+languageExtensions)
			removeLoops(n, 0)
			continue
		}
		e.mapping(n, s.name, true, 0, 0)
		if s.most > 0 && len(n.Keys) > s.most {
			e.add(n, s.name, strconv.Itoa(len(n.Keys)),
				fmt.Sprintf("CloudFormation takes at most %d of them, with the loops written out", s.most), "split the stack")
		}
	}
}

// transforms are the names of the template's transforms.
func (t *template) transforms() []string {
	var names []string
	for _, n := range transformsOf(t.root) {
		name, ok := n.String()
		if !ok {
			name, _ = n.Get("Name").String()
		}
		names = append(names, name)
	}
	return names
}

// transformsOf are the transforms as they are written: one, or a list.
func transformsOf(root *document.Node) []*document.Node {
	n := root.Get("Transform")
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Sequence:
		return n.Items
	}
	return []*document.Node{n}
}

func isLoop(key string) bool { return key == loopPrefix || strings.HasPrefix(key, loopPrefix+"::") }

func hasLoop(n *document.Node, depth int) bool {
	if depth > maxDepth {
		return false
	}
	for _, key := range n.Keys {
		if isLoop(key) || hasLoop(n.Values[key], depth+1) {
			return true
		}
	}
	return slices.ContainsFunc(n.Items, func(item *document.Node) bool { return hasLoop(item, depth+1) })
}

func removeLoops(n *document.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for _, key := range slices.Clone(n.Keys) {
		if isLoop(key) {
			n.Keys = slices.DeleteFunc(n.Keys, func(k string) bool { return k == key })
			delete(n.Values, key)
			continue
		}
		removeLoops(n.Values[key], depth+1)
	}
	for _, item := range n.Items {
		removeLoops(item, depth+1)
	}
}

// mapping writes out the loops in n. ids says that its keys are logical IDs, loops
// how many loops are around it.
func (e *expander) mapping(n *document.Node, path string, ids bool, loops, depth int) {
	if depth > maxDepth {
		return
	}
	for i, one := range n.Items {
		e.mapping(one, item(path, i), false, loops, depth+1)
	}
	if !slices.ContainsFunc(n.Keys, isLoop) {
		for _, key := range n.Keys {
			e.mapping(n.Values[key], path+"."+key, false, loops, depth+1)
		}
		return
	}
	written := *n
	n.Keys, n.Values = nil, map[string]*document.Node{}
	put := func(key string, value *document.Node, at string) {
		if n.Values[key] != nil {
			e.add(value, at, strconv.Quote(key), "the loops make this key twice",
				"let each value of the collection be there once")
			return
		}
		n.Set(key, value)
	}
	for _, key := range written.Keys {
		at := path + "." + key
		if !isLoop(key) {
			e.mapping(written.Values[key], at, false, loops, depth+1)
			put(key, written.Values[key], at)
			continue
		}
		e.loop(key, written.Values[key], at, ids, loops, depth, put)
	}
}

// loop hands over what a loop makes.
func (e *expander) loop(key string, n *document.Node, at string, ids bool, loops, depth int,
	put func(key string, value *document.Node, at string)) {
	identifiers, collection, outputs, ok := e.header(key, n, at, loops)
	if !ok {
		return
	}
	for _, values := range collection {
		made := &document.Node{Kind: document.Mapping, Values: map[string]*document.Node{}, Key: n.Key, Start: n.Start}
		for _, name := range outputs.Keys {
			inner := e.substituted(outputs.Values[name], identifiers, values, depth)
			if inner == nil {
				return // said already
			}
			outputKey := replaced(name, identifiers, values)
			if ids && !isLoop(name) && !alphanumeric.MatchString(outputKey) {
				e.add(outputs.Values[name], at, strconv.Quote(outputKey), "a logical ID has letters and digits only",
					"write &{"+identifiers[0]+"} in the key, which leaves the other characters out")
				return
			}
			if made.Values[outputKey] != nil {
				e.add(inner, at, strconv.Quote(outputKey), "the loop makes this key twice", "give the keys different names")
				continue
			}
			made.Set(outputKey, inner)
		}
		e.mapping(made, at, ids, loops+1, depth+1)
		for _, name := range made.Keys {
			put(name, made.Values[name], at)
		}
	}
}

// header reads what a loop says beside what it makes.
func (e *expander) header(key string, n *document.Node, at string, loops int) (
	identifiers []string, collection [][]string, outputs *document.Node, ok bool) {
	refuse := func(n *document.Node, got, rule, fix string) ([]string, [][]string, *document.Node, bool) {
		e.add(n, at, got, rule, fix)
		return nil, nil, nil, false
	}
	name := strings.TrimPrefix(strings.TrimPrefix(key, loopPrefix), "::")
	before, known := e.seen[name]
	e.seen[name] = n.Place()
	switch {
	case !alphanumeric.MatchString(name):
		return refuse(n, strconv.Quote(key), "a loop has a name of letters and digits", "write "+loopPrefix+"::NAME")
	case known && before != n.Place():
		return refuse(n, strconv.Quote(name), fmt.Sprintf("the loop at line %d has the same name", before.Line),
			"rename one of the two")
	case e.root.Get("Resources").Get(name) != nil:
		return refuse(n, strconv.Quote(name), "a resource has this logical ID, and a loop's name is none",
			"rename one of the two")
	case loops >= maxLoops:
		return refuse(n, strconv.Quote(name), fmt.Sprintf("loops are nested at most %d deep", maxLoops),
			"write the innermost out")
	case n.Kind != document.Sequence || len(n.Items) != 3:
		return refuse(n, shown(n), "a loop is a list of its identifier, its collection and what it makes",
			"write [IDENTIFIER, [VALUE, ...], {KEY: VALUE}]")
	}
	if identifiers, ok = e.identifiers(n.Items[0]); !ok {
		return refuse(n.Items[0], shown(n.Items[0]), "an identifier has letters and digits only, and is there once",
			"such as Name")
	}
	isParameter := func(s string) bool { return e.root.Get("Parameters").Get(s) != nil }
	names := append(slices.Clone(identifiers), name)
	if i := slices.IndexFunc(names, isParameter); i >= 0 {
		return refuse(n, strconv.Quote(names[i]), "a parameter has this name, and those of loops and identifiers differ",
			"rename one of the two")
	}
	outputs = n.Items[2]
	if outputs.Kind != document.Mapping || len(outputs.Keys) == 0 {
		return refuse(outputs, shown(outputs), "what a loop makes is a mapping", "write NAME${"+identifiers[0]+"}: VALUE")
	}
	for _, key := range outputs.Keys {
		if !isLoop(key) && !mentionsIdentifier(key, identifiers) {
			return refuse(outputs.Values[key], strconv.Quote(key), "the key is the same for each value of the collection",
				"write ${"+identifiers[0]+"} or &{"+identifiers[0]+"} into it")
		}
	}
	collection, ok = e.collection(n.Items[0], n.Items[1], at)
	if !ok {
		return nil, nil, nil, false
	}
	for _, values := range collection {
		if i := slices.IndexFunc(values, openText); i >= 0 {
			return refuse(n.Items[1], document.OneLine(values[i]),
				"only a deployment shows what this is, and loops are written out before it",
				"write the values, or refer to a parameter")
		}
		if len(values) != len(identifiers) {
			return refuse(n.Items[1], shown(n.Items[1]), "each item has a value for each identifier",
				fmt.Sprintf("give lists of %d", len(identifiers)))
		}
	}
	return identifiers, collection, outputs, true
}

// identifiers are one, or those of a list.
func (e *expander) identifiers(n *document.Node) ([]string, bool) {
	items := []*document.Node{n}
	if n.Kind == document.Sequence {
		items = n.Items
	}
	var names []string
	for _, one := range items {
		name, ok := one.String()
		if !ok || !alphanumeric.MatchString(name) || slices.Contains(names, name) {
			return nil, false
		}
		names = append(names, name)
	}
	return names, len(names) > 0
}

// collection is the values of the identifiers, of each item: a loop with a list of
// identifiers has a list of lists.
func (e *expander) collection(identifier, n *document.Node, at string) (values [][]string, ok bool) {
	if identifier.Kind != document.Sequence {
		list, ok := e.argumentList(n, at, 0)
		for _, value := range list {
			values = append(values, []string{value})
		}
		return values, ok
	}
	if n.Kind != document.Sequence {
		e.add(n, at, shown(n), "a loop with a list of identifiers has a list of lists", "write [[A, B], ...]")
		return nil, false
	}
	for _, one := range n.Items {
		list, ok := e.argumentList(one, at, 0)
		if !ok {
			return nil, false
		}
		values = append(values, list)
	}
	return values, true
}
