package main

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
)

var (
	update = flag.Bool("update", false, "renew testdata")
	hash   = regexp.MustCompile(`[0-9a-f]{64}(:\d{12}-[a-z0-9-]+-[0-9a-f]{8})?|[0-9a-f]{32}\b`)
)

// TestTemplates compares each stack's template with its file in testdata, without what changes
// by itself: hashes of assets, with the destination that a pipeline publishes them to, and of a
// function's version, and CDK's check of the bootstrapping.
func TestTemplates(t *testing.T) {
	defer jsii.Close()
	var settings struct{ Context map[string]any }
	if text, err := os.ReadFile("cdk.json"); err != nil || json.Unmarshal(text, &settings) != nil {
		t.Fatal("cdk.json cannot be read: ", err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Context: &settings.Context, Outdir: jsii.String(t.TempDir())})
	build(app)
	for _, stack := range *app.Synth(nil).StacksRecursively() {
		template := stack.Template().(map[string]any)
		delete(template, "Rules")
		delete(template["Parameters"].(map[string]any), "BootstrapVersion")
		text, _ := json.MarshalIndent(template, "", "  ")
		got := hash.ReplaceAllString(string(text)+"\n", "HASH")
		file := "testdata/" + *stack.StackName() + ".json"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s (-), the template (+); renew it by -update: %v\n%s", file, err, diff)
		}
	}
}
