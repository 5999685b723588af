package autoscaling

import (
	"strconv"
	"strings"
)

// VCPUs is how many an instance type has, by the name of its size: 2 are large,
// 4 xlarge, 4 times n nxlarge, throughout EC2's tables but for the types of
// oddSizes (fact A53). It is 0 for a size without a rule, such as metal.
func VCPUs(instanceType string) int {
	family, size, ok := strings.Cut(strings.TrimPrefix(instanceType, "ml."), ".")
	if !ok {
		return 0
	}
	if n := oddSizes[family+"."+size]; n != 0 {
		return n
	}
	switch size {
	case "medium":
		return 1
	case "large":
		return 2
	case "xlarge":
		return 4
	}
	n, err := strconv.Atoi(strings.TrimSuffix(size, "xlarge"))
	if err != nil || n < 2 || !strings.HasSuffix(size, "xlarge") {
		return 0
	}
	return 4 * n
}

var oddSizes = map[string]int{"c4.8xlarge": 36, "t2.medium": 2, "t3.medium": 2}
