package trace

import (
	"strconv"
	"strings"
	"time"
)

// clock reads times.
type clock struct {
	// zone is that of times without one; order of days and months.
	zone  *time.Location
	order string
	// said and assumed report whether a time had a zone, or had none.
	said, assumed bool
}

const (
	timeRule = "a time is seconds or milliseconds since 1970, or such as 2027-05-29T20:00:00Z"
	timeFix  = "write it in UTC or with its offset"
)

// timeProblem is a time that cannot be read: rule and fix.
type timeProblem struct{ rule, fix string }

var (
	noTime  = &timeProblem{timeRule, timeFix}
	noOrder = &timeProblem{"the day or the month may come first in such a date",
		"say which: --date-order dmy, or mdy; or write it as 2027-05-29"}
)

// months are English months by their first three letters.
var months = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8,
	"sep": 9, "oct": 10, "nov": 11, "dec": 12}

// parse reads a time: an epoch in s, ms, µs or ns, a date and a time of the day in any
// of the documented orders, or as HTTP and web servers write it. previous is the time
// of the row before: of a local time that comes twice in autumn, it chooses the later
// one where the earlier would go back.
func (c *clock) parse(text string, previous int64) (time.Time, *timeProblem) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, noTime
	}
	if at, zoned, ok := usual(text); ok && (zoned || c.zone == nil || c.zone == time.UTC) {
		c.said, c.assumed = c.said || zoned, c.assumed || !zoned
		return at, nil
	}
	if text[0] >= '0' && text[0] <= '9' && !strings.ContainsAny(text, "-:/ ") && strings.Count(text, ".") <= 1 {
		at, ok := epoch(text)
		if !ok {
			return at, noTime
		}
		c.said = true
		return at, nil
	}
	date, rest, ok := c.date(text)
	if ok != nil {
		return time.Time{}, ok
	}
	day, zone, parsed := timeOfDay(rest)
	if !parsed {
		return time.Time{}, noTime
	}
	year, month, dayOfMonth := date.year, date.month, date.day
	if year < 1970 || month < 1 || month > 12 || dayOfMonth < 1 ||
		dayOfMonth > time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return time.Time{}, &timeProblem{"there is no such day", "give a date of the calendar"}
	}
	at := time.Date(year, time.Month(month), dayOfMonth, 0, 0, 0, 0, time.UTC).Add(day)
	if zone != nil {
		c.said = true
		return at.Add(-time.Duration(*zone) * time.Second), nil
	}
	c.assumed = true
	if c.zone == nil || c.zone == time.UTC {
		return at, nil
	}
	return c.local(at, previous)
}

// usual reads 2027-05-29T20:00:00Z, and the same with a space or without the Z: most
// files have nothing else. It is false for other texts.
func usual(text string) (at time.Time, zoned, ok bool) {
	const form = "0000-00-00T00:00:00"
	if len(text) == len(form)+1 && text[len(form)] == 'Z' {
		text, zoned = text[:len(form)], true
	}
	if len(text) != len(form) {
		return at, false, false
	}
	var n [6]int
	part := 0
	for i := range len(form) {
		switch d := text[i]; {
		case form[i] == '0' && d >= '0' && d <= '9':
			n[part] = n[part]*10 + int(d-'0')
		case d == form[i] && form[i] != '0', form[i] == 'T' && d == ' ':
			part++
		default:
			return at, false, false
		}
	}
	at = time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	year, month, day := at.Date()
	isDay := year == n[0] && int(month) == n[1] && day == n[2] && year >= 1970
	return at, zoned, isDay && n[3] < 24 && n[4] < 60 && n[5] < 60
}

// local is the wall clock's time in the zone.
func (c *clock) local(wall time.Time, previous int64) (time.Time, *timeProblem) {
	var found []time.Time
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(near).In(c.zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if _, is := at.In(c.zone).Zone(); is == offset && (len(found) == 0 || !at.Equal(found[0])) {
			found = append(found, at)
		}
	}
	switch {
	case len(found) == 0:
		return time.Time{}, &timeProblem{"clocks in " + c.zone.String() + " skip this time", "give another --timezone"}
	case len(found) == 2 && found[1].Before(found[0]):
		found[0], found[1] = found[1], found[0]
	}
	if len(found) == 2 && found[0].Unix() < previous && found[1].Unix() >= previous {
		return found[1], nil
	}
	return found[0], nil
}

type date struct{ year, month, day int }

