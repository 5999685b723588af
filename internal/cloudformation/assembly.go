package cloudformation

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// manifestFile is what makes a folder a cloud assembly.
const manifestFile = "manifest.json"

// maxManifestBytes is far over what CDK writes for hundreds of stacks.
const maxManifestBytes = 64 << 20

// The types of an Artifact.
const (
	StackArtifact    = "aws:cloudformation:stack"
	AssemblyArtifact = "cdk:cloud-assembly"
)

// Manifest is what a cloud assembly says of its stacks and of the assemblies within
// it, by their IDs.
type Manifest struct {
	Artifacts map[string]Artifact
}

// Artifact is a stack, an assembly, or something else.
type Artifact struct {
	Type         string
	Environment  string
	DisplayName  string
	Dependencies []string
	Properties   struct {
		TemplateFile, StackName, DirectoryName string
	}
}

// ReadManifest reads the manifest of the cloud assembly in dir. The error is as that
// of ReadAssembly.
func ReadManifest(dir string) (Manifest, error) {
	var ps Problems
	m := readManifest(filepath.Join(dir, manifestFile), &ps)
	return m, ps.err()
}

// ReadAssembly reads every stack of a cloud assembly, as cdk synth writes it,
// those of its Stages included. The error is as that of ReadFiles.
func ReadAssembly(dir string, o Options) (Reading, error) {
	var ps Problems
	files := templatesIn(dir, &ps, 0)
	if len(ps) == 0 && len(files) == 0 {
		ps = append(ps, Problem{Place: problem.Place{File: dir}, Problem: problem.Problem{
			Rule: "the cloud assembly has no stacks", Fix: "synthesize the app into it: npx cdk synth",
		}})
	}
	if err := ps.err(); err != nil {
		return Reading{}, err
	}
	r, err := ReadFiles(files, o)
	r.from = dir
	return r, err
}

func templatesIn(dir string, ps *Problems, depth int) []string {
	m := readManifest(filepath.Join(dir, manifestFile), ps)
	var files []string
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		switch a := m.Artifacts[id]; {
		case a.Type == StackArtifact && inside(a.Properties.TemplateFile):
			files = append(files, filepath.Join(dir, a.Properties.TemplateFile))
		case a.Type == AssemblyArtifact && inside(a.Properties.DirectoryName) && depth < maxDepth:
			files = append(files, templatesIn(filepath.Join(dir, a.Properties.DirectoryName), ps, depth+1)...)
		}
	}
	return files
}

// inside reports whether a name leads into the folder it is said in.
func inside(name string) bool { return filepath.IsLocal(name) && name != "." }

func readManifest(file string, ps *Problems) Manifest {
	var m Manifest
	refuse := func(rule string) {
		*ps = append(*ps, Problem{Place: problem.Place{File: file}, Problem: problem.Problem{
			Rule: rule, Fix: "give the folder that cdk synth has written, cdk.out",
		}})
	}
	data, err := loadAtMost(file, maxManifestBytes)
	switch {
	case err != nil:
		refuse("this is not a cloud assembly: " + err.Error())
	case json.Unmarshal(data, &m) != nil:
		refuse("the manifest is not one of a cloud assembly")
	}
	return m
}

// describe is what the manifest beside a template says of its stack.
func describe(file string, manifests map[string]Manifest) Source {
	s := Source{File: file}
	beside := filepath.Join(filepath.Dir(file), manifestFile)
	m, seen := manifests[beside]
	if !seen {
		if _, err := os.Stat(beside); err == nil {
			var others Problems // a manifest.json of something else is no matter here
			m = readManifest(beside, &others)
		}
		manifests[beside] = m
	}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		a := m.Artifacts[id]
		if a.Properties.TemplateFile != filepath.Base(file) {
			continue
		}
		// A stack that is called as its artifact has no stackName (fact I8).
		s.Stack, s.ConstructPath = cmp.Or(a.Properties.StackName, id), a.DisplayName
		// A stack for any environment has unknown-account and unknown-region.
		account, region, _ := strings.Cut(strings.TrimPrefix(a.Environment, "aws://"), "/")
		if !strings.HasPrefix(account, "unknown-") {
			s.Account = account
		}
		if !strings.HasPrefix(region, "unknown-") {
			s.Region = region
		}
	}
	return s
}

// maxStacks bounds what nested stacks make of each other, and is CloudFormation's own
// bound of resources in one operation on nested stacks. maxNestedBytes is far over what
// their templates have.
const (
	maxStacks      = 2500
	maxNestedBytes = 64 << 20
)

// addNested reads the templates of nested stacks that are files: CDK writes them
// beside the template that makes them, and before aws cloudformation package or sam
// package they stand where the template says.
func (t *template) addNested(load func(string) ([]byte, error), r *Reading, depth int) {
	for _, id := range t.root.Get("Resources").Names() {
		file := t.nestedFile(id)
		if file == "" || depth > maxDepth {
			continue
		}
		o := t.owner(id, &r.Unresolved)
		if made := o.stands(); made != yes {
			t.missing[id] = true
			if made == no {
				o.off(&r.Off)
			}
			continue
		}
		s := Source{File: filepath.Join(filepath.Dir(t.File), file), Account: t.Account, Region: t.Region}
		if t.within(s.File) || len(*t.stacks) >= maxStacks {
			t.missing[id] = true
			o.add(t.resource(id), "", document.OneLine(s.File), "the nested stacks are nested without an end",
				"nest another template")
			continue
		}
		root, wrong := readRoot(s.File, load)
		if wrong != nil {
			if _, err := load(s.File); !errors.Is(err, fs.ErrNotExist) {
				t.missing[id] = true
				r.Unresolved = append(r.Unresolved, *wrong)
			}
			continue
		}
		s.Stack = t.Stack + "/" + id
		if t.ConstructPath != "" {
			s.ConstructPath = t.ConstructPath + "/" + id
		}
		nested := newTemplate(s, root, t.options, t.stacks, t.budget)
		nested.parent, nested.nestedID = t, id
		t.nested[id] = nested
		*t.stacks = append(*t.stacks, nested)
		nested.expand(&r.Unresolved)
		nested.addNested(load, r, depth+1)
	}
}

// nestedFile is the file of a nested stack's template, relative to the folder of t,
// "" where it is none.
func (t *template) nestedFile(id string) string {
	kind := t.kind(id)
	if kind != stackType && kind != applicationType {
		return ""
	}
	if asset, ok := t.resource(id).Get("Metadata").Get("aws:asset:path").String(); ok && inside(asset) {
		return asset
	}
	file, ok := t.property(id, elsewhere[kind]).String()
	if file = filepath.FromSlash(file); !ok || strings.Contains(file, ":") || !inside(filepath.Clean(file)) {
		return ""
	}
	return filepath.Clean(file)
}

// within reports whether t is made of a file, or is within a stack that is.
func (t *template) within(file string) bool {
	for ; t != nil; t = t.parent {
		if filepath.Clean(t.File) == file {
			return true
		}
	}
	return false
}
