package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLoadBalancerDefaults: production is protected and logged without asking.
func TestLoadBalancerDefaults(t *testing.T) {
	t.Parallel()
	on := Frontend{DeletionProtection: true, AccessLogs: &AccessLogs{RetentionDays: 90}}
	for _, test := range []struct {
		name       string
		production bool
		said, want Frontend
	}{
		{"nothing said", false, Frontend{}, Frontend{}},
		{"nothing said, in production", true, Frontend{}, on},
		{"both asked for", false, Frontend{DeletionProtection: true, AccessLogs: &AccessLogs{}}, on},
		{"another retention", true, Frontend{AccessLogs: &AccessLogs{RetentionDays: 7}},
			Frontend{DeletionProtection: true, AccessLogs: &AccessLogs{RetentionDays: 7}}},
		{"a bucket that stands", true, Frontend{AccessLogs: &AccessLogs{Bucket: "logs"}},
			Frontend{DeletionProtection: true, AccessLogs: &AccessLogs{Bucket: "logs"}}},
	} {
		if diff := cmp.Diff(test.want, test.said.withLoadBalancerDefaults(test.production)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

// TestLoadBalancerKeys: what a file says arrives.
func TestLoadBalancerKeys(t *testing.T) {
	t.Parallel()
	file := environment(t)
	if strings.Count(file, "\nfrontend:\n") != 1 {
		t.Fatal("the environment of the tests has no frontend")
	}
	file = strings.Replace(file, "\nfrontend:\n", "\nfrontend:\n  deletionProtection: true\n  accessLogs: {bucket: predictions-logs}\n", 1)
	loaded, err := Load(folder(t, map[string]string{"a.yaml": file}), "a")
	if err != nil {
		t.Fatal(err)
	}
	if f := loaded[0].Frontend; !f.DeletionProtection || f.AccessLogs == nil || *f.AccessLogs != (AccessLogs{Bucket: "predictions-logs"}) {
		t.Errorf("got %v, %+v", f.DeletionProtection, f.AccessLogs)
	}
}
