// Package rooms_test compares the module with docs/architecture.md: which room
// there is, which may import which, and where things are found.
package rooms_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	module  = "github.com/sagemaker-autoscaling-inference/cdk"
	page    = "docs/architecture.md"
	root    = "../.."
	maxRows = 30

	cdk    = "CDK"    // stands for awscdk, constructs and jsii
	all    = "all"    // stands for every room but the ones in test/
	app    = "app.go" // stands for the package at the root
	nested = "/..."   // ends the name of a room that its folders belong to
)

// room is one row of the page's table.
type room struct {
	name string
	line int // of the page
	may  []string
}

// covers says whether the package in folder belongs to the room.
func (r room) covers(folder string) bool { return covers(r.name, folder) }

func covers(name, folder string) bool {
	if outer, ok := strings.CutSuffix(name, nested); ok {
		return folder == outer || strings.HasPrefix(folder, outer+"/")
	}
	return name == folder
}

// allows says whether a package of the room may import what stands in folder.
func (r room) allows(folder string) bool {
	return r.covers(folder) || slices.ContainsFunc(r.may, func(name string) bool {
		return name == all && folder != cdk && !covers("test"+nested, folder) || covers(name, folder)
	})
}

func TestRooms(t *testing.T) {
	t.Parallel()
	rooms := table(t)
	if len(rooms) > maxRows {
		t.Errorf("%s:%d: got %d rows: at most %d rooms can be kept in mind; join two",
			page, rooms[maxRows].line, len(rooms), maxRows)
	}
	found := packages(t)
	for i, r := range rooms {
		if j := slices.IndexFunc(rooms, func(o room) bool { return o.name == r.name }); j < i {
			t.Errorf("%s:%d: %q has a row in line %d already; remove one", page, r.line, r.name, rooms[j].line)
		}
		if !slices.ContainsFunc(found, func(p goPackage) bool { return r.covers(p.folder()) }) {
			t.Errorf("%s:%d: no package is in %q; remove the row", page, r.line, r.name)
		}
		for _, name := range r.may {
			known := name == cdk || name == all || slices.ContainsFunc(rooms, func(o room) bool { return o.name == name })
			if !known {
				t.Errorf("%s:%d: %q may import %q, which is no room of the table; remove it there", page, r.line, r.name, name)
			}
		}
	}
	for _, p := range found {
		r, known := roomOf(rooms, p.folder())
		if !known {
			t.Errorf("%s:%d: the package in %q belongs to no room; add a row for it below this line", page, rooms[len(rooms)-1].line, p.folder())
			continue
		}
		for _, imported := range p.Imports {
			if folder, ours := folderOf(imported); ours && !r.allows(folder) {
				t.Errorf("%s:%d: %s imports %s, which %q may not, only %q; import it nowhere there, or add %q to the line",
					page, r.line, p.ImportPath, imported, r.name, r.may, folder)
			}
		}
		if slices.Contains(r.may, cdk) {
			continue
		}
		for _, dep := range p.Deps {
			if folder, _ := folderOf(dep); folder == cdk {
				t.Errorf("%s:%d: %s depends on %s, and %q starts no Node.js process; import nothing there that does, or add CDK to the line",
					page, r.line, p.ImportPath, dep, r.name)
			}
		}
	}
}

// TestRoot: the root has the folders that the page names, and no other.
func TestRoot(t *testing.T) {
	t.Parallel()
	line, named := 0, []string{}
	for i, text := range lines(t) {
		if strings.HasPrefix(text, "The root holds ") {
			line = i + 1
			for _, name := range quoted(text) {
				named = append(named, strings.TrimSuffix(name, "/"))
			}
		}
	}
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{app: true}
	for _, file := range strings.Fields(string(out)) {
		if folder, _, in := strings.Cut(file, "/"); in && !strings.HasPrefix(folder, ".") {
			there[folder] = true
		}
	}
	for folder := range there {
		if !slices.Contains(named, folder) {
			t.Errorf("%s:%d: the root has the folder %q, which the line does not name; put its files into another", page, line, folder)
		}
	}
	for _, name := range named {
		if !there[name] {
			t.Errorf("%s:%d: the root has no folder %q; remove it from the line", page, line, name)
		}
	}
}

// TestPaths: every path that the page names exists.
func TestPaths(t *testing.T) {
	t.Parallel()
	path := regexp.MustCompile(`^[\w.*-]+(/[\w.*-]*)+$|\.go$`)
	checked := 0
	for i, text := range lines(t) {
		for _, name := range quoted(text) {
			name = strings.TrimSuffix(name, nested)
			if !path.MatchString(name) {
				continue
			}
			checked++
			if files, err := filepath.Glob(filepath.Join(root, name)); err != nil || len(files) == 0 {
				t.Errorf("%s:%d: there is no %s; name its new place", page, i+1, name)
			}
		}
	}
	if checked < len(table(t)) {
		t.Errorf("got %d paths on the page, want at least its rooms", checked)
	}
}

// table is the page's table of rooms.
func table(t *testing.T) (rooms []room) {
	t.Helper()
	in := false
	for i, text := range lines(t) {
		cells := strings.Split(strings.Trim(text, "| "), "|")
		switch {
		case text == "| room | what it is for | may import |":
			in = true
		case in && !strings.HasPrefix(text, "|"):
			return rooms
		case in && strings.HasPrefix(text, "|---"):
		case in:
			name := quoted(cells[0])
			if len(name) != 1 || len(cells) < 2 || strings.TrimSpace(cells[1]) == "" {
				t.Fatalf("%s:%d: want a room in backticks, what it is for and what it may import", page, i+1)
			}
			r := room{name: name[0], line: i + 1}
			if len(cells) > 2 {
				r.may = strings.Split(strings.NewReplacer("`", "", " ", "").Replace(cells[2]), ",")
			}
			rooms = append(rooms, r)
		}
	}
	t.Fatalf("%s: there is no table with the columns room, what it is for, may import", page)
	return nil
}

func lines(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

// quoted is what stands between backticks.
func quoted(text string) (names []string) {
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			names = append(names, part)
		}
	}
	return names
}

// roomOf is the room of the package in folder: the one whose name is longest.
func roomOf(rooms []room, folder string) (found room, known bool) {
	for _, r := range rooms {
		if r.covers(folder) && len(r.name) > len(found.name) {
			found, known = r, true
		}
	}
	return found, known
}

// folderOf is the folder of an imported package, or CDK, and whether the table
// speaks of it.
func folderOf(path string) (folder string, ours bool) {
	for _, prefix := range []string{"github.com/aws/aws-cdk-go", "github.com/aws/constructs-go", "github.com/aws/jsii-runtime-go"} {
		if strings.HasPrefix(path, prefix) {
			return cdk, true
		}
	}
	return strings.CutPrefix(path, module+"/")
}

type goPackage struct {
	ImportPath    string
	Imports, Deps []string
}

func (p goPackage) folder() string {
	if p.ImportPath == module {
		return app
	}
	return strings.TrimPrefix(p.ImportPath, module+"/")
}

func packages(t *testing.T) (found []goPackage) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"/...").Output()
	if err != nil {
		t.Fatal(fmt.Errorf("go list: %w", err))
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		found = append(found, p)
	}
}
