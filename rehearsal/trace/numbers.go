package trace

import (
	"regexp"
	"strconv"
	"strings"
)

// unit is what a value is.
type unit string

// The units of --unit, and requests a minute, which only a header says.
const (
	unitRequest   unit = "request" // each row is a request
	unitCount     unit = "count"   // requests of the period
	unitRate      unit = "rate"    // requests a second
	unitPerMinute unit = "rate a minute"
	unitCounter   unit = "counter" // requests since some beginning
)

// suffixes are what may follow a number, without spaces, in lower case.
var suffixes = map[string]unit{
	"": "", "request": unitCount, "requests": unitCount, "req": unitCount, "reqs": unitCount,
	"rps": unitRate, "qps": unitRate, "r/s": unitRate, "req/s": unitRate, "reqs/s": unitRate, "requests/s": unitRate,
	"req/sec": unitRate, "requests/sec": unitRate, "/s": unitRate,
	"rpm": unitPerMinute, "req/min": unitPerMinute, "requests/min": unitPerMinute, "req/m": unitPerMinute,
}

// Separators of a number's digits.
const (
	point = '.'
	comma = ','
)

// numberForm is a number: digits, perhaps in groups, perhaps an exponent, a suffix.
var numberForm = regexp.MustCompile(`^\+?([0-9][0-9.,'’\x{a0}\x{202f} ]*|\.[0-9]+)` +
	`([eE][-+]?[0-9]{1,3})?\s*([a-zA-Z/]*)$`)

// thousandsForm is a whole number in groups of three, after separators became spaces.
var thousandsForm = regexp.MustCompile(`^[0-9]{1,3}( [0-9]{3})+$`)

// number is a number as it stands in a file.
type number struct {
	// value is it with separator as the decimal sign, and grouped with separator
	// between thousands. Without doubt both are equal.
	value, grouped float64
	// separator is what leaves a doubt: 1.234 may be more than a thousand.
	separator rune
	// decimal is the decimal sign that the number proves, 0 for none.
	decimal rune
	suffix  string
	// thousands reports whether a point or a comma stands between thousands.
	thousands bool
}

// parseNumber parses a number of 0 or more. decimal is the decimal sign, 0 if it is
// not known.
func parseNumber(text string, decimal rune) (number, bool) {
	if plain(text) {
		v, err := strconv.ParseFloat(text, 64)
		return number{value: v, grouped: v}, err == nil
	}
	m := numberForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return number{}, false
	}
	n := number{suffix: strings.ToLower(m[3])}
	digits, exponent := strings.TrimRight(m[1], " \u00a0\u202f"), m[2]
	whole, fraction := digits, ""
	points, commas := strings.Count(digits, "."), strings.Count(digits, ",")
	last := rune(0)
	if i := strings.LastIndexAny(digits, ".,"); i >= 0 {
		last = rune(digits[i])
		whole, fraction = digits[:i], digits[i+1:]
	}
	switch {
	case points == 0 && commas == 0:
	case points > 1 && commas > 1, points > 0 && commas > 0 && strings.Count(digits, string(last)) > 1:
		return number{}, false
	case points > 0 && commas > 0: // the last is the decimal sign
		n.decimal = last
	case points+commas > 1: // all of them are between thousands
		whole, fraction, n.decimal = digits, "", other(last)
	case len(fraction) != 3 || whole == "" || len(whole) > 3 || whole[0] == '0' || exponent != "":
		n.decimal = last
	case decimal == last:
		n.decimal = last
	case decimal != 0:
		whole, fraction, n.decimal = digits, "", decimal
	default:
		n.separator = last
	}
	if decimal != 0 && n.decimal != 0 && n.decimal != decimal {
		return number{}, false
	}
	grouped := strings.Map(func(r rune) rune {
		if strings.ContainsRune(".,'’\u00a0\u202f", r) {
			return ' '
		}
		return r
	}, whole)
	if strings.Contains(grouped, " ") && !thousandsForm.MatchString(grouped) ||
		strings.Trim(fraction, "0123456789") != "" {
		return number{}, false
	}
	n.thousands = strings.ContainsAny(whole, ".,")
	whole = strings.ReplaceAll(grouped, " ", "")
	v, err := strconv.ParseFloat(whole+"."+fraction+exponent, 64)
	if n.value, n.grouped = v, v; n.separator != 0 {
		n.grouped = v * 1000
	}
	return n, err == nil
}

func other(separator rune) rune {
	if separator == point {
		return comma
	}
	return point
}

// plain reports whether a text is digits only.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
