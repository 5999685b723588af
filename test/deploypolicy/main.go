// Deploypolicy writes the IAM policies that CloudFormation's execution role needs to deploy
// an environment: for `cdk bootstrap --cloudformation-execution-policies`, in place of
// AdministratorAccess. The actions are those that the resource schemas of CloudFormation
// name for the types in the templates. docs/deploying.md says how to use them.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

func main() {
	env := flag.String("env", "prod", "environment whose account, region and names the policies have")
	environments := flag.String("environments", "config/environments", "folder of the environment files")
	templates := flag.String("templates", "test/snapshots/*/*.json", "templates whose types may be deployed, as a pattern")
	out := flag.String("out", "bin/deploy-policy", "folder that the policies are written to")
	flag.Parse()
	if err := run(*env, *environments, *templates, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(env, environments, templates, out string) error {
	files, err := generate(".", env, environments, templates)
	if err != nil {
		return err
	}
	if err := write(out, files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Println(filepath.Join(out, f.name))
	}
	return nil
}

// file is a policy as it is written.
type file struct {
	name string
	data []byte
}

// generate returns the policies of an environment. root is the checkout, with its .venv.
func generate(root, env, environments, templates string) ([]file, error) {
	loaded, err := config.Load(environments, env)
	if err != nil {
		return nil, err
	}
	used, err := readTemplates(templates)
	if err != nil {
		return nil, err
	}
	actions, err := schemaActions(root, used.types)
	if err != nil {
		return nil, err
	}
	e := loaded[0]
	documents, err := split(statements(actions, used.principals, strings.NewReplacer(
		"{partition}", settings.Partition(e.Region), "{region}", e.Region, "{account}", e.Account,
		"{environment}", e.Name, "{bucket}", strings.ToLower(e.Name))))
	if err != nil {
		return nil, err
	}
	var files []file
	for i, d := range documents {
		data, err := json.MarshalIndent(d, "", "  ")
		if err != nil {
			return nil, err
		}
		files = append(files, file{fmt.Sprintf("%d.json", i+1), append(data, '\n')})
	}
	return files, nil
}

// write makes files all that a folder holds of policies.
func write(dir string, files []file) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	before, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, name := range before {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// size is how many characters of a policy count for AWS's limit: all but white space.
func size(d document) (int, error) {
	data, err := json.Marshal(d)
	return len(bytes.TrimSpace(data)), err
}
