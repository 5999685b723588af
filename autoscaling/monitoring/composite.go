package monitoring

import (
	"fmt"
	"strings"
)

// What CloudWatch takes of a composite alarm's rule (CloudWatch API reference,
// PutCompositeAlarm).
const (
	maxRule     = 10240
	maxChildren = 100
)

// Composite is the AlarmRule of a composite alarm that is in ALARM while one of the alarms
// of a severity is. ref gives the name or the ARN of an alarm. It is "" where there is none
// of the severity, and an error where there are more than a rule can name.
func Composite(alarms []Alarm, severity Severity, ref func(Alarm) string) (string, error) {
	var terms []string
	for _, a := range alarms {
		if a.Severity == severity {
			terms = append(terms, `ALARM("`+ref(a)+`")`)
		}
	}
	rule := strings.Join(terms, " OR ")
	switch {
	case len(terms) > maxChildren:
		return "", fmt.Errorf("a composite alarm has at most %d alarms, and %d are %s; switch kinds off", maxChildren,
			len(terms), severity)
	case len(rule) > maxRule:
		return "", fmt.Errorf("the rule of a composite alarm has at most %d characters, and that of the %d alarms that are "+
			"%s has %d; switch kinds off", maxRule, len(terms), severity, len(rule))
	}
	return rule, nil
}
