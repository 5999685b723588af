// Api prints the exported declarations of the packages that importing apps can
// name, without comments and bodies. `make api` writes them to docs/api.txt, so
// that review sees what changes for importing apps.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"log"
	"os/exec"
	"path/filepath"
	"regexp"
)

var (
	inner     = regexp.MustCompile(`/(cmd|internal|test)(/|$)`)
	blankLine = regexp.MustCompile(`\n\s*\n`) // left by a comment
)

func main() {
	out := must(exec.Command("go", "list", "-json=ImportPath,Name,Dir,GoFiles", "./...").Output())
	counts, declarations, total := "", "", 0
	for list := json.NewDecoder(bytes.NewReader(out)); list.More(); {
		var p struct {
			ImportPath, Name, Dir string
			GoFiles               []string
		}
		must(0, list.Decode(&p))
		if p.Name == "main" || inner.MatchString(p.ImportPath) {
			continue
		}
		set, files := token.NewFileSet(), []*ast.File{}
		for _, name := range p.GoFiles {
			file := filepath.Join(p.Dir, name)
			files = append(files, must(parser.ParseFile(set, file, nil, parser.SkipObjectResolution)))
		}
		public := must(doc.NewFromFiles(set, files, p.ImportPath))
		declarations += fmt.Sprintf("\npackage %s // import %q\n\n", p.Name, p.ImportPath)
		names := len(public.Types)
		add := func(d ast.Decl) {
			var b bytes.Buffer
			must(0, format.Node(&b, set, d))
			text := must(format.Source(blankLine.ReplaceAll(b.Bytes(), []byte("\n"))))
			declarations += string(text) + "\n"
		}
		addAll := func(values []*doc.Value, functions []*doc.Func) {
			for _, v := range values {
				add(v.Decl)
				names += len(v.Names)
			}
			for _, f := range functions {
				add(f.Decl)
			}
			names += len(functions)
		}
		addAll(append(public.Consts, public.Vars...), public.Funcs)
		for _, t := range public.Types {
			add(t.Decl)
			addAll(append(t.Consts, t.Vars...), append(t.Funcs, t.Methods...))
			names -= len(t.Methods)
		}
		total += names
		counts += fmt.Sprintf("%4d %s\n", names, p.ImportPath)
	}
	fmt.Printf("Exported top-level names, methods not counted:\n%s%4d in all\n%s", counts, total, declarations)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatalln("api:", err)
	}
	return value
}
