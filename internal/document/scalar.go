package document

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	// number is what is a number where nothing is quoted.
	number = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	// unclear is what YAML 1.1 and 1.2 read as different numbers, or only one of
	// them as a number: octal, hexadecimal, binary, and with underscores.
	unclear = regexp.MustCompile(`^([-+]?)(?:(0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)|0*([0-9][0-9_]*))$`)
	// decimal is a whole number that every reader takes for the same.
	decimal = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`)
)

// IsNumber reports whether a text without quotes would be a number.
func IsNumber(text string) bool { return number.MatchString(text) }

// plainValue is the value of a text without quotes.
func plainValue(text string) any {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	if parts := unclear.FindStringSubmatch(text); parts != nil && !decimal.MatchString(text) {
		sign, other, digits := parts[1], parts[2], strings.ReplaceAll(parts[3], "_", "")
		if other != "" {
			i, err := strconv.ParseUint(strings.ReplaceAll(other, "_", ""), 0, 64)
			if err != nil {
				return text
			}
			digits = strconv.FormatUint(i, 10)
		}
		return Unclear(sign + digits)
	}
	if number.MatchString(text) {
		if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(f, 0) {
			return f
		}
	}
	return text
}

// maxWritten bounds how much of a value a problem shows.
const maxWritten = 100

// OneLine is text as a problem shows it: on one line, in quotes where it would
// not fit on one, and cut off after 100 characters.
func OneLine(text string) string { return oneLine(text, text) }

// repeated is the rule that a key stands in a mapping once.
func repeated(key string) string {
	return "the key " + OneLine(strconv.Quote(key)) + " is repeated"
}

// oneLine is text, or value in quotes where text would not fit on a line.
func oneLine(text, value string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text = strconv.Quote(value)
	}
	if len(text) <= maxWritten {
		return text
	}
	if r := []rune(text); len(r) > maxWritten {
		text = string(r[:maxWritten]) + "…"
	}
	return text
}
