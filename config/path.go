package config

import (
	"fmt"
	"regexp"
	"strings"
)

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// keyPath is the YAML path of a key: parent.key, or parent["key"] for a key
// that would be misread, such as a tag's a.b.
func keyPath(parent, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return fmt.Sprintf("%s[%q]", parent, key)
	case parent == "":
		return key
	default:
		return parent + "." + key
	}
}

// itemPath is the YAML path of a list's entry.
func itemPath(parent string, i int) string { return fmt.Sprintf("%s[%d]", parent, i) }

// within reports whether path is outer or lies below it.
func within(path, outer string) bool {
	rest, found := strings.CutPrefix(path, outer)
	return found && (rest == "" || outer == "" || rest[0] == '.' || rest[0] == '[')
}
