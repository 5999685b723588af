package scaling

import (
	"strings"
	"sync"
)

// addresses turn a path of a finding into a path of the props, by the construct
// path of the scalable target.
var addresses sync.Map

// Address is the field that decides about what a rule names by path, "Target.…"
// for the scalable target, which stands at constructPath, "Facts.…" for its facts:
// the field is named as the Validate of the construct's props names it. A target
// that no construct of this package has made keeps the path.
func Address(constructPath, path string) string {
	if address, ok := addresses.Load(constructPath); ok {
		return address.(func(string) string)(path)
	}
	return path
}

// addressed records where the props of s decide about a path; nil is where the
// ScalableTargetProps do.
func (s *ScalableTarget) addressed(address func(path string) string) {
	if address == nil {
		address = func(path string) string {
			if own, ok := strings.CutPrefix(path, "Target."); ok {
				return "Model." + own
			}
			return path
		}
	}
	addresses.Store(*s.Target.Node().Path(), address)
}
