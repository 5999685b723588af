package schedule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// parseSpecial reads the special forms of the day fields: L, L-3, LW and 15W in
// day-of-month; L, 6L and 3#2 in day-of-week. ok is false where item does not look
// like one.
func (f field) parseSpecial(item string) (e entry, ps problem.List, ok bool) {
	switch f.name {
	case "day-of-month":
		return f.parseLastOrWeekday(item)
	case "day-of-week":
		return f.parseLastOrNth(item)
	}
	return entry{}, nil, false
}

func (f field) parseLastOrWeekday(item string) (e entry, ps problem.List, ok bool) {
	if item == "L" || item == "LW" {
		return entry{item, item}, nil, true
	}
	if back, found := strings.CutPrefix(item, "L-"); found {
		n, err := strconv.Atoi(back)
		if err != nil || !isNumber(back) || n < 1 || n > 30 {
			return entry{}, problem.List{flaw("after L- come 1-30 days, counted back from the last day of the month",
				"write for instance L-3")}, true
		}
		text := "L-" + strconv.Itoa(n)
		return entry{text, text}, nil, true
	}
	day, found := strings.CutSuffix(item, "W")
	if !found {
		return entry{}, nil, false
	}
	if bare := strings.TrimSuffix(day, "/"); bare != day || bare == "" { // AWS once documented 5/W
		if bare == "" {
			bare = "15"
		}
		return entry{}, problem.List{flaw("W follows a day: 15W is the weekday nearest to the 15th, "+
			"LW the last weekday of the month", "write "+bare+"W")}, true
	}
	_, text, ps := f.parseValue(day)
	return entry{text + "W", text + "W"}, ps, true
}

func (f field) parseLastOrNth(item string) (e entry, ps problem.List, ok bool) {
	if item == "L" {
		return entry{item, item}, nil, true
	}
	if day, found := strings.CutSuffix(item, "L"); found {
		n, text, ps := f.parseValue(day)
		return entry{text + "L", strconv.Itoa(n) + "L"}, ps, true
	}
	day, nth, found := strings.Cut(item, "#")
	if !found {
		return entry{}, nil, false
	}
	n, text, ps := f.parseValue(day)
	count, err := strconv.Atoi(nth)
	if err != nil || !isNumber(nth) || count < 1 || count > 5 {
		ps = append(ps, flaw("after # comes 1-5: MON#2 is the second Monday of the month",
			"write for instance MON#1, or MONL for the last Monday"))
	}
	return entry{text + "#" + strconv.Itoa(count), fmt.Sprintf("%d#%d", n, count)}, ps, true
}
