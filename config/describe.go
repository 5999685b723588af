package config

import "strings"

// Key is what the JSON Schema of environment files says of a key.
type Key struct {
	// Description is what the key means, with its default.
	Description string
	// Type is string, integer, number, boolean, array or object.
	Type string
}

// Describe returns what the schema says of the key at a YAML path without indices, such
// as events.starts, and false where it has none.
func Describe(path string) (key Key, known bool) {
	s := compiled()
	for _, part := range strings.Split(path, ".") {
		if s.Items2020 != nil {
			s = s.Items2020
		}
		if s = s.Properties[part]; s == nil {
			return Key{}, false
		}
	}
	return Key{Description: s.Description, Type: s.Types.ToStrings()[0]}, true
}
