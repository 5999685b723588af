package scaling

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// fill writes properties, which have CloudFormation's names, into the props of a
// generated L1 construct, which have CDK's: the same with a small first letter.
// Objects inside become maps, which the construct takes in place of its structs.
func fill[Props any](properties map[string]any) *Props {
	data, err := json.Marshal(properties)
	var plain any
	if err == nil {
		err = json.Unmarshal(data, &plain)
	}
	if err == nil {
		data, err = json.Marshal(camelCase(plain))
	}
	props := new(Props)
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(props)
	}
	if err != nil {
		panic(fmt.Errorf("%T cannot be filled: %w", *props, err)) // the model renders no such property
	}
	return props
}

// camelCase returns v with a small first letter in the keys of all its objects.
func camelCase(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[strings.ToLower(key[:1])+key[1:]] = camelCase(value)
		}
		return out
	case []any:
		for i := range v {
			v[i] = camelCase(v[i])
		}
	}
	return v
}
