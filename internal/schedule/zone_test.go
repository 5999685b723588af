package schedule_test

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

func TestParseZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"UTC", "Etc/UTC", "Etc/GMT+9", "Pacific/Tahiti", "America/New_York", "America/Argentina/Buenos_Aires",
		"Australia/Lord_Howe", "US/Eastern", "EST5EDT", "Asia/Calcutta",
	} {
		loc, err := schedule.ParseZone(name)
		if err != nil || loc.String() != name {
			t.Errorf("ParseZone(%q) is %v, %v", name, loc, err)
		}
	}
	if loc, err := schedule.ParseZone(""); err != nil || loc != time.UTC {
		t.Errorf("the default is %v, %v", loc, err)
	}
}

func TestParseZoneProblems(t *testing.T) {
	t.Parallel()
	for name, fix := range map[string]string{
		"Local":                 "write the zone's own name, such as Europe/London, Local is another on every machine",
		"europe/london":         "write Europe/London",
		" Europe/London":        "write Europe/London",
		"London":                "write Europe/London",
		"Europe/Lodon":          "write Europe/London",
		"posix/Europe/London":   "write Europe/London",
		"new york":              "write America/New_York",
		"Europe/New_York":       "write America/New_York",
		"America/Newyork":       "write America/New_York",
		"Seul":                  "write Asia/Seoul",
		"Asia/Soul":             "write Asia/Seoul",
		"Istanbul":              "write Asia/Istanbul or Europe/Istanbul",
		"utc":                   "write UTC",
		"Z":                     "write UTC",
		"kst":                   "write Asia/Seoul",
		"PST":                   "write America/Los_Angeles",
		"UTC+9":                 "write a place such as Europe/London, or Etc/GMT-9, whose sign is inverted",
		"GMT-05:00":             "write a place such as Europe/London, or Etc/GMT+5, whose sign is inverted",
		"+05:30":                "write a place such as Europe/London or Asia/Kolkata",
		"GMT+25":                "write a place such as Europe/London or Asia/Kolkata",
		"America":               "write for instance Europe/London, Asia/Seoul or UTC",
		"Mars/Olympus":          "write for instance Europe/London, Asia/Seoul or UTC",
		"Eastern Standard Time": "write for instance Europe/London, Asia/Seoul or UTC",
		"Factory":               "write for instance Europe/London, Asia/Seoul or UTC",
		"../etc/localtime":      "write for instance Europe/London, Asia/Seoul or UTC",
		"世界":                    "write for instance Europe/London, Asia/Seoul or UTC",
	} {
		loc, err := schedule.ParseZone(name)
		want := problem.Problem{Path: "Timezone", Got: problem.Value(name), Rule: "this is not a time zone of the IANA database", Fix: fix}.String()
		if got := problem.From(err).In("Timezone").Error(); got != want || loc != nil {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}

// zonesFrom is the Go release whose names zones.txt has.
const zonesFrom = "go1.26.8"

func TestZones(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(text))
	if !slices.IsSorted(names) {
		t.Error("zones.txt is not sorted")
	}
	for _, name := range names {
		if _, err := schedule.ParseZone(name); err != nil {
			t.Error(err)
		}
	}
	if runtime.Version() != zonesFrom {
		return // another release may know more
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal("Go is installed without its time zones: ", err)
	}
	defer archive.Close()
	var expected []string
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") && f.Name != "Factory" { // Factory stands for an unset zone
			expected = append(expected, f.Name)
		}
	}
	slices.Sort(expected)
	if diff := cmp.Diff(expected, names); diff != "" {
		t.Error("zones.txt has not the names of Go's lib/time/zoneinfo.zip: ", diff)
	}
}
