package problem

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// A value that is known only at deployment, such as a parameter of the stack, is a
// token in CDK: a text or the one element of a list that CDK replaces, or a number of
// a range that nobody uses. The forms are those of CDK's encoding.ts; a number token that
// was printed is a text token too.
var (
	textToken = regexp.MustCompile(`\$\{Token\[[A-Za-z0-9:._-]+\]\}|-1\.\d{10,16}e\+289`)
	listToken = regexp.MustCompile(`^#\{Token\[[A-Za-z0-9:._-]+\]\}$`)
)

// numberToken is the upper 16 bits of a number that is a token.
const numberToken = 0xFBFF

// Unresolved reports whether text holds a token: it is not known at synthesis, or not
// all of it.
func Unresolved(text string) bool { return textToken.MatchString(text) }

// MapKnown returns text with f applied to what is known of it, and its tokens as they
// are.
func MapKnown(text string, f func(string) string) string {
	var b strings.Builder
	end := 0
	for _, at := range textToken.FindAllStringIndex(text, -1) {
		b.WriteString(f(text[end:at[0]]))
		b.WriteString(text[at[0]:at[1]])
		end = at[1]
	}
	b.WriteString(f(text[end:]))
	return b.String()
}

// FillUnresolved returns text with value in place of each token.
func FillUnresolved(text, value string) string { return textToken.ReplaceAllLiteralString(text, value) }

// AddUnresolved appends that the text at path is a token, which synthesis cannot use
// because of why. The token itself is not shown: another synthesis numbers it otherwise.
func (ps *List) AddUnresolved(path, why string) {
	ps.Add(path, nil, "the value is known only at deployment, and "+why, "give a plain text")
}

// UnresolvedNumbers returns a problem for each number in v that is a token, and for
// each list of texts that is one, by its field path. It looks into structs, slices, maps
// and pointers, and not into constructs.
//
// CDK hands a number token out as a float64. A conversion to an integer, which Go leaves
// to the processor, makes the least integer of it.
func UnresolvedNumbers(v any) List {
	var ps List
	visit("", reflect.ValueOf(v), func(path string, v reflect.Value) {
		switch {
		case v.CanFloat() && math.Float64bits(v.Float())>>48 == numberToken, v.CanInt() && v.Int() == math.MinInt64:
			ps.Add(path, nil, "the value is known only at deployment, and numbers such as capacities are judged at synthesis",
				"give a plain number")
		case v.Kind() == reflect.String && listToken.MatchString(v.String()):
			path, _ = strings.CutSuffix(path, "[0]")
			ps.Add(path, nil, "how many values there are is known only at deployment", "give each by itself, by Fn_Select")
		}
	})
	return ps
}

// UnresolvedTexts returns a problem for each text in v that holds a token, as
// UnresolvedNumbers does for numbers.
func UnresolvedTexts(v any, why string) List {
	var ps List
	visit("", reflect.ValueOf(v), func(path string, v reflect.Value) {
		if v.Kind() == reflect.String && Unresolved(v.String()) {
			ps.AddUnresolved(path, why)
		}
	})
	return ps
}

// construct is implemented by everything that CDK makes.
type construct interface{ ToString() *string }

// visit calls f with each number and text in v, the keys of maps among them.
func visit(path string, v reflect.Value, f func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		if _, is := v.Interface().(construct); !is {
			visit(path, v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				visit(strings.TrimPrefix(path+"."+field.Name, "."), v.Field(i), f)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			visit(fmt.Sprintf("%s[%d]", path, i), v.Index(i), f)
		}
	case reflect.Map:
		for _, key := range sortedKeys(v) {
			at := fmt.Sprintf("%s[%q]", path, key.String())
			f(at, key)
			visit(at, v.MapIndex(key), f)
		}
	default:
		f(path, v)
	}
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}
