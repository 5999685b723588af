package schedule

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// rateUnits are AWS's units in the singular (fact B1). A day is 24 hours, also when
// daylight saving begins or ends.
var rateUnits = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// Fixes for units that AWS does not have.
const (
	tooShort = "a minute is the shortest, write rate(1 minute)"
	inDays   = "write it in days, a week has 7"
	useCron  = "use cron(…), as cron(0 0 1 * ? *) for the first of every month"
)

var otherUnits = map[string]string{
	"m": "write minutes", "min": "write minutes", "h": "write hours", "hr": "write hours", "d": "write days",
	"s": tooShort, "sec": tooShort, "second": tooShort,
	"w": inDays, "week": inDays, "month": useCron, "year": useCron,
}

var rateShape = regexp.MustCompile(`^([+-]?\d+(?:\.\d+)?)(\s*)([A-Za-z]*)$`)

func parseRate(body string) (Expression, problem.List) {
	m := rateShape.FindStringSubmatch(body)
	if m == nil {
		return Expression{}, problem.List{flaw("rate takes a number and a unit: minute, minutes, hour, hours, day or days",
			"write for instance rate(5 minutes)")}
	}
	number, space, unit := m[1], m[2], m[3]
	var ps problem.List
	n, err := strconv.ParseInt(number, 10, 64) // fails for fractions and for more than 18 digits
	switch {
	case strings.Contains(number, "."):
		ps = append(ps, flaw("the number must be whole", "use a smaller unit, such as minutes"))
	case number[0] == '+':
		ps = append(ps, flaw("the number has no sign", "remove the +"))
	case number[0] == '-' || n == 0 && err == nil:
		ps = append(ps, flaw("the number must be 1 or more", "write for instance rate(5 minutes)"))
	}
	if space == "" && unit != "" {
		ps = append(ps, flaw("a space separates number and unit", "put a space between them"))
	}
	singular, unitProblems := rateUnit(unit)
	if ps = append(ps, unitProblems...); len(ps) > 0 {
		return Expression{}, ps
	}
	length := rateUnits[singular]
	if longest := int64(math.MaxInt64 / length); err != nil || n > longest {
		return Expression{}, problem.List{flaw("the number is beyond any calendar", fmt.Sprintf("write at most %d", longest))}
	}
	if n != 1 {
		singular += "s"
	}
	return Expression{kind: Rate, every: time.Duration(n) * length, text: fmt.Sprintf("rate(%d %s)", n, singular)}, nil
}

// rateUnit returns the singular of unit. EventBridge requires the singular after 1
// and the plural otherwise, Application Auto Scaling only lists the six words.
// Either is accepted here, and String follows EventBridge.
func rateUnit(unit string) (string, problem.List) {
	small := strings.ToLower(unit)
	singular := strings.TrimSuffix(small, "s")
	switch fix := otherUnits[singular]; {
	case rateUnits[singular] != 0 && unit == small:
		return singular, nil
	case rateUnits[singular] != 0:
		return "", problem.List{flaw("the unit is written in small letters", "write "+small)}
	case small == "s":
		return "", problem.List{flaw(rateUnitRule, tooShort)}
	case fix == "":
		return "", problem.List{flaw(rateUnitRule, "write for instance minutes")}
	default:
		return "", problem.List{flaw(rateUnitRule, fix)}
	}
}

const rateUnitRule = "the unit must be minute, minutes, hour, hours, day or days"
