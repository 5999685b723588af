package schedule

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are the same where the machine has none

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// zones.txt is the names in the tzdata of the Go release, sorted; a test
// compares them. The names that LoadLocation takes depend on the machine.
//
//go:embed zones.txt
var zonesText string

var zones = strings.Fields(zonesText)

// abbreviations that are no names of zones, and where they are mostly used.
var abbreviations = map[string]string{
	"Z": "UTC", "BST": "Europe/London", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "KST": "Asia/Seoul",
	"CEST": "Europe/Paris", "EEST": "Europe/Athens", "WEST": "Europe/Lisbon",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
	"EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago",
	"MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
	"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
}

var offset = regexp.MustCompile(`^(?i:UTC|GMT|Z)?([+-])(\d{1,2})(?::?(\d{2}))?$`)

// ParseZone is the time zone with an IANA name, "" is UTC as with AWS (fact
// B3). Letters matter, and neither offsets nor "Local" are names. AWS documents
// only the canonical names that Joda-Time knows; the others, such as US/Eastern,
// are taken here too. The rules of a zone are those of the machine's database,
// where it has one, else of Go's.
//
// The error is an problem.List with the likely name.
func ParseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	var ps problem.List
	if _, known := slices.BinarySearch(zones, name); !known {
		ps.Add("", name, "this is not a time zone of the IANA database", zoneFix(name))
		return nil, ps
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		ps.Add("", name, "this time zone could not be read: "+err.Error(), "name a city of the same zone")
		return nil, ps
	}
	return loc, nil
}

// zoneFix guesses what was meant.
func zoneFix(name string) string {
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	if name == "Local" {
		return "write the zone's own name, such as Europe/London, Local is another on every machine"
	}
	if m := offset.FindStringSubmatch(name); m != nil {
		return offsetFix(m[1], m[2], m[3])
	}
	if zone := abbreviations[strings.ToUpper(name)]; zone != "" {
		return "write " + zone
	}
	if found := zonesLike(name); len(found) > 0 {
		return "write " + strings.Join(found, " or ")
	}
	return "write for instance Europe/London, Asia/Seoul or UTC"
}

// offsetFix: the names of the zones without daylight saving have their sign the
// wrong way round, Etc/GMT-9 is nine hours ahead.
func offsetFix(sign, hourText, minutes string) string {
	hours, _ := strconv.Atoi(hourText) // two digits
	if zone := fmt.Sprintf("Etc/GMT%s%d", map[string]string{"+": "-", "-": "+"}[sign], hours); (minutes == "" || minutes == "00") && slices.Contains(zones, zone) {
		return fmt.Sprintf("write a place such as Europe/London, or %s, whose sign is inverted", zone)
	}
	return "write a place such as Europe/London or Asia/Kolkata"
}

// zonesLike is at most three zones with the same name but for capitals, else
// with the same place, else the one that takes the fewest changes of letters.
func zonesLike(name string) []string {
	place := func(zone string) string { return zone[strings.LastIndex(zone, "/")+1:] }
	var found []string
	for _, zone := range zones {
		if strings.EqualFold(zone, name) {
			return []string{zone}
		}
		if strings.EqualFold(place(zone), place(name)) {
			found = append(found, zone)
		}
	}
	if len(found) > 0 {
		return found[:min(len(found), 3)]
	}
	if slices.ContainsFunc(zones, func(zone string) bool { return strings.HasPrefix(zone, name+"/") }) {
		return nil // America is a place of many zones, not a misspelt one
	}
	best := (len(name) + 1) / 5 // beyond that it is a guess
	for _, zone := range zones {
		candidate := zone
		if !strings.Contains(name, "/") {
			candidate = place(zone)
		}
		if d := problem.Distance(candidate, name); d <= best && (d < best || found == nil) {
			best, found = d, []string{zone}
		}
	}
	return found
}
