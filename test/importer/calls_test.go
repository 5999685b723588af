package importer_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const modulePath = "github.com/sagemaker-autoscaling-inference/cdk"

// constructor is the name of a function that makes or imports something.
var constructor = regexp.MustCompile(`^New|From[A-Z]|^Existing`)

// TestEveryConstructorIsCalledOutside: an app of another module calls each exported function
// that makes a construct, or imports what exists.
func TestEveryConstructorIsCalledOutside(t *testing.T) {
	root := template.Root(t)
	called := map[string]bool{}
	for _, apps := range []string{"testdata", filepath.Join(root, "examples")} {
		eachFile(t, apps, func(_ string, file *ast.File) { addCalls(called, file) })
	}
	found := 0
	for _, room := range []string{"constructs", "stacks"} {
		eachFile(t, filepath.Join(root, room), func(name string, file *ast.File) {
			dir, err := filepath.Rel(root, filepath.Dir(name))
			if err != nil {
				t.Fatal(err)
			}
			if base := path.Base(filepath.ToSlash(dir)); file.Name.Name != base {
				t.Errorf("%s: package %s is imported as %s here", name, file.Name.Name, base)
			}
			for _, d := range file.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || f.Recv != nil || !f.Name.IsExported() || !constructor.MatchString(f.Name.Name) {
					continue
				}
				found++
				if !called[modulePath+"/"+filepath.ToSlash(dir)+"."+f.Name.Name] {
					t.Errorf("%s: no app outside of the module calls %s; let an app in examples or in testdata do so",
						dir, f.Name.Name)
				}
			}
		})
	}
	if found == 0 {
		t.Error("no constructor was found")
	}
}

// addCalls adds the functions of packages that a file calls, as IMPORTPATH.Name.
func addCalls(called map[string]bool, file *ast.File) {
	imports := map[string]string{}
	for _, s := range file.Imports {
		from, _ := strconv.Unquote(s.Path.Value)
		name := path.Base(from)
		if s.Name != nil {
			name = s.Name.Name
		}
		imports[name] = from
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok {
				if of, ok := f.X.(*ast.Ident); ok {
					called[imports[of.Name]+"."+f.Sel.Name] = true
				}
			}
		}
		return true
	})
}

// eachFile parses each Go file below dir that is no test.
func eachFile(t *testing.T, dir string, do func(name string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err == nil {
			do(name, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
