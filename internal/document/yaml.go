package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v4"
)

// parseYAML reads YAML with the library, and makes nodes of what it finds.
func parseYAML(data []byte, o Options) (*Node, []SyntaxError) {
	s := newSource(data)
	if bytes.Count(data, []byte(",")) > 2*o.MaxValues { // the library holds all that is in brackets in memory
		return nil, []SyntaxError{{At: Position{1, 1}, Rule: tooMany(o.MaxValues), Fix: "write fewer"}}
	}
	docs, err := load(data, o)
	if err != nil {
		return nil, []SyntaxError{s.explain(err, o)}
	}
	if len(docs) == 0 {
		return nil, nil
	}
	r := reader{source: s, Options: o, open: map[*yaml.Node]bool{}}
	if len(docs) > 1 {
		second := Position{docs[1].Line, docs[1].Column}
		r.errs = append(r.errs, SyntaxError{At: second, Rule: "one file is one " + o.Holds + ", here a second document begins", Fix: "move it to a file of its own"})
	}
	root := r.read(docs[0].Content[0], Position{}, 0)
	if r.over != nil {
		return nil, []SyntaxError{*r.over}
	}
	return root, r.errs
}

// version is a file's heading, up to the version that it names: the library knows
// 1.1 only, and reads 1.2 under that name.
var version = regexp.MustCompile(`\A((?:[ \t]*(?:#[^\n]*)?\r?\n)*%YAML 1\.)2`)

// load is the documents of a file that hold something, two at most.
func load(data []byte, o Options) (docs []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file cannot be read as YAML (%v)", r)
		}
	}()
	loader, err := yaml.NewLoader(bytes.NewReader(version.ReplaceAll(data, []byte("${1}1"))), yaml.WithV4Defaults(), yaml.WithPlugin(limits(o.MaxDepth), anchors{}))
	for err == nil && len(docs) < 2 {
		var doc yaml.Node
		if err = loader.Load(&doc); err == nil && len(doc.Content) == 1 && written(doc.Content[0]) {
			docs = append(docs, &doc)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return docs, err
}

// written reports whether a document is more than white space.
func written(n *yaml.Node) bool {
	return n.Kind != yaml.ScalarNode || n.Value != "" || n.Style != 0 || n.Anchor != ""
}

// limits is the depth to which values may nest.
type limits int

// CheckDepth implements yaml.LoaderLimitsPlugin.
func (l limits) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > int(l) {
		return errors.New(tooDeep(int(l)))
	}
	return nil
}

// CheckAlias implements yaml.LoaderLimitsPlugin. The reader counts values itself.
func (limits) CheckAlias(int, int) error { return nil }

func tooDeep(depth int) string { return fmt.Sprintf("more than %d levels are nested here", depth) }

func tooMany(values int) string {
	return fmt.Sprintf("with its aliases the file has more than %d values", values)
}

// anchors lets an alias without an anchor pass, so that it is reported with its
// place like any other mistake.
type anchors struct{}

// NewAliasDataContext implements yaml.AliasDataPlugin.
func (anchors) NewAliasDataContext(yaml.AliasDataServices) (yaml.AliasDataContext, error) {
	return defined{}, nil
}

// defined are the nodes of anchors, by their names.
type defined map[string]*yaml.Node

// nowhere is what an alias stands for that has no anchor.
var nowhere = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}

func (d defined) BeginDocument() error { clear(d); return nil }

func (d defined) DefineAnchor(name string, n *yaml.Node) error { d[name] = n; return nil }

func (d defined) ResolveAlias(name string) (n *yaml.Node, found bool, err error) {
	if n := d[name]; n != nil {
		return n, true, nil
	}
	return nowhere, true, nil
}

func (defined) EndDocument() error { return nil }
