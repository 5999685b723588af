package config

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// writtenDuration is amounts with units, as people write them.
var (
	writtenDuration = regexp.MustCompile(`^(?:\s*\d+(?:\.\d+)?\s*[A-Za-z]+\s*(?:,|and)?)+$`)
	amountOfTime    = regexp.MustCompile(`(\d+(?:\.\d+)?)\s*([A-Za-z]+)`)
)

var timeUnits = map[string]time.Duration{
	"ms": time.Millisecond, "msec": time.Millisecond, "millisecond": time.Millisecond, "milliseconds": time.Millisecond,
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
}

// durationOf reads a duration that a person wrote in another form, such as 1.5 hours.
func durationOf(text string) (d time.Duration, ok bool) {
	if !writtenDuration.MatchString(text) {
		return 0, false
	}
	for _, m := range amountOfTime.FindAllStringSubmatch(text, -1) {
		unit, known := timeUnits[strings.ToLower(m[2])]
		amount, err := strconv.ParseFloat(m[1], 64)
		if !known || err != nil || amount*float64(unit) > float64(math.MaxInt64)/2 {
			return 0, false
		}
		d += time.Duration(math.Round(amount * float64(unit)))
	}
	return d, true
}

// rewritten is how a text that breaks a pattern of the schema is written, "" where that
// is not known.
func rewritten(text string, pattern jsonschema.Regexp) string {
	var candidates []string
	switch pattern.String() {
	case accountPattern:
		digits := strings.NewReplacer("-", "", " ", "", "_", "", ".", "").Replace(text)
		if pattern.MatchString(digits) {
			return strconv.Quote(digits)
		}
	case regionPattern:
		low := strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(text))
		candidates = []string{low, strings.TrimRight(low, "abcdef")}
	case DurationPattern, latencyPattern:
		if d, ok := durationOf(text); ok && d > 0 {
			candidates = []string{problem.Duration(d)}
			if d%time.Second == 0 {
				candidates = append(candidates, fmt.Sprintf("%ds", int(d.Seconds())))
			}
			candidates = append(candidates, fmt.Sprintf("%dms", d.Milliseconds()))
		}
	default:
		candidates = []string{strings.ToLower(text), strings.TrimSpace(text)}
	}
	for _, c := range candidates {
		if c != text && pattern.MatchString(c) {
			return c
		}
	}
	return ""
}

var (
	percentage = regexp.MustCompile(`^\s*(\d+(?:\.\d+)?)\s*(?:%|per ?cent|percent)\s*$`)
	// amount is a number with thousands separators, or with a unit that says what is counted.
	amount = regexp.MustCompile(`(?i)^\s*(\d{1,3}(?:[ _,']\d{3})+|\d+)(\.\d+)?\s*` +
		`((?:req|requests?)?\s*(?:/|per)\s*s(?:ec|econd)?|rps|requests?|instances?|tasks?|copies|copy)?$`)
)

// numberFix is how a text is written where the schema wants a number, "" where that is
// not known.
func numberFix(text string, s *jsonschema.Schema) string {
	if m := percentage.FindStringSubmatch(text); m != nil && s.Maximum != nil {
		v, _ := strconv.ParseFloat(m[1], 64) // digits
		if highest, _ := s.Maximum.Float64(); highest == 1 && v > 100 {
			return "write 1 for 100 %, or less"
		} else if highest == 1 {
			return problem.ShareFix(v, "write "+strconv.FormatFloat(v/100, 'g', -1, 64))
		}
	}
	if m := amount.FindStringSubmatch(text); m != nil && (m[3] != "" || len(m[1]) > 3) {
		return "write " + strings.NewReplacer(" ", "", "_", "", ",", "", "'", "").Replace(m[1]) + m[2]
	}
	return ""
}

// wholeFix is how a number that is not whole is written where the schema wants one that
// is: a share as the percentage that it may be, any other rounded.
func wholeFix(v float64, s *jsonschema.Schema) string {
	if percent := math.Round(v*1e8) / 1e6; v > 0 && v < 1 && percent == math.Trunc(percent) && s.Maximum != nil &&
		s.Maximum.Cmp(big.NewRat(100, 1)) == 0 {
		return fmt.Sprintf("write %g for %g %%", percent, percent)
	}
	if least := math.Floor(v); s.Minimum == nil || s.Minimum.Cmp(new(big.Rat).SetFloat64(least)) <= 0 {
		return fmt.Sprintf("round it, to %.0f or %.0f", least, least+1)
	}
	return fmt.Sprintf("round it up, to %.0f", math.Ceil(v))
}

// listFix is how one text is written where the schema wants a list.
func listFix(text string) string {
	var items []string
	for _, item := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
		if days := events.WeekdayRange(item); days != nil {
			items = append(items, days...)
		} else {
			items = append(items, strings.TrimSpace(item))
		}
	}
	return "write it in brackets: [" + strings.Join(items, ", ") + "]"
}
