package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

func names(environments []Environment) []string {
	var out []string
	for _, e := range environments {
		out = append(out, e.Name)
	}
	return out
}

// shipped are the environments of the repository. There may be others beside them.
var shipped = []string{"dev", "local", "prod", "staging"}

// filesIn are the names of the environment files in a folder.
func filesIn(t *testing.T, dir string) (found []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		found = append(found, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	slices.Sort(found)
	return found
}

func TestLoadReadsEveryEnvironment(t *testing.T) {
	t.Parallel()
	environments, err := Load("environments", "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(filesIn(t, "environments"), names(environments)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, name := range shipped {
		if !slices.Contains(names(environments), name) {
			t.Errorf("no environment %s", name)
		}
	}
	for _, e := range environments {
		if !slices.Contains(shipped, e.Name) {
			continue
		}
		if want := "predictions-" + e.Name; e.Endpoint.Name != want {
			t.Errorf("%s: its endpoint is named %s, want %s", e.Name, e.Endpoint.Name, want)
		}
	}
}

func TestLoadReadsOnlyTheSelected(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"prod.yaml": environment(t), "broken.yaml": "nonsense", "other.yml": "", "1.yaml": ""})
	environments, err := Load(dir, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"prod"}, names(environments)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLoadFindsOneMoreFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("environments")); err != nil {
		t.Fatal(err)
	}
	prod, err := os.ReadFile(filepath.Join(dir, "prod.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "one-more.yaml", string(prod))
	environments, err := Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(filesIn(t, dir), names(environments)); diff != "" || !slices.Contains(filesIn(t, dir), "one-more") {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLoadSortsByName(t *testing.T) {
	t.Parallel()
	file := environment(t)
	environments, err := Load(folder(t, map[string]string{"a-b.yaml": file, "a.yaml": file, ".hidden.yaml": "nonsense", "notes.txt": ""}), "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "a-b"}, names(environments)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	file := environment(t)
	for name, test := range map[string]struct {
		files    map[string]string
		selected string
		want     []string
	}{
		"no file":                 {nil, "", []string{`DIR: no environment is here; add a file such as prod.yaml`}},
		"no file for a selection": {nil, "prod", []string{`DIR: no environment is here; add a file such as prod.yaml`}},
		"an unknown environment": {
			map[string]string{"dev.yaml": file, "prod.yaml": file}, "qa",
			[]string{`DIR: got "qa": there is no such environment; there are dev, prod`},
		},
		"a misspelt environment": {
			map[string]string{"dev.yaml": file, "prod.yaml": file}, "prd",
			[]string{`DIR: got "prd": there is no such environment; did you mean prod? there are dev, prod`},
		},
		"a selection that leaves the folder": {
			map[string]string{"dev.yaml": file}, "../dev",
			[]string{`DIR: got "../dev": there is no such environment; there are dev`},
		},
		"another ending": {
			map[string]string{"dev.yaml": file, "prod.yml": file}, "",
			[]string{`DIR/prod.yml: an environment's file ends in .yaml; rename it to prod.yaml`},
		},
		"another ending selected": {
			map[string]string{"dev.yaml": file, "prod.yml": file}, "prod",
			[]string{`DIR/prod.yml: an environment's file ends in .yaml; rename it to prod.yaml`},
		},
		"a name that no Stage can have": {
			map[string]string{"1st.yaml": file, "pre_prod.yaml": file}, "",
			[]string{
				`DIR/1st.yaml: got "1st": a file's name is its environment's: a letter, then letters, digits and hyphens; rename it, such as prod-eu.yaml`,
				`DIR/pre_prod.yaml: got "pre_prod": a file's name is its environment's: a letter, then letters, digits and hyphens; rename it, such as prod-eu.yaml`,
			},
		},
		"mistakes in several files": {
			map[string]string{
				"b.yaml": strings.ReplaceAll(file, "minCapacity: 2", "minCapacity: 0"),
				"a.yaml": strings.ReplaceAll(file, "startTime: 5m", "startTime: 5"),
				"c.yaml": "",
			}, "",
			[]string{
				"DIR/a.yaml:15:14: capacity.startTime: got 5: a duration needs its unit; write 5s for seconds or 5m for minutes",
				"DIR/b.yaml:17:16: scaling.minCapacity: got 0: ",
				`DIR/c.yaml:1:1: the file is empty; begin with "account:"; the environments beside it show the rest`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, test.files)
			environments, err := Load(dir, test.selected)
			if err == nil {
				t.Fatalf("no error, but %v", names(environments))
			}
			if environments != nil {
				t.Errorf("environments came beside the error: %v", names(environments))
			}
			lines := strings.Split(strings.ReplaceAll(err.Error(), dir, "DIR"), "\n")
			if len(lines) != len(test.want) {
				t.Fatalf("got %d lines, want %d:\n%s", len(lines), len(test.want), err)
			}
			for i, want := range test.want {
				if lines[i] != want && !(strings.HasSuffix(want, ": ") && strings.HasPrefix(lines[i], want)) {
					t.Errorf("got  %s\nwant %s", lines[i], want)
				}
			}
		})
	}
}

func TestLoadRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "prod.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, ""); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a folder: got %v", err)
	}
	if _, err := Load(filepath.Join(dir, "missing"), ""); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a missing folder: got %v", err)
	}
}

func TestLoadLocal(t *testing.T) {
	t.Parallel()
	environments, err := Load("environments", "local")
	if err != nil {
		t.Fatal(err)
	}
	at := func(n int) *int { return &n }
	want := autoscaling.ScalableTarget{
		ResourceID:  "endpoint/predictions-local/variant/main",
		Dimension:   autoscaling.VariantInstanceCount,
		MinCapacity: 2,
		MaxCapacity: 12,
		Policies: []autoscaling.TargetTrackingPolicy{{
			Name:             "invocations-per-instance",
			Metric:           autoscaling.VariantInvocationsPerInstance,
			TargetValue:      4200,
			ScaleOutCooldown: time.Minute,
			ScaleInCooldown:  5 * time.Minute,
		}},
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "evening-floor", Schedule: "cron(30 17 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: at(4)},
			{Name: "evening-release", Schedule: "cron(30 23 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: at(2)},
			{Name: "final-floor", Schedule: "at(2027-05-29T18:00:00)", Timezone: "Europe/London", MinCapacity: at(10)},
			{Name: "final-release", Schedule: "at(2027-05-30T08:00:00)", Timezone: "Europe/London", MinCapacity: at(2)},
		},
	}
	if diff := cmp.Diff(want, environments[0].ProductionVariants()[0].ScalableTarget()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// environment is a file without a mistake, as short as one can be.
func environment(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("testdata/valid/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, dir, name, text)
	}
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
