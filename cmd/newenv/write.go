package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// layout has the keys of the file in its order.
var layout = []string{
	"account", "region", "network.newVpc.cidr", "network.newVpc.availabilityZones", "model.image", "model.modelDataUrl",
	"endpoint.name", "variant.instanceType", "capacity.requestsPerSecondPerInstance", startTimePath,
	minPath, maxPath, cooldownPath, "events", certificatePath, plainHTTPPath, "tags.environment",
}

const (
	startTimePath = "capacity.startTime"
	cooldownPath  = "scaling.scaleInCooldown"
)

// yaml writes the file, with what each key means. schema is where the file's JSON Schema
// is, as seen from it, "" for none.
func (d *draft) yaml(schema string) []byte {
	var p page
	if schema != "" {
		p.line("# yaml-language-server: $schema=%s\n#", schema)
	}
	p.comment("", "Editors complete the other keys, and say what each means, by the JSON Schema.")
	p.line("")
	values := maps.Clone(d.values)
	values["tags.environment"] = d.values[namePath]
	values[cooldownPath] = cooldown(d.values[startTimePath])
	var open []string // the mapping that is being written
	for _, path := range layout {
		parts := strings.Split(path, ".")
		switch {
		case path == "events":
			p.events(d.events)
		case values[path] != "":
			for i := range parts {
				if i < len(parts)-1 && len(open) > i && slices.Equal(open[:i+1], parts[:i+1]) {
					continue
				}
				if i == 0 && path != "account" {
					p.line("")
				}
				p.key(strings.Repeat("  ", i), strings.Join(parts[:i+1], "."), parts[i], i == len(parts)-1, values[path])
			}
			open = parts[:len(parts)-1]
		}
	}
	return []byte(p.String())
}

// cooldown makes a scale-in wait as long as an instance takes to start, where the
// default is shorter.
func cooldown(startTime string) string {
	const otherwise = 5 * time.Minute
	if start, err := time.ParseDuration(startTime); err != nil || start <= otherwise {
		return ""
	}
	return startTime
}

type page struct{ strings.Builder }

func (p *page) line(format string, values ...any) { fmt.Fprintf(p, format+"\n", values...) }

func (p *page) comment(indent, words string) {
	for _, line := range cli.Wrap(strings.Fields(words), cli.Columns, indent+"# ") {
		p.line("%s", line)
	}
}

// key writes a key with what it means, and its value unless it is a mapping.
func (p *page) key(indent, path, key string, leaf bool, value string) {
	if words := meaning(path); words != "" {
		p.comment(indent, words)
	}
	if leaf {
		p.line("%s%s: %s", indent, key, written(path, value))
	} else {
		p.line("%s%s:", indent, key)
	}
}

// events writes the list of events. What their keys mean stands with the first.
func (p *page) events(all []event) {
	if len(all) == 0 {
		return
	}
	p.line("")
	p.key("", "events", "events", false, "")
	for i, e := range all {
		if len(e.keys) == 0 {
			p.line("  - {}")
		}
		for j, key := range e.keys {
			if words := meaning("events." + key); i == 0 && words != "" {
				p.comment(strings.Repeat(" ", min(2+2*j, 4)), words)
			}
			indent := "    "
			if j == 0 {
				indent = "  - "
			}
			p.line("%s%s: %s", indent, key, written("events."+key, e.values[key]))
		}
	}
}

// written is an answer as YAML has a value of its key: a number is not quoted, a text
// only where it would be another value, and a list is in brackets.
func written(path, answer string) string {
	key, _ := config.Describe(path)
	switch key.Type {
	case "integer", "number", "boolean":
		if number.MatchString(answer) || answer == "true" || answer == "false" {
			return answer
		}
	case "array":
		items := strings.Split(strings.Trim(answer, "[]"), ",")
		for i, item := range items {
			items[i] = scalar(strings.TrimSpace(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return scalar(answer)
}

var (
	number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	// token is what YAML takes for one value, whatever stands beside it.
	token = regexp.MustCompile(`^[A-Za-z0-9][\w./:@+-]*$`)
)

// unquoted is an answer without the quotes that the file has around it.
func unquoted(answer string) string {
	if text, err := strconv.Unquote(answer); err == nil && answer[0] == '"' {
		return text
	}
	return answer
}

func scalar(text string) string {
	if !token.MatchString(text) || strings.HasSuffix(text, ":") {
		return strconv.Quote(text)
	}
	out, err := (&document.Node{Kind: document.Scalar, Text: text, Scalar: text}).YAML()
	if err != nil {
		return strconv.Quote(text)
	}
	return strings.TrimSpace(string(out))
}

// schemaOf is where the JSON Schema is, as seen from an environment file; "" where it is
// not in the folder above.
func schemaOf(file string) string {
	const above = "../environment.schema.json"
	if _, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(above))); err != nil {
		return ""
	}
	return above
}
