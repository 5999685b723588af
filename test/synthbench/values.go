package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// values are what the programs make an assembly of.
type values struct {
	// dir has the environment files, and file what the twin reads of them.
	dir, file string
	// context is the context of the app, as the CDK CLI passes it on.
	context      string
	environments []config.Environment
}

// newValues makes so many copies of the environment dev in a folder, each with an endpoint
// of its own.
func newValues(dir string, n int) (*values, error) {
	dev, err := os.ReadFile("config/environments/dev.yaml")
	if err != nil {
		return nil, err
	}
	v := &values{dir: dir}
	v.file = filepath.Join(v.dir, "twin.json")
	files := filepath.Join(v.dir, "environments")
	if err := os.MkdirAll(files, 0o755); err != nil {
		return nil, err
	}
	for i := range n {
		name := fmt.Sprintf("e%d", i+1)
		text := strings.NewReplacer("predictions-dev", "predictions-"+name, "environment: dev", "environment: "+name).
			Replace(string(dev))
		if err := os.WriteFile(filepath.Join(files, name+".yaml"), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	if v.environments, err = config.Load(files, ""); err != nil {
		return nil, err
	}
	v.context, err = contextOf("cdk.json", files)
	return v, err
}

// out is the folder of the assembly of a program.
func (v *values) out(program int) string { return filepath.Join(v.dir, fmt.Sprint("out", program)) }

// contextOf is the context of cdk.json, with what the CDK CLI adds and the folder of the
// environments.
func contextOf(file, environments string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var app struct{ Context map[string]any }
	if err := json.Unmarshal(data, &app); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	app.Context["environments"] = environments
	app.Context["aws:cdk:enable-path-metadata"] = true
	app.Context["aws:cdk:enable-asset-metadata"] = true
	out, err := json.Marshal(app.Context)
	return string(out), err
}

// twin is an Environment of environment.ts.
type twin struct {
	Name         string   `json:"name"`
	Account      string   `json:"account"`
	Region       string   `json:"region"`
	CIDR         string   `json:"cidr"`
	Zones        []string `json:"zones"`
	Subnets      []subnet `json:"subnets"`
	Image        string   `json:"image"`
	Bucket       string   `json:"bucket"`
	Key          string   `json:"key"`
	Endpoint     string   `json:"endpoint"`
	InstanceType string   `json:"instanceType"`
	Certificate  string   `json:"certificate"`
	Code         string   `json:"code"`
	Monitoring   string   `json:"monitoring"`
	Scaling      string   `json:"scaling"`
}

type subnet struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// write writes what the twin reads, with the values of the app's assembly, which it copies.
func (v *values) write(assembly string) error {
	var twins []twin
	code := filepath.Join(v.dir, "code")
	if err := copyCode(assembly, code); err != nil {
		return err
	}
	for _, e := range v.environments {
		bucket, key, _ := strings.Cut(strings.TrimPrefix(e.Model.ModelDataURL, "s3://"), "/")
		t := twin{
			Name: e.Name, Account: e.Account, Region: e.Region, CIDR: e.Network.NewVPC.CIDR,
			Image: e.Model.Image, Bucket: bucket, Key: key, Endpoint: e.Endpoint.Name,
			InstanceType: e.Variant.InstanceType, Certificate: e.Frontend.CertificateARN, Code: code,
		}
		for _, zone := range e.Network.NewVPC.Subnets() {
			t.Zones = append(t.Zones, zone.Zone)
			t.Subnets = append(t.Subnets, subnet{zone.Public.CIDR, zone.Private.CIDR})
		}
		for part, into := range map[string]*string{"monitoring": &t.Monitoring, "inference": &t.Scaling} {
			found, err := filepath.Glob(filepath.Join(assembly, "assembly-"+e.Name, e.Name+part+"*.template.json"))
			if err != nil {
				return err
			}
			if len(found) != 1 {
				return fmt.Errorf("%s: got %d templates of the stack %s of %s, want 1", assembly, len(found), part, e.Name)
			}
			*into = filepath.Join(v.dir, filepath.Base(found[0]))
			data, err := os.ReadFile(found[0])
			if err == nil {
				err = os.WriteFile(*into, data, 0o644)
			}
			if err != nil {
				return err
			}
		}
		twins = append(twins, t)
	}
	data, err := json.Marshal(twins)
	if err != nil {
		return err
	}
	return os.WriteFile(v.file, data, 0o644)
}

// copyCode copies the gateway's asset, which the twin does not compile.
func copyCode(assembly, to string) error {
	found, err := filepath.Glob(filepath.Join(assembly, "asset.*", "bootstrap"))
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fmt.Errorf("%s: got %d programs of the gateway, want 1", assembly, len(found))
	}
	return os.CopyFS(to, os.DirFS(filepath.Dir(found[0])))
}
