package schedule

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a database

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// zones.txt has the sorted names of the Go release's tzdata; a test compares them.
// Which names LoadLocation accepts depends on the machine.
//
//go:embed zones.txt
var zonesText string

var zones = strings.Fields(zonesText)

// abbreviations maps abbreviations that are no names of zones to a zone that uses
// them.
var abbreviations = map[string]string{
	"Z": "UTC", "BST": "Europe/London", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "KST": "Asia/Seoul",
	"CEST": "Europe/Paris", "EEST": "Europe/Athens", "WEST": "Europe/Lisbon",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
	"EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago",
	"MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
	"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
}

var offset = regexp.MustCompile(`^(?i:UTC|GMT|Z)?([+-])(\d{1,2})(?::?(\d{2}))?$`)

// ParseZone returns the time zone with an IANA name; "" is UTC, as with AWS (fact
// B3). Names are case-sensitive; offsets and "Local" are no names. AWS documents
// the canonical names of Joda-Time; others, such as US/Eastern, are accepted here
// too. The rules of a zone come from the machine's database, or else from Go's.
//
// The error is a problem.List with the likely name.
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

// zoneFix suggests a zone for name.
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

// offsetFix suggests a zone for an offset. The signs of the Etc zones are inverted:
// Etc/GMT-9 is nine hours ahead of UTC.
func offsetFix(sign, hourText, minutes string) string {
	hours, _ := strconv.Atoi(hourText) // two digits
	zone := fmt.Sprintf("Etc/GMT%s%d", map[string]string{"+": "-", "-": "+"}[sign], hours)
	if (minutes == "" || minutes == "00") && slices.Contains(zones, zone) {
		return fmt.Sprintf("write a place such as Europe/London, or %s, whose sign is inverted", zone)
	}
	return "write a place such as Europe/London or Asia/Kolkata"
}

// zonesLike returns the zone whose name differs in case alone, else up to three zones
// with the same place, else the one with the smallest edit distance.
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
		return nil // such as America: a prefix of many zones
	}
	best := (len(name) + 1) / 5 // a larger distance is no misspelling
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
