package schedule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const cronOrder = "minutes hours day-of-month month day-of-week year"

func parseCron(body string) (Expression, problem.List) {
	texts, ps := sixFields(body)
	if texts == nil {
		return Expression{}, ps
	}
	canonical, spelled, more := parseFields(texts)
	if ps = append(ps, more...); len(ps) > 0 {
		return Expression{}, ps
	}
	c, err := newCalendar(spelled)
	if err != nil {
		return Expression{}, problem.List{flaw("cron is not understood: "+err.Error(), "write it more simply")}
	}
	return Expression{kind: Cron, cron: c, text: "cron(" + strings.Join(canonical, " ") + ")"}, nil
}

// parseFields reads the six fields and checks the two day fields together.
func parseFields(texts []string) (canonical, spelled []string, ps problem.List) {
	for i, f := range fields {
		e, more := f.parse(texts[i])
		ps = append(ps, more...)
		canonical = append(canonical, e.canonical)
		spelled = append(spelled, e.spelled)
	}
	return canonical, spelled, append(ps, dayProblem(texts)...)
}

// dayProblem checks that exactly one of the two day fields is ? (fact B2).
func dayProblem(texts []string) problem.List {
	with := func(field int, text string) string {
		fixed := slices.Clone(texts)
		fixed[field] = text
		return "write cron(" + strings.Join(fixed, " ") + ")"
	}
	const both = "day-of-month and day-of-week are both set, one of them must be ?"
	month, week := texts[dayOfMonth], texts[dayOfWeek]
	switch {
	case month == "?" && week == "?":
		return problem.List{flaw("day-of-month and day-of-week are both ?, one of them must name the days",
			with(dayOfMonth, "*"))}
	case month == "?" || week == "?":
		return nil
	case week == "*":
		return problem.List{flaw(both, with(dayOfWeek, "?"))}
	case month == "*":
		return problem.List{flaw(both, with(dayOfMonth, "?"))}
	}
	return problem.List{flaw(both, "write ? for the one that matters less, or make an action for each")}
}

// sixFields splits a cron expression. Where the year is missing or seconds precede
// the minutes it returns the six fields too, so that their problems are reported.
func sixFields(body string) ([]string, problem.List) {
	texts := strings.Fields(body)
	plural := "s"
	if len(texts) == 1 {
		plural = ""
	}
	rule := fmt.Sprintf("cron has %d field%s, AWS wants 6: %s", len(texts), plural, cronOrder)
	switch len(texts) {
	case 6:
		return texts, nil
	case 5:
		texts = fromUnix(texts)
		return texts, problem.List{flaw(rule, "add the year"+asCron(texts, ", * for every year"))}
	case 7:
		// AWS accepts seconds before the minutes and does not keep to them (fact B2).
		texts = texts[1:]
		return texts, problem.List{flaw(rule, "leave the seconds out"+asCron(texts, ", AWS keeps to the minute at best"))}
	}
	return nil, problem.List{flaw(rule, "write for instance cron(0 18 ? * MON-FRI *)")}
}

// asCron returns the corrected expression for a fix, or otherwise where the fields
// have problems.
func asCron(texts []string, otherwise string) string {
	canonical, _, ps := parseFields(texts)
	if len(ps) > 0 {
		return otherwise
	}
	return ": cron(" + strings.Join(canonical, " ") + ")"
}

// fromUnix turns a crontab's five fields into AWS's six: it adds the year *, names
// the days of the week, which crontab counts from Sunday = 0, and puts ? into the
// day field that is *. Fields with a ? are AWS's already and only get the year.
func fromUnix(texts []string) []string {
	six := append(slices.Clone(texts), "*")
	if six[dayOfMonth] == "?" || six[dayOfWeek] == "?" {
		return six
	}
	entries := strings.Split(six[dayOfWeek], ",")
	for i, entry := range entries {
		days, step, stepped := strings.Cut(entry, "/")
		ends := strings.Split(days, "-")
		for j, day := range ends {
			if len(day) == 1 && day >= "0" && day <= "7" {
				ends[j] = dayNames[(day[0]-'0')%7]
			}
		}
		entries[i] = strings.Join(ends, "-")
		if stepped {
			entries[i] += "/" + step
		}
	}
	six[dayOfWeek] = strings.Join(entries, ",")
	switch {
	case six[dayOfWeek] == "*":
		six[dayOfWeek] = "?"
	case six[dayOfMonth] == "*":
		six[dayOfMonth] = "?"
	}
	return six
}
