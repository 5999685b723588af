package schedule_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

func TestParseDocumented(t *testing.T) {
	t.Parallel()
	seen := map[schedule.Expression]bool{}
	for _, s := range documented(t) {
		e := mustParse(t, s)
		if e.String() != s {
			t.Errorf("Parse(%q).String() = %q", s, e)
		}
		if mustParse(t, s) != e {
			t.Errorf("Parse(%q) twice is not equal", s)
		}
		if seen[e] {
			t.Errorf("%s is in the file twice, or equal to another", s)
		}
		seen[e] = true
	}
}

func TestParseForgives(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" cron(  0   18 ?\t* MON-FRI * ) ":     "cron(0 18 ? * MON-FRI *)",
		"cron(00 09 01,07 jan ? 2027)":         "cron(0 9 1,7 JAN ? 2027)",
		"cron(0 9 ? 06-aug/02 monL *)":         "cron(0 9 ? 6-AUG/2 MONL *)",
		"cron(0 9 lw,l-03,015w,l * ? *)":       "cron(0 9 LW,L-3,15W,L * ? *)",
		"cron(0 9 ? * fri#02 *)":               "cron(0 9 ? * FRI#2 *)",
		"at( 2027-06-01T18:00:00 )":            "at(2027-06-01T18:00:00)",
		"rate(1 hours)":                        "rate(1 hour)",
		"rate(2 hour)":                         "rate(2 hours)",
		"rate( 005  day )":                     "rate(5 days)",
		"cron(0 18 ? * 2-6 *)":                 "cron(0 18 ? * 2-6 *)",
		"cron(0/59 0/23 1/31 1/12 ? 1970/229)": "cron(0/59 0/23 1/31 1/12 ? 1970/229)",
	} {
		if got := mustParse(t, in).String(); got != want {
			t.Errorf("Parse(%q) is %s, want %s", in, got, want)
		}
	}
}

func TestParseProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []string
	}{
		// the wrapper
		{"", []string{
			`Schedule: got "": a schedule is at(yyyy-mm-ddThh:mm:ss), rate(number unit) or cron(minutes hours day-of-month month day-of-week year); write for instance cron(0 18 ? * MON-FRI *)`,
		}},
		{"tomorrow", []string{
			`Schedule: got "tomorrow": a schedule is at(yyyy-mm-ddThh:mm:ss), rate(number unit) or cron(minutes hours day-of-month month day-of-week year); write for instance cron(0 18 ? * MON-FRI *)`,
		}},
		{"0 18 ? * MON-FRI *", []string{
			`Schedule: got "0 18 ? * MON-FRI *": the wrapper is missing: at(…), rate(…) or cron(…); write cron(0 18 ? * MON-FRI *)`,
		}},
		{"0 18 * * 1-5", []string{
			`Schedule: got "0 18 * * 1-5": the wrapper is missing: at(…), rate(…) or cron(…); write cron(…)`,
			`Schedule: got "0 18 * * 1-5": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year: cron(0 18 ? * MON-FRI *)`,
		}},
		{"Cron(0 18 ? * MON-FRI *)", []string{
			`Schedule: got "Cron(0 18 ? * MON-FRI *)": the wrapper is written in small letters and without a space; write cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron (0 18 ? * MON-FRI *)", []string{
			`Schedule: got "cron (0 18 ? * MON-FRI *)": the wrapper is written in small letters and without a space; write cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 18 ? * MON-FRI *", []string{
			`Schedule: got "cron(0 18 ? * MON-FRI *": the closing parenthesis is missing; write cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 18 ? * MON-FRI *);", []string{
			`Schedule: got "cron(0 18 ? * MON-FRI *);": nothing may follow the closing parenthesis; write cron(0 18 ? * MON-FRI *)`,
		}},
		{"every(5 minutes)", []string{
			`Schedule: got "every(5 minutes)": a schedule is at(yyyy-mm-ddThh:mm:ss), rate(number unit) or cron(minutes hours day-of-month month day-of-week year); write for instance cron(0 18 ? * MON-FRI *)`,
		}},
		{"5 minutes", []string{
			`Schedule: got "5 minutes": the wrapper is missing: at(…), rate(…) or cron(…); write rate(5 minutes)`,
		}},
		{"2027-06-01T18:00:00", []string{
			`Schedule: got "2027-06-01T18:00:00": the wrapper is missing: at(…), rate(…) or cron(…); write at(2027-06-01T18:00:00)`,
		}},
		{"()", []string{
			`Schedule: got "()": a schedule is at(yyyy-mm-ddThh:mm:ss), rate(number unit) or cron(minutes hours day-of-month month day-of-week year); write for instance cron(0 18 ? * MON-FRI *)`,
		}},
		{"AT(2027-02-30T18:00)", []string{
			`Schedule: got "AT(2027-02-30T18:00)": the wrapper is written in small letters and without a space; write at(…)`,
			`Schedule: got "AT(2027-02-30T18:00)": February 2027 has the days 01-28; write 28 for its last day`,
			`Schedule: got "AT(2027-02-30T18:00)": the seconds are missing, AWS wants yyyy-mm-ddThh:mm:ss; write 18:00:00`,
		}},
		// cron, as a whole
		{"cron()", []string{
			`Schedule: got "cron()": cron has 0 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; write for instance cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 18 * * 1-5)", []string{
			`Schedule: got "cron(0 18 * * 1-5)": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year: cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 18 ? * MON-FRI)", []string{
			`Schedule: got "cron(0 18 ? * MON-FRI)": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year: cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 25 * * 1-5)", []string{
			`Schedule: got "cron(0 25 * * 1-5)": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year, * for every year`,
			`Schedule.hours: got "25": hours must be 0-23, with the wildcards , - * /; write for instance 0`,
		}},
		{"cron(0 18 1 * 1)", []string{
			`Schedule: got "cron(0 18 1 * 1)": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year, * for every year`,
			`Schedule: got "cron(0 18 1 * 1)": day-of-month and day-of-week are both set, one of them must be ?; write ? for the one that matters less, or make an action for each`,
		}},
		{"cron(*/5 * * * *)", []string{
			`Schedule: got "cron(*/5 * * * *)": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year: cron(*/5 * * * ? *)`,
		}},
		{"cron(0 9 * * 0,6)", []string{
			`Schedule: got "cron(0 9 * * 0,6)": cron has 5 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; add the year: cron(0 9 ? * SUN,SAT *)`,
		}},
		{"cron(0 0 9 ? * MON *)", []string{
			`Schedule: got "cron(0 0 9 ? * MON *)": cron has 7 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; leave the seconds out: cron(0 9 ? * MON *)`,
		}},
		{"cron(30 0 18 ? * 9 *)", []string{
			`Schedule: got "cron(30 0 18 ? * 9 *)": cron has 7 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; leave the seconds out, AWS keeps to the minute at best`,
			`Schedule.day-of-week: got "9": day-of-week must be 1-7 or SUN-SAT, with the wildcards , - * / ? L #; write the day's name, AWS counts from 1 (SUN) to 7 (SAT)`,
		}},
		{"cron(0 18 ? *)", []string{
			`Schedule: got "cron(0 18 ? *)": cron has 4 fields, AWS wants 6: minutes hours day-of-month month day-of-week year; write for instance cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 18 * * MON-FRI *)", []string{
			`Schedule: got "cron(0 18 * * MON-FRI *)": day-of-month and day-of-week are both set, one of them must be ?; write cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 18 1 * * *)", []string{
			`Schedule: got "cron(0 18 1 * * *)": day-of-month and day-of-week are both set, one of them must be ?; write cron(0 18 1 * ? *)`,
		}},
		{"cron(0 18 * * * *)", []string{
			`Schedule: got "cron(0 18 * * * *)": day-of-month and day-of-week are both set, one of them must be ?; write cron(0 18 * * ? *)`,
		}},
		{"cron(0 18 ? * ? *)", []string{
			`Schedule: got "cron(0 18 ? * ? *)": day-of-month and day-of-week are both ?, one of them must name the days; write cron(0 18 * * ? *)`,
		}},
		{"cron(0 18 1 * MON *)", []string{
			`Schedule: got "cron(0 18 1 * MON *)": day-of-month and day-of-week are both set, one of them must be ?; write ? for the one that matters less, or make an action for each`,
		}},
		{"cron(0 18 ? * 0 *)", []string{
			`Schedule.day-of-week: got "0": day-of-week must be 1-7 or SUN-SAT, with the wildcards , - * / ? L #; write the day's name, AWS counts from 1 (SUN) to 7 (SAT)`,
		}},
		{"cron(0 18 ? * 1-8 *)", []string{
			`Schedule.day-of-week: got "1-8": day-of-week must be 1-7 or SUN-SAT, with the wildcards , - * / ? L #; write the day's name, AWS counts from 1 (SUN) to 7 (SAT)`,
		}},
		{"cron(60 24 0 13 ? 26)", []string{
			`Schedule.minutes: got "60": minutes must be 0-59, with the wildcards , - * /; write 0, in the next hour`,
			`Schedule.hours: got "24": hours must be 0-23, with the wildcards , - * /; write 0, midnight begins the day`,
			`Schedule.day-of-month: got "0": day-of-month must be 1-31, with the wildcards , - * / ? L W; write for instance 1`,
			`Schedule.month: got "13": month must be 1-12 or JAN-DEC, with the wildcards , - * /; write for instance 1`,
			`Schedule.year: got "26": year must be 1970-2199, with the wildcards , - * /; write 2026`,
		}},
		{"cron(0 18 32 * ? *)", []string{
			`Schedule.day-of-month: got "32": day-of-month must be 1-31, with the wildcards , - * / ? L W; write L for the last day of the month`,
		}},
		{"cron(0 18 ? JANUARY MONDAY *)", []string{
			`Schedule.month: got "JANUARY": month must be 1-12 or JAN-DEC, with the wildcards , - * /; write JAN`,
			`Schedule.day-of-week: got "MONDAY": day-of-week must be 1-7 or SUN-SAT, with the wildcards , - * / ? L #; write MON`,
		}},
		{"cron(0/90 * * * ? *)", []string{
			`Schedule.minutes: got "0/90": a step in minutes must be 1-59, it starts again with every hour; use rate(90 minutes) or list the values`,
		}},
		{"cron(0/0 * * * ? *)", []string{
			`Schedule.minutes: got "0/0": a step in minutes must be 1-59, it starts again with every hour; write a number after the slash, or leave the slash out`,
		}},
		{"cron(*/ * * * ? *)", []string{
			`Schedule.minutes: got "*/": a step in minutes must be 1-59, it starts again with every hour; write a number after the slash, or leave the slash out`,
		}},
		{"cron(0 0/24 * * ? *)", []string{
			`Schedule.hours: got "0/24": a step in hours must be 1-23, it starts again with every day; use rate(24 hours) or list the values`,
		}},
		{"cron(0 0 1/40 1/13 ? *)", []string{
			`Schedule.day-of-month: got "1/40": a step in day-of-month must be 1-31, it starts again with every month; use rate(40 days) or list the values`,
			`Schedule.month: got "1/13": a step in month must be 1-12, it starts again with every year; list the values`,
		}},
		{"cron(1,,2 * * * ? *)", []string{
			`Schedule.minutes: got "1,,2": an entry of the list is empty; remove the comma that is too many`,
		}},
		{"cron(? * * * ? *)", []string{
			`Schedule.minutes: got "?": minutes must be 0-59, with the wildcards , - * /; write *, only day-of-month and day-of-week may be ?`,
		}},
		{"cron(L * * * ? *)", []string{
			`Schedule.minutes: got "L": minutes must be 0-59, with the wildcards , - * /; write for instance 0`,
		}},
		{"cron(0 0 W * ? *)", []string{
			`Schedule.day-of-month: got "W": W follows a day: 15W is the weekday nearest to the 15th, LW the last weekday of the month; write 15W`,
		}},
		{"cron(0 0 5/W * ? *)", []string{
			`Schedule.day-of-month: got "5/W": W follows a day: 15W is the weekday nearest to the 15th, LW the last weekday of the month; write 5W`,
		}},
		{"cron(0 0 32W * ? *)", []string{
			`Schedule.day-of-month: got "32W": day-of-month must be 1-31, with the wildcards , - * / ? L W; write L for the last day of the month`,
		}},
		{"cron(0 0 L-31 * ? *)", []string{
			`Schedule.day-of-month: got "L-31": after L- come 1-30 days, counted back from the last day of the month; write for instance L-3`,
		}},
		{"cron(0 0 ? * 3#6 *)", []string{
			`Schedule.day-of-week: got "3#6": after # comes 1-5: MON#2 is the second Monday of the month; write for instance MON#1, or MONL for the last Monday`,
		}},
		{"cron(0 0 ? * 3#1,6#3 *)", []string{
			`Schedule.day-of-week: got "3#1,6#3": a day with # stands alone, AWS takes no list of them; make an action for each`,
		}},
		{"cron(0 0 ? * 9L *)", []string{
			`Schedule.day-of-week: got "9L": day-of-week must be 1-7 or SUN-SAT, with the wildcards , - * / ? L #; write the day's name, AWS counts from 1 (SUN) to 7 (SAT)`,
		}},
		{"cron(0 0 ? * MON#x *)", []string{
			`Schedule.day-of-week: got "MON#x": after # comes 1-5: MON#2 is the second Monday of the month; write for instance MON#1, or MONL for the last Monday`,
		}},
		{"cron(0 0 1 1 ? 2030-2026)", []string{
			`Schedule.year: got "2030-2026": a range of years runs forwards; write 2026-2030`,
		}},
		{"cron(0 0 1 1 ? 1969)", []string{
			`Schedule.year: got "1969": year must be 1970-2199, with the wildcards , - * /; write for instance 2027`,
		}},
		{"cron(0 0 ?,1 * ? *)", []string{
			`Schedule.day-of-month: got "?": day-of-month must be 1-31, with the wildcards , - * / ? L W; let ? stand alone`,
		}},
		{"cron(-5 0 1 1 ? *)", []string{
			`Schedule.minutes: got "-5": minutes must be 0-59, with the wildcards , - * /; write for instance 0`,
		}},
		{"cron(5- 0 1 1 ? *)", []string{
			`Schedule.minutes: got "5-": minutes must be 0-59, with the wildcards , - * /; write for instance 0`,
		}},
		{"cron(1-2-3 0 1 1 ? *)", []string{
			`Schedule.minutes: got "1-2-3": minutes must be 0-59, with the wildcards , - * /; write for instance 0`,
		}},
		{"cron(99999999999999999999 0 1 1 ? *)", []string{
			`Schedule.minutes: got "99999999999999999999": minutes must be 0-59, with the wildcards , - * /; write for instance 0`,
		}},
		{"cron(0 0 LW/2 1 ? *)", []string{
			`Schedule.day-of-month: got "LW/2": day-of-month must be 1-31, with the wildcards , - * / ? L W; write for instance 1`,
		}},
		{"cron(@daily)", []string{
			`Schedule: got "cron(@daily)": cron has 1 field, AWS wants 6: minutes hours day-of-month month day-of-week year; write for instance cron(0 18 ? * MON-FRI *)`,
		}},
		{"cron(0 0 15WW 1 ? *)", []string{
			`Schedule.day-of-month: got "15WW": day-of-month must be 1-31, with the wildcards , - * / ? L W; write for instance 1`,
		}},
		// at
		{"at(2027-06-01T18:00:00Z)", []string{
			`Schedule: got "at(2027-06-01T18:00:00Z)": the time is local to the action's time zone, Z is not allowed; remove Z and set the time zone beside the schedule to UTC`,
		}},
		{"at(2027-06-01T18:00:00+09:00)", []string{
			`Schedule: got "at(2027-06-01T18:00:00+09:00)": the time is local to the action's time zone, an offset is not allowed; remove +09:00 and name the time zone beside the schedule`,
		}},
		{"at(2027-06-01T18:00)", []string{
			`Schedule: got "at(2027-06-01T18:00)": the seconds are missing, AWS wants yyyy-mm-ddThh:mm:ss; write 18:00:00`,
		}},
		{"at(2027-06-01)", []string{
			`Schedule: got "at(2027-06-01)": the time of day is missing, AWS wants yyyy-mm-ddThh:mm:ss; add it, such as T18:00:00`,
		}},
		{"at(2027-06-01 18:00:00)", []string{
			`Schedule: got "at(2027-06-01 18:00:00)": date and time are joined by a capital T; write T between them`,
		}},
		{"at(2027-02-30T18:00:00)", []string{
			`Schedule: got "at(2027-02-30T18:00:00)": February 2027 has the days 01-28; write 28 for its last day`,
		}},
		{"at(2027-02-30T18:00Z)", []string{
			`Schedule: got "at(2027-02-30T18:00Z)": February 2027 has the days 01-28; write 28 for its last day`,
			`Schedule: got "at(2027-02-30T18:00Z)": the seconds are missing, AWS wants yyyy-mm-ddThh:mm:ss; write 18:00:00`,
			`Schedule: got "at(2027-02-30T18:00Z)": the time is local to the action's time zone, Z is not allowed; remove Z and set the time zone beside the schedule to UTC`,
		}},
		{"at(2027-13-01T24:60:60)", []string{
			`Schedule: got "at(2027-13-01T24:60:60)": the month must be 01-12; the order is year-month-day`,
			`Schedule: got "at(2027-13-01T24:60:60)": the hour must be 00-23; write 00:00:00 of the following day for midnight`,
			`Schedule: got "at(2027-13-01T24:60:60)": the minute must be 00-59; write 00 in the next hour`,
			`Schedule: got "at(2027-13-01T24:60:60)": the second must be 00-59; write 00 in the next minute`,
		}},
		{"at(27-06-01T18:00:00)", []string{
			`Schedule: got "at(27-06-01T18:00:00)": the year has four digits and is 1970 or later; write for instance 2027`,
		}},
		{"at(2027-6-1T9:05:00)", []string{
			`Schedule: got "at(2027-6-1T9:05:00)": month, day, hour, minute and second have two digits each; write 0 before a single digit`,
		}},
		{"at(2027-06-01T18:00:00.000)", []string{
			`Schedule: got "at(2027-06-01T18:00:00.000)": fractions of a second are not allowed; remove .000`,
		}},
		{"at(01.06.2027 18:00)", []string{
			`Schedule: got "at(01.06.2027 18:00)": at takes one local date and time, as yyyy-mm-ddThh:mm:ss; write for instance at(2027-06-01T18:00:00)`,
		}},
		{"at()", []string{
			`Schedule: got "at()": at takes one local date and time, as yyyy-mm-ddThh:mm:ss; write for instance at(2027-06-01T18:00:00)`,
		}},
		{"at(1027-06-01T18:00:00)", []string{
			`Schedule: got "at(1027-06-01T18:00:00)": the year has four digits and is 1970 or later; write for instance 2027`,
		}},
		{"at(2027-06-01t18:00:00)", []string{
			`Schedule: got "at(2027-06-01t18:00:00)": date and time are joined by a capital T; write T between them`,
		}},
		{"at(2027-06-01T18:00:00-5)", []string{
			`Schedule: got "at(2027-06-01T18:00:00-5)": the time is local to the action's time zone, an offset is not allowed; remove -5 and name the time zone beside the schedule`,
		}},
		// rate
		{"rate(0 minutes)", []string{
			`Schedule: got "rate(0 minutes)": the number must be 1 or more; write for instance rate(5 minutes)`,
		}},
		{"rate(-1 hours)", []string{
			`Schedule: got "rate(-1 hours)": the number must be 1 or more; write for instance rate(5 minutes)`,
		}},
		{"rate(+5 hours)", []string{
			`Schedule: got "rate(+5 hours)": the number has no sign; remove the +`,
		}},
		{"rate(1.5 hours)", []string{
			`Schedule: got "rate(1.5 hours)": the number must be whole; use a smaller unit, such as minutes`,
		}},
		{"rate(5minutes)", []string{
			`Schedule: got "rate(5minutes)": a space separates number and unit; put a space between them`,
		}},
		{"rate(5m)", []string{
			`Schedule: got "rate(5m)": a space separates number and unit; put a space between them`,
			`Schedule: got "rate(5m)": the unit must be minute, minutes, hour, hours, day or days; write minutes`,
		}},
		{"rate(5 Minutes)", []string{
			`Schedule: got "rate(5 Minutes)": the unit is written in small letters; write minutes`,
		}},
		{"rate(30 seconds)", []string{
			`Schedule: got "rate(30 seconds)": the unit must be minute, minutes, hour, hours, day or days; a minute is the shortest, write rate(1 minute)`,
		}},
		{"rate(2 weeks)", []string{
			`Schedule: got "rate(2 weeks)": the unit must be minute, minutes, hour, hours, day or days; write it in days, a week has 7`,
		}},
		{"rate(1 month)", []string{
			`Schedule: got "rate(1 month)": the unit must be minute, minutes, hour, hours, day or days; use cron(…), as cron(0 0 1 * ? *) for the first of every month`,
		}},
		{"rate(5)", []string{
			`Schedule: got "rate(5)": the unit must be minute, minutes, hour, hours, day or days; write for instance minutes`,
		}},
		{"rate(minutes)", []string{
			`Schedule: got "rate(minutes)": rate takes a number and a unit: minute, minutes, hour, hours, day or days; write for instance rate(5 minutes)`,
		}},
		{"rate()", []string{
			`Schedule: got "rate()": rate takes a number and a unit: minute, minutes, hour, hours, day or days; write for instance rate(5 minutes)`,
		}},
		{"rate(99999999999 days)", []string{
			`Schedule: got "rate(99999999999 days)": the number is beyond any calendar; write at most 106751`,
		}},
		{"rate(99999999999999999999999 days)", []string{
			`Schedule: got "rate(99999999999999999999999 days)": the number is beyond any calendar; write at most 106751`,
		}},
		{"rate(5 fortnights)", []string{
			`Schedule: got "rate(5 fortnights)": the unit must be minute, minutes, hour, hours, day or days; write for instance minutes`,
		}},
		{"rate(0 weeks)", []string{
			`Schedule: got "rate(0 weeks)": the number must be 1 or more; write for instance rate(5 minutes)`,
			`Schedule: got "rate(0 weeks)": the unit must be minute, minutes, hour, hours, day or days; write it in days, a week has 7`,
		}},
		{"rate(5  min)", []string{
			`Schedule: got "rate(5  min)": the unit must be minute, minutes, hour, hours, day or days; write minutes`,
		}},
	} {
		e, err := schedule.Parse(c.in)
		if e != (schedule.Expression{}) {
			t.Errorf("Parse(%q) gives an expression along with its error", c.in)
		}
		want := strings.Join(c.want, "\n")
		if got := problem.From(err).In("Schedule").Error(); got != want {
			t.Errorf("Parse(%q): %s", c.in, cmp.Diff(want, got))
		}
	}
}

func TestParseTooLong(t *testing.T) {
	t.Parallel()
	const list = "cron(0 0 1 * ? 2027)"
	longest := strings.Replace(list, "1", strings.Repeat("1,", (schedule.MaxLength-len(list))/2)+"1", 1)
	if e := mustParse(t, longest); e.String() != longest || len(longest) != schedule.MaxLength {
		t.Errorf("%d characters became %d", len(longest), len(e.String()))
	}
	_, err := schedule.Parse(longest + " ")
	want := "Schedule: got 1601 characters: a schedule has at most 1600 characters; split it into several actions"
	if got := problem.From(err).In("Schedule").Error(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
