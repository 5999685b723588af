package autoscaling

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// reader takes CloudFormation properties apart and keeps what is wrong with
// them: of the wrong type, missing, or more than was asked for.
type reader struct {
	in   map[string]any
	at   string
	seen map[string]bool
	ps   *problem.List
}

const (
	required = true
	optional = false
)

func newReader(properties map[string]any) reader {
	return reader{in: properties, seen: map[string]bool{}, ps: new(problem.List)}
}

func (r reader) add(key string, got any, rule, fix string) {
	r.ps.Add(r.path(key), got, rule, fix)
}

func (r reader) path(key string) string {
	if r.at == "" || key == "" {
		return r.at + key
	}
	return r.at + "." + key
}

func (r reader) has(key string) bool { _, ok := r.in[key]; return ok }

func (r reader) skip(key string) { r.seen[key] = true }

// done reports what nobody has asked for.
func (r reader) done() {
	for _, key := range slices.Sorted(maps.Keys(r.in)) {
		if !r.seen[key] {
			r.add(key, nil, "the scaling model does not have this property", "leave it out")
		}
	}
}

func (r reader) end() error {
	r.done()
	return r.ps.Err()
}

// read passes the value of key to take, which says whether it could use it.
func (r reader) read(key string, need bool, kind string, take func(v any) bool) {
	r.seen[key] = true
	v, ok := r.in[key]
	switch {
	case !ok && need:
		r.add(key, nil, "the property is missing", "give "+kind)
	case ok && !take(v):
		r.add(key, v, "this is not "+kind, "give "+kind+", with references resolved")
	}
}

func (r reader) text(key string, need bool) (out string) {
	r.read(key, need, "a text", func(v any) (ok bool) { out, ok = text(v); return ok })
	return out
}

func (r reader) number(key string, need bool) (out float64) {
	r.read(key, need, "a number", func(v any) (ok bool) { out, ok = number(v); return ok })
	return out
}

func (r reader) count(key string, need bool) (out int) {
	r.read(key, need, "a whole number", func(v any) bool {
		f, ok := number(v)
		if !ok || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
			return false
		}
		out = int(f)
		return true
	})
	return out
}

func (r reader) optionalNumber(key string) *float64 {
	n := r.number(key, optional)
	if !r.has(key) {
		return nil
	}
	return &n
}

func (r reader) optionalCount(key string) *int {
	n := r.count(key, optional)
	if !r.has(key) {
		return nil
	}
	return &n
}

func (r reader) flag(key string) bool { return r.flagOr(key, false) }

func (r reader) flagOr(key string, absent bool) bool {
	out := absent
	r.read(key, optional, "true or false", func(v any) (ok bool) {
		if s, isText := v.(string); isText && (s == "true" || s == "false") {
			v = s == "true"
		}
		out, ok = v.(bool)
		return ok
	})
	return out
}

func (r reader) seconds(key string, absent time.Duration) time.Duration {
	if !r.has(key) {
		r.skip(key)
		return absent
	}
	return time.Duration(r.count(key, optional)) * time.Second
}

// cooldown is AWS's own where there is none (facts A19 and A41).
func (r reader) cooldown(key string) time.Duration { return r.seconds(key, DefaultCooldown) }

func (r reader) object(key string, need bool) (out reader, ok bool) {
	r.read(key, need, "an object", func(v any) bool {
		out, ok = r.inner(v, r.path(key))
		return ok
	})
	return out, ok
}

func (r reader) list(key string, need bool) (out []reader) {
	r.read(key, need, "a list of objects", func(v any) bool {
		list, ok := v.([]any)
		for i, item := range list {
			one, isObject := r.inner(item, fmt.Sprintf("%s[%d]", r.path(key), i))
			if !isObject {
				return false
			}
			out = append(out, one)
		}
		return ok
	})
	return out
}

func (r reader) inner(v any, at string) (reader, bool) {
	in, ok := v.(map[string]any)
	return reader{in: in, at: at, seen: map[string]bool{}, ps: r.ps}, ok
}

// text is v as a text; CloudFormation takes numbers and truth for texts too.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), finite(v)
	case int, bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

// number is v as a number; CloudFormation takes texts for numbers too.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, finite(v)
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && finite(f)
	}
	return 0, false
}
