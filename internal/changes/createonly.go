package changes

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed createonly.json
var createOnlyJSON []byte

// schemas is createonly.json: by resource type the paths of the properties whose
// change makes CloudFormation replace the resource.
type schemas struct {
	Source, Date string
	Types        map[string][]string
}

var readSchemas = sync.OnceValue(func() schemas {
	var s schemas
	if err := json.Unmarshal(createOnlyJSON, &s); err != nil {
		panic("createonly.json: " + err.Error()) // a fault of the build: the file is embedded
	}
	return s
})

// createOnly returns the paths of a type's create-only properties, such as
// DnsOptions/PrivateDnsPreference, and whether the type is known.
func createOnly(kind string) (paths []string, known bool) {
	if custom(kind) {
		return []string{"ServiceToken"}, true
	}
	paths, known = readSchemas().Types[kind]
	return paths, known
}

// custom says whether a program of the template's own makes the resource. What it
// does with an update is not in the template.
func custom(kind string) bool {
	return strings.HasPrefix(kind, "Custom::") || kind == "AWS::CloudFormation::CustomResource"
}
