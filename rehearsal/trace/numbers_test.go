package trace

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text           string
		decimal        rune
		value, grouped float64
		proves         rune
	}{
		{"600", 0, 600, 600, 0}, {"+600", 0, 600, 600, 0}, {" 600 ", 0, 600, 600, 0}, {"1e3", 0, 1000, 1000, 0},
		{"0.5", 0, 0.5, 0.5, point}, {"0,5", 0, 0.5, 0.5, comma}, {".5", 0, 0.5, 0.5, point}, {"5.", 0, 5, 5, point},
		{"10.25", 0, 10.25, 10.25, point}, {"1,234.5", 0, 1234.5, 1234.5, point}, {"1.234,5", 0, 1234.5, 1234.5, comma},
		{"1.234.567", 0, 1234567, 1234567, comma}, {"1,234,567", 0, 1234567, 1234567, point},
		{"1 234 567", 0, 1234567, 1234567, 0}, {"1'234", 0, 1234, 1234, 0}, {"1\u202f234,5", 0, 1234.5, 1234.5, comma},
		{"1.234", 0, 1.234, 1234, 0}, {"1,234", 0, 1.234, 1234, 0}, {"0.234", 0, 0.234, 0.234, point},
		{"1234.567", 0, 1234.567, 1234.567, point}, {"1.234", point, 1.234, 1.234, point}, {"1.234", comma, 1234, 1234, comma},
		{"1,234", point, 1234, 1234, point}, {"1.234e2", 0, 123.4, 123.4, point}, {"10.000 req/s", point, 10, 10, point},
	} {
		n, ok := parseNumber(test.text, test.decimal)
		if !ok || math.Abs(n.value-test.value) > 1e-9 || math.Abs(n.grouped-test.grouped) > 1e-9 || n.decimal != test.proves {
			t.Errorf("%q: got %+v, %v", test.text, n, ok)
		}
	}
	for _, text := range []string{"", "x", "-1", "0x10", "0x1p4", "1_000", "NaN", "Inf", "infinity", "1,23,456", "1.2.3",
		"12,34.5", "1.234.56", "1,2,3.4.5", "1 23", "--5", "5-", "1e9999"} {
		if n, ok := parseNumber(text, 0); ok {
			t.Errorf("%q is read as %+v", text, n)
		}
	}
	for _, text := range []string{"0,5", "1.234.567"} {
		if n, ok := parseNumber(text, point); ok {
			t.Errorf("%q is read as %+v, with a decimal point", text, n)
		}
	}
}

