package docs_test

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPackagesSayWhereToBegin: the overview of each package that an app can import leads to
// names of it, and every name in brackets is one.
func TestPackagesSayWhereToBegin(t *testing.T) {
	t.Parallel()
	module := "github.com/sagemaker-autoscaling-inference/cdk/"
	packages := regexp.MustCompile(`(?m)^package \w+ // import "`+module+`(.+)"$`).
		FindAllStringSubmatch(read(t, filepath.Join(root, "docs", "api.txt")), -1)
	if len(packages) < 15 {
		t.Errorf("docs/api.txt has %d packages", len(packages))
	}
	for _, p := range packages {
		files, err := filepath.Glob(filepath.Join(root, p[1], "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		var parsed []*ast.File
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(set, file, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, f)
		}
		public, err := doc.NewFromFiles(set, parsed, module+p[1])
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(public.Doc, "Package "+public.Name+" ") {
			t.Errorf("%s: the overview begins with %.40q, want Package %s", p[1], public.Doc, public.Name)
		}
		overview := public.Parser().Parse(public.Doc)
		links := 0
		for _, text := range texts(overview.Content) {
			switch text := text.(type) {
			case *comment.DocLink:
				links++
			case comment.Plain:
				if m := regexp.MustCompile(`\[[A-Za-z.]+\]`).FindString(string(text)); m != "" {
					t.Errorf("%s: the overview has %s, which is no exported name", p[1], m)
				}
			}
		}
		if links == 0 {
			t.Errorf("%s: the overview leads to no name: say where to begin", p[1])
		}
	}
}

// texts are the texts of blocks, those of lists too.
func texts(blocks []comment.Block) (all []comment.Text) {
	for _, b := range blocks {
		switch b := b.(type) {
		case *comment.Paragraph:
			all = append(all, b.Text...)
		case *comment.List:
			for _, item := range b.Items {
				all = append(all, texts(item.Content)...)
			}
		}
	}
	return all
}
