package pressure

import (
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// Class is a request's priority. Under overload a lower class is shed first.
type Class uint8

// The classes, the most important first.
const (
	Critical Class = iota
	High
	Normal
	Low
	// Classes is how many there are.
	Classes
)

var classNames = [Classes]string{Critical: "critical", High: "high", Normal: "normal", Low: "low"}

// String is the class's name, as headers and settings have it.
func (c Class) String() string { return classNames[c] }

// ParseClass returns the class of a name, and false where there is none.
func ParseClass(name string) (Class, bool) {
	i := slices.Index(classNames[:], name)
	return Class(max(0, i)), i >= 0
}

// Shares are what each class is guaranteed of the queue, and of the places that are
// given out to it, in hundredths. Critical needs none: it is served before all others.
type Shares [Classes]int

// DefaultShares let no class starve.
var DefaultShares = SharesOf(settings.DefaultPriorityShares)

// SharesOf are the shares of high, normal and low.
func SharesOf(values [3]int) Shares {
	return Shares{High: values[0], Normal: values[1], Low: values[2]}
}
