package schedule

import "regexp"

// Fact B14: no colon, slash, bar or control character, no space at either end.
var actionName = regexp.MustCompile(`^[^:/|\x00-\x20\x7f]([^:/|\x00-\x1f\x7f]{0,254}[^:/|\x00-\x20\x7f])?$`)

// ValidActionName reports whether Application Auto Scaling takes name for a
// scheduled action.
func ValidActionName(name string) bool { return actionName.MatchString(name) }
