package events

import (
	"crypto/sha256"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
)

// String is the cron expression. It keeps to the forms that AWS's own examples
// have: one range, one list or one step, and not several in a field.
func (r cronRule) String() string {
	day, weekday := "?", "?"
	if r.weekdays != 0 {
		weekday = cronField(set(uint64(r.weekdays)), 7, func(d int) string { return weekdays[d] })
	} else {
		day = cronField(set(uint64(r.days)), 0, strconv.Itoa)
	}
	return fmt.Sprintf("cron(%s %s %s %s %s %s)", cronMinutes(set(r.minutes)),
		cronField(set(uint64(r.hours)), 24, strconv.Itoa),
		day, cronField(set(uint64(r.months)), 12, strconv.Itoa), weekday, cronField(r.years, 0, strconv.Itoa))
}

// name is made of an event, what is asserted and a digest of the rest, and not
// of a number: an event that is added before it does not rename it.
func (r cronRule) name(what string) string {
	who := r.events[0]
	if others := len(r.events) - 1; others > 0 {
		who = fmt.Sprintf("%s and %d more", who, others)
	}
	digest := sha256.Sum256([]byte(r.zone + r.String()))
	return fmt.Sprintf("%s %s %d %x", who, what, r.capacity, digest[:6])
}

// actionName is what name returns.
var actionName = regexp.MustCompile(`^(.+?)(?: and \d+ more)? (?:floor|capacity units) \d+ [0-9a-f]{12}$`)

// NameOf is the event that the name of a scheduled action tells, the first of several,
// and "" where the action is not of a calendar.
func NameOf(action string) string {
	if found := actionName.FindStringSubmatch(action); found != nil {
		return found[1]
	}
	return ""
}

// cronMinutes writes 10, 15, … 55 as 10/5, other minutes one by one.
func cronMinutes(minutes []int) string {
	if n := len(minutes); n > 2 {
		step := minutes[1] - minutes[0]
		if even := minutes[n-1]-minutes[0] == (n-1)*step; even && minutes[n-1]+step > 59 {
			return fmt.Sprintf("%d/%d", minutes[0], step)
		}
	}
	return cronField(minutes, 60, strconv.Itoa)
}

// cronField writes all of size values as *, neighbours as a range, and others
// one by one.
func cronField(values []int, size int, write func(int) string) string {
	n := len(values)
	if n == size {
		return "*"
	}
	if n > 2 && values[n-1]-values[0] == n-1 {
		return write(values[0]) + "-" + write(values[n-1])
	}
	parts := make([]string, n)
	for i, v := range values {
		parts[i] = write(v)
	}
	return strings.Join(parts, ",")
}

func set(mask uint64) []int {
	var values []int
	for ; mask != 0; mask &= mask - 1 {
		values = append(values, bits.TrailingZeros64(mask))
	}
	return values
}