// date reads the date at the beginning of a text.
func (c *clock) date(text string) (date, string, *timeProblem) {
	if i := strings.IndexByte(text, ','); i == 3 { // Tue, 07 Jul 1998
		text = strings.TrimSpace(text[4:])
	}
	end := strings.IndexAny(text, "T :")
	if end < 0 {
		end = len(text)
	}
	head, rest := text[:end], text[end:]
	if len(head) <= 2 { // 07 Jul 1998 19:00:00
		fields := strings.Fields(text)
		if len(fields) < 4 {
			return date{}, "", noTime
		}
		head, rest = strings.Join(fields[:3], "/"), " "+strings.Join(fields[3:], " ")
	}
	separator := strings.IndexAny(head, "-/.")
	if separator < 1 {
		return date{}, "", noTime
	}
	parts := strings.Split(head, head[separator:separator+1])
	if len(parts) != 3 {
		return date{}, "", noTime
	}
	var n [3]int
	for i, part := range parts {
		if m, known := months[strings.ToLower(part[:min(3, len(part))])]; known && i == 1 && len(part) == 3 {
			n[i] = int(m)
			continue
		}
		if !plain(part) || len(part) > 4 {
			return date{}, "", noTime
		}
		n[i], _ = strconv.Atoi(part)
	}
	switch {
	case len(parts[0]) == 4:
		return date{n[0], n[1], n[2]}, rest, nil
	case len(parts[2]) != 4:
		return date{}, "", &timeProblem{"the year of a date has four digits", timeFix}
	case !plain(parts[1]):
		return date{n[2], n[1], n[0]}, rest, nil
	}
	switch c.order {
	case "dmy":
		return date{n[2], n[1], n[0]}, rest, nil
	case "mdy":
		return date{n[2], n[0], n[1]}, rest, nil
	}
	return date{}, "", noOrder
}

// timeOfDay reads the time of the day and its zone, an offset in seconds or nil.
func timeOfDay(text string) (day time.Duration, zone *int, ok bool) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "T"))
	text = strings.TrimPrefix(text, ":") // 08/Jul/1998:19:00:00
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != ':' && r != '.' })
	if end < 0 {
		end = len(text)
	}
	clock, rest := text[:end], strings.TrimSpace(text[end:])
	if fraction, found := strings.CutPrefix(rest, ","); found { // 20:00:00,123
		digits := len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
		clock, rest = clock+"."+fraction[:digits], strings.TrimSpace(fraction[digits:])
	}
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, nil, false
	}
	seconds := ""
	if len(parts) == 3 {
		seconds = parts[2]
	}
	whole, fraction, _ := strings.Cut(seconds, ".")
	if !plain(parts[0]) || !plain(parts[1]) || len(parts[0]) > 2 || len(parts[1]) != 2 ||
		len(whole) != 2 && seconds != "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, nil, false
	}
	h, _ := strconv.Atoi(parts[0])
	m, _ := strconv.Atoi(parts[1])
	s, _ := strconv.Atoi("0" + whole)
	f, _ := strconv.ParseFloat("0."+fraction+"0", 64)
	if upper := strings.ToUpper(rest); strings.HasPrefix(upper, "AM") || strings.HasPrefix(upper, "PM") {
		if h < 1 || h > 12 {
			return 0, nil, false
		}
		if h %= 12; upper[0] == 'P' {
			h += 12
		}
		rest = strings.TrimSpace(rest[2:])
	}
	if h > 23 || m > 59 || s > 59 {
		return 0, nil, false
	}
	day = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(f*1e9)
	if rest == "" {
		return day, nil, true
	}
	offset, ok := zoneOffset(rest)
	return day, &offset, ok
}

// zoneOffset reads Z, UTC, GMT, +02:00, +0200, +02, or UTC and an offset.
func zoneOffset(text string) (seconds int, ok bool) {
	name, upper := text, strings.ToUpper(text)
	for _, known := range []string{"Z", "UTC", "GMT"} {
		if rest, found := strings.CutPrefix(upper, known); found {
			if name = rest; name == "" {
				return 0, true
			}
			break
		}
	}
	if fields := strings.Fields(name); len(fields) == 2 && (fields[1] == "UTC" || fields[1] == "GMT" || fields[1] == "Z") {
		name = fields[0] // +0000 UTC
	}
	if len(name) < 3 || name[0] != '+' && name[0] != '-' {
		return 0, false // an abbreviation, such as CEST, does not say its offset
	}
	digits := strings.Replace(name[1:], ":", "", 1)
	if !plain(digits) || len(digits) != 2 && len(digits) != 4 {
		return 0, false
	}
	h, _ := strconv.Atoi(digits[:2])
	m, _ := strconv.Atoi("0" + digits[2:])
	if h > 15 || m > 59 {
		return 0, false
	}
	if seconds = h*3600 + m*60; name[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// epoch reads seconds, ms, µs or ns by their size, for times from 1979 to 2286. A date
// without separators, such as 20270529 or 202705292000, is none.
func epoch(text string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if mantissa, power, found := strings.Cut(strings.ToLower(text), "e"); found { // 1.7803368e+09
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || strings.Trim(mantissa, "0123456789.") != "" || strings.Trim(power, "+0123456789") != "" ||
			f > 1e18 {
			return time.Time{}, false
		}
		whole, fraction = strconv.FormatFloat(f, 'f', 0, 64), ""
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0123456789") != "" {
		return time.Time{}, false
	}
	switch {
	case n < 1e8, n >= 1e10 && n < 3e11, n >= 1e13 && n < 1e14:
		return time.Time{}, false
	case n < 1e10:
		f, _ := strconv.ParseFloat("0."+fraction+"0", 64)
		return time.Unix(n, int64(f*1e9)).UTC(), true
	case n < 1e13:
		return time.UnixMilli(n).UTC(), true
	case n < 1e17:
		return time.UnixMicro(n).UTC(), true
	}
	return time.Unix(0, n).UTC(), true
}
