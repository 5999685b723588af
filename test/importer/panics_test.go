package importer_test

import (
	"go/ast"
	"path/filepath"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestConstructorsNameTheConstruct: what a function panics with that makes a construct in a
// scope is of problem.Of, which begins each line with the construct's path. An app that makes
// many constructs in a loop is not helped by the line of its program.
func TestConstructorsNameTheConstruct(t *testing.T) {
	found := 0
	eachFile(t, filepath.Join(template.Root(t), "constructs"), func(name string, file *ast.File) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil || !hasParameter(f, "scope") || !hasParameter(f, "id") {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || !isNamed(call.Fun, "panic") {
					return true
				}
				found++
				of, ok := call.Args[0].(*ast.CallExpr)
				if !ok || !isSelector(of.Fun, "problem", "Of") {
					t.Errorf("%s: %s panics without the construct's path: panic with problem.Of(scope, id, err)", name, f.Name.Name)
				}
				return true
			})
		}
	})
	if found == 0 {
		t.Error("no constructor panics")
	}
}

func hasParameter(f *ast.FuncDecl, name string) bool {
	for _, field := range f.Type.Params.List {
		for _, n := range field.Names {
			if n.Name == name {
				return true
			}
		}
	}
	return false
}

func isNamed(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

func isSelector(e ast.Expr, of, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && isNamed(s.X, of) && s.Sel.Name == name
}