// What the numbers of a file show about their separators, later ones too.
func TestSeparators(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cells, unit string
		want        float64 // the first
		refused     bool
	}{
		"a later comma":                   {"1.200;900,5", "count", 1200, false},
		"a later point":                   {"1.200;900.5", "count", 1.2, false},
		"groups":                          {"1.200;1.234.567", "count", 1200, false},
		"a whole number of thousands":     {"1.200;1200", "count", 1.2, false},
		"and before":                      {"1200;1.200", "count", 1200, false},
		"nothing shows it":                {"1.200;1.300;900", "count", 0, true},
		"nothing shows it of rates":       {"1.200;1.300", "rps", 0, true},
		"they contradict each other":      {"1.200,5;1,200.5", "count", 0, true},
		"no group after another":          {"1200,5;1.200", "count", 1200.5, false},
		"a separator of thousands, later": {"900,5;1.234.567,5", "count", 900.5, false},
	} {
		var text strings.Builder
		text.WriteString("time;" + test.unit + "\n")
		at := time.Date(2027, time.May, 29, 20, 0, 0, 0, time.UTC)
		for _, c := range strings.Split(test.cells, ";") {
			text.WriteString(at.Format(time.RFC3339) + ";" + c + "\n")
			at = at.Add(time.Minute)
		}
		got, _, err := Read(strings.NewReader(text.String()), Options{})
		switch {
		case test.refused && err == nil:
			t.Errorf("%s: read as %v", name, got.Counts)
		case !test.refused && (err != nil || got.Counts[0] != test.want):
			t.Errorf("%s: got %v, %v, want first %g", name, got.Counts, err, test.want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2027, time.May, 29, 20, 0, 0, 0, time.UTC)
	for _, text := range []string{
		"2027-05-29T20:00:00Z", "2027-05-29 20:00:00", "2027-05-29T20:00", "2027-05-29 20:00", "2027/05/29 20:00:00",
		"2027-05-29T22:00:00+02:00", "2027-05-29T22:00:00.000+0200", "2027-05-29 20:00:00 UTC",
		"2027-05-29 20:00:00 +0000 UTC", "2027-05-29 16:00:00-04", "2027-05-29T20:00Z", "2027-05-29 20:00:00,000",
		"Sat, 29 May 2027 20:00:00 GMT", "29/May/2027:22:00:00 +0200", "29 May 2027 20:00", "2027-05-29 8:00 PM",
		"1811620800", "1811620800.000", "1811620800000", "1811620800000000", "1811620800000000000", "1.8116208e+09",
	} {
		if at, wrong := new(clock).parse(text, 0); wrong != nil || !at.Equal(want) {
			t.Errorf("%q: got %s, %v", text, at, wrong)
		}
	}
	for _, text := range []string{"", "x", "0", "60", "2027-05-29", "20:00", "2027-13-01 20:00", "2027-02-29 20:00:00",
		"2027-05-29 24:00:00", "2027-05-29 20:60", "2027-05-29 20:00:00 CEST", "2027-05-29 13:00 PM", "29.05.27 20:00",
		"29.05.2027 20:00", "20270529T200000Z", "202705292000", "20270529200000", "1811620800x", "1969-05-29 20:00"} {
		if at, wrong := new(clock).parse(text, 0); wrong == nil {
			t.Errorf("%q is read as %s", text, at)
		}
	}
	for text, order := range map[string]string{"29.05.2027 20:00": "dmy", "05/29/2027 8:00:00 PM": "mdy", "29-5-2027 20:00": "dmy"} {
		if at, wrong := (&clock{order: order}).parse(text, 0); wrong != nil || !at.Equal(want) {
			t.Errorf("%q: got %s, %v", text, at, wrong)
		}
	}
	// In autumn an hour comes twice, in spring one is skipped.
	summer, winter := time.Date(2027, time.October, 31, 0, 30, 0, 0, time.UTC), time.Date(2027, time.October, 31, 1, 30, 0, 0,
		time.UTC)
	for previous, want := range map[int64]time.Time{0: summer, summer.Unix() - 60: summer, summer.Unix() + 60: winter} {
		if at, wrong := (&clock{zone: berlin}).parse("2027-10-31 02:30:00", previous); wrong != nil || !at.Equal(want) {
			t.Errorf("after %d: got %s, %v", previous, at, wrong)
		}
	}
	if at, wrong := (&clock{zone: berlin}).parse("2027-03-28 02:30:00", 0); wrong == nil {
		t.Errorf("a skipped time is %s", at)
	}
	if at, wrong := (&clock{zone: berlin}).parse("2027-05-29 22:00:00", 0); wrong != nil || !at.Equal(want) {
		t.Errorf("got %s, %v", at, wrong)
	}
}

// A change of unit is told, a surge is not.
func TestJumps(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rate  func(i int) float64
		found bool
	}{
		"a ramp, from minutes to seconds": {func(i int) float64 {
			if n := float64(600 + 100*i); i < 15 {
				return n
			} else {
				return n / 60
			}
		}, true},
		"from thousands": {func(i int) float64 {
			if i < 15 {
				return 12
			}
			return 12_000
		}, true},
		"from hours": {func(i int) float64 {
			if i < 15 {
				return 3600 * 40
			}
			return 40
		}, true},
		"a surge by 50": {func(i int) float64 {
			if i < 15 {
				return 100
			}
			return 5000
		}, false},
		"a surge that rises on": {func(i int) float64 {
			if i < 15 {
				return 100
			}
			return 6000 * math.Pow(1.5, float64(i-15))
		}, false},
		"a surge after a rise": {func(i int) float64 {
			if i < 15 {
				return 100 + 20*float64(i)
			}
			return 60 * 100
		}, false},
		"silence": {func(i int) float64 {
			if i < 15 {
				return 0
			}
			return 60
		}, false},
		"a single row": {func(i int) float64 {
			if i == 15 {
				return 6000
			}
			return 100
		}, false},
	} {
		var j jumps
		found := false
		for i := range 40 {
			_, now := j.add(test.rate(i))
			found = found || now
		}
		if found != test.found {
			t.Errorf("%s: got %v", name, found)
		}
	}
}

// A row that is missing is no mixture of periods, and neither are regular ones with a
// period that was told.
func TestMixtures(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, time.May, 29, 20, 0, 0, 0, time.UTC)
	file := func(minutes ...int) *strings.Reader {
		var b strings.Builder
		for _, m := range minutes {
			b.WriteString(at.Add(time.Duration(m)*time.Minute).Format(time.RFC3339) + ",5\n")
		}
		return strings.NewReader(b.String())
	}
	gaps := []int{0, 1, 2, 3, 5, 7, 9, 11, 12, 13, 14, 20, 21}
	if got, report, err := Read(file(gaps...), Options{}); err != nil || len(got.Counts) != 22 || report.GapPeriods != 9 {
		t.Errorf("got %d periods, %v, %v", len(got.Counts), report, err)
	}
	mixed := []int{0, 1, 2, 3, 4, 5, 6, 11, 16, 21, 26, 31}
	if _, _, err := Read(file(mixed...), Options{}); err == nil || !strings.Contains(err.Error(), "mixed") {
		t.Errorf("got %v", err)
	}
	if got, report, err := Read(file(mixed...), Options{Period: time.Minute}); err != nil || got.Total() != 60 ||
		report.GapPeriods != 20 {
		t.Errorf("got %v, %v, %v", got, report, err)
	}
	// Gaps outside of the part that is played are not told.
	_, report, err := Read(file(gaps...), Options{From: at.Add(10 * time.Minute), To: at.Add(18 * time.Minute)})
	if err != nil || report.GapPeriods != 4 || report.Gaps[0].From != at.Add(10*time.Minute) ||
		report.Gaps[len(report.Gaps)-1].To != at.Add(18*time.Minute) {
		t.Errorf("got %v, %v", report, err)
	}
}
