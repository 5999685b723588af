package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// season is so many matches, every third day from January on, at different times.
func season(n, year int) string {
	var lines strings.Builder
	for i := range n {
		day := time.Date(year, 1, 2+3*i, 12+i%9, i*7%60, 0, 0, time.UTC)
		fmt.Fprintf(&lines, "  - {name: match-%d-%d, timezone: UTC, starts: %s, ends: %s, peakInstances: %d}\n",
			year, i, day.Format("2006-01-02T15:04"), day.Add(2*time.Hour).Format("2006-01-02T15:04"), 3+i%9)
	}
	return lines.String()
}

// TestPruneOverQuota: a file that is over the quota of scheduled actions does
// not load, and is pruned all the same.
func TestPruneOverQuota(t *testing.T) {
	t.Parallel()
	const tooMany = "the events need "
	for _, test := range []struct {
		name       string
		past, left int
		said       string
	}{
		{"what is left fits", 60, 20, ""},
		{"what is left is still over", 20, 80, "what is left is still over the quota, and is not deployed: FILE:"},
		{"nothing is over", 0, 80, "FILE:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			left := "events:\n" + season(test.left, 2028)
			dir, file := folder(t, "events:\n"+season(test.past, 2026)+season(test.left, 2028))
			if _, err := config.Load(dir, "prod"); !config.OverQuota(err) {
				t.Fatalf("got %v, want too many scheduled actions and nothing else", err)
			}
			var out bytes.Buffer
			err := prune(&out, dir, "prod", noon, false)
			if !strings.Contains(read(t, file), "\n"+left+"frontend:") || strings.Contains(read(t, file), "match-2026") {
				t.Errorf("left is\n%s", read(t, file))
			}
			if removed := strings.Contains(out.String(), "removed from"); removed != (test.past > 0) {
				t.Errorf("got %s", &out)
			}
			if test.said == "" {
				if err != nil {
					t.Fatal(err)
				}
				load(t, dir)
				return
			}
			if err == nil || !config.OverQuota(err) ||
				!strings.HasPrefix(strings.ReplaceAll(err.Error(), file, "FILE"), test.said) ||
				!strings.Contains(err.Error(), tooMany) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestPruneOverQuotaAndMore: another problem is no matter of events that are over.
func TestPruneOverQuotaAndMore(t *testing.T) {
	t.Parallel()
	dir, file := folder(t, "events:\n"+season(60, 2026)+season(20, 2028)+"tgas: {a: b}\n")
	text := read(t, file)
	err := prune(&bytes.Buffer{}, dir, "prod", noon, false)
	if err == nil || config.OverQuota(err) || !strings.Contains(err.Error(), "tgas") ||
		!strings.Contains(err.Error(), "the events need ") {
		t.Errorf("got %v", err)
	}
	if read(t, file) != text {
		t.Error("the file was changed")
	}
}
