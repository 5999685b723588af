package events

import (
	"testing"
	"time"
)

// TestWhenFix: what a person wrote is rewritten, and not replaced by an example.
func TestWhenFix(t *testing.T) {
	t.Parallel()
	const once = "an event that comes once has a date and a local time, without an offset"
	for _, test := range []struct{ got, zone, rule, fix string }{
		{"2027-05-29 20:00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"2027-5-9T9:05", "Europe/London", once, "write it as 2027-05-09T09:05"},
		{"2027-05-29T20:00:00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"2027-05-29t20:00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"2027-05-29, 8 p.m.", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"29/05/2027 20:00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"29.5.2027 20.00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"05/29/2027 8pm", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"29 May 2027 20:00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"May 29th, 2027, 8pm", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"1. September 2027 20.00", "Europe/London", once, "write it as 2027-09-01T20:00"},
		{"30 Feb 2027 20:00", "Europe/London", "there is no such date: February 2027 has 28 days",
			"correct the date, such as to 2027-02-28T20:00, the last of that month"},
		{"May 2027", "Europe/London", once, "such as 2027-05-30T20:00"},
		{"5 May 29 2027", "Europe/London", once, "such as 2027-05-30T20:00"},
		{"05/06/2027 20h00", "Europe/London", once,
			"write it as 2027-06-05T20:00, or as 2027-05-06T20:00 where the month comes first"},
		{"06/06/2027 20:00", "Europe/London", once, "write it as 2027-06-06T20:00"},
		{"2027-05-29T24:00", "Europe/London", once, "write it as 2027-05-30T00:00"},
		{"2027-05-29T12am", "Europe/London", once, "write it as 2027-05-29T00:00"},
		{"2027-05-29T20:00Z", "Europe/London", once, "write it as 2027-05-29T21:00, the same time in Europe/London"},
		{"2027-05-29 23:30 UTC", "Europe/London", once, "write it as 2027-05-30T00:30, the same time in Europe/London"},
		{"2027-05-29T20:00Z", "UTC", once, "write it as 2027-05-29T20:00"},
		{"2027-05-29T20:00Z", "", once, "write it as 2027-05-29T20:00"},
		{"2027-05-29T20:00+01:00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"2027-05-29T20:00-0400", "Europe/London", once, "write it as 2027-05-30T01:00, the same time in Europe/London"},
		{"2027-02-30T20:00", "Europe/London", "there is no such date: February 2027 has 28 days",
			"correct the date, such as to 2027-02-28T20:00, the last of that month"},
		{"2028-02-30", "Europe/London", "there is no such date: February 2028 has 29 days",
			"correct the date, such as to 2028-02-29, the last of that month"},
		{"2027-29-05T20:00", "Europe/London", once, "write it as 2027-05-29T20:00"},
		{"2027-05-00T20:00", "Europe/London", "there is no such date: May 2027 has 31 days", "correct the date"},
		{"2027-13-40T20:00", "Europe/London", "there is no month 13", "correct the date"},
		{"31/04/2027 20:00", "Europe/London", "there is no such date: April 2027 has 30 days",
			"correct the date, such as to 2027-04-30T20:00, the last of that month"},
		{"20:00", "UTC", once, "put the date before it, as 2027-05-30T20:00, or give «Dates» or «Weekdays»"},
		{"6pm", "UTC", once, "put the date before it, as 2027-05-30T18:00, or give «Dates» or «Weekdays»"},
		{"2027-05-29", "UTC", once, "put the time after it, as 2027-05-29T20:00"},
		{"2027-05-29T25:00", "UTC", once, "such as 2027-05-30T20:00"},
		{"2027-05-29T13pm", "UTC", once, "such as 2027-05-30T20:00"},
		{"20", "UTC", once, "such as 2027-05-30T20:00"},
		{"tomorrow", "UTC", once, "such as 2027-05-30T20:00"},
	} {
		if rule, fix := whenFix(test.got, test.zone); rule != test.rule || fix != test.fix {
			t.Errorf("%q in %q: got %q; %q", test.got, test.zone, rule, fix)
		}
	}
}

func TestClockFix(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		"6pm": "write it as 18:00", "18h00": "write it as 18:00", "6:30 pm": "write it as 18:30",
		"20.15": "write it as 20:15", "8:00": "write it as 08:00", "20:00:00": "write it as 20:00",
		"18": "write it as 18:00", "6": "write it as 06:00", "1830": "write it as 18:30", "630": "write it as 06:30",
		"25": "such as 20:00", "1875": "such as 20:00", "20270529": "such as 20:00",
		"24:00": "write it as 00:00", "12am": "write it as 00:00", "12pm": "write it as 12:00",
		"20:00Z":           "write it as 20:00 where that is the time in «Timezone»",
		"2027-05-29 20:00": "write it as 20:00, or leave «Dates» and «Weekdays» out",
		"2027-05-29":       "such as 20:00", "evening": "such as 20:00", "": "such as 20:00", "99:99": "such as 20:00",
	} {
		if fix := clockFix(got); fix != want {
			t.Errorf("%q: got %q, want %q", got, fix, want)
		}
	}
}

func TestDateFix(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		"29/05/2027": "write it as 2027-05-29", "2027-5-1": "write it as 2027-05-01", "2027/05/29": "write it as 2027-05-29",
		"1.2.2027":   "write it as 2027-02-01, or as 2027-01-02 where the month comes first",
		"2027-02-30": "correct the date, such as to 2027-02-28, the last of that month", "Saturday": "such as 2027-05-30", "20:00": "such as 2027-05-30",
	} {
		if _, fix := dateFix(got); fix != want {
			t.Errorf("%q: got %q, want %q", got, fix, want)
		}
	}
}

// FuzzWritten: whatever is read is rewritten to something that is taken, or named as no date.
func FuzzWritten(f *testing.F) {
	for _, seed := range []string{"2027-05-29 20:00", "29/05/2027 8pm", "29 May 2027 8pm", "6pm", "2027-02-30T20:00Z", "24:00", "0001-1-1T0:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, ok := readWritten(s)
		if !ok || w.year == 0 || w.hour < 0 || w.noSuchDate() != "" {
			return
		}
		text := w.in("Europe/London").Format(eventDateTime)
		if _, err := time.Parse(eventDateTime, text); err != nil && w.year < 9999 {
			t.Errorf("%q is rewritten to %q, which is refused: %v", s, text, err)
		}
	})
}
