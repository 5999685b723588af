package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// says fails unless ps is one problem for each text of want, at its path.
func says(t *testing.T, name string, ps problem.List, want ...string) {
	t.Helper()
	if len(ps) != len(want) {
		t.Errorf("%s: got %d problems, want %d:\n%v", name, len(ps), len(want), ps)
		return
	}
	for i, p := range ps {
		if !strings.Contains(p.String(), want[i]) {
			t.Errorf("%s: got %s, want %q in it", name, p, want[i])
		}
	}
}

func TestValidateCIDR(t *testing.T) {
	t.Parallel()
	for cidr, want := range map[string]string{
		"":                    "", // not known here
		"10.0.0.0/16":         "",
		"10.0.0.0/28":         "",
		"192.168.4.0/22":      "",
		"10.0.0.1/16":         "write 10.0.0.0/16",
		"10.0.255.0/16":       "write 10.0.0.0/16",
		"10.0.0.0/15":         "such as 10.0.0.0/16",
		"10.9.8.7/4":          "such as 10.9.0.0/16",
		"10.0.0.0/29":         "such as 10.0.0.0/28",
		"10.0.0.0":            "an address and a mask",
		"10.0.0.0/33":         "not an IPv4 range",
		"10.0.0/16":           "not an IPv4 range",
		"010.0.0.0/16":        "not an IPv4 range",
		"::/16":               "not an IPv4 range",
		"::ffff:10.0.0.0/112": "not an IPv4 range",
		"10.0.0.0/16 ":        "not an IPv4 range",
		"everybody":           "an address and a mask",
	} {
		ps := validateCIDR("cidr", cidr, 16, 28, "a VPC has a range")
		if want == "" {
			says(t, cidr, ps)
		} else {
			says(t, cidr, ps, want)
		}
	}
}

func TestNewVPCHoldsItsSubnets(t *testing.T) {
	t.Parallel()
	// A range has a place of /27 or larger for two subnets in each of six zones,
	// however many there are.
	for zones := 2; zones <= 6; zones++ {
		v := NewVPC{}
		for i := range zones {
			v.AvailabilityZones = append(v.AvailabilityZones, "us-east-1"+string(rune('a'+i)))
		}
		for cidr, want := range map[string][]string{
			"10.0.0.0/16": nil, "10.0.0.0/20": nil, "10.0.0.0/23": nil,
			"10.0.2.0/24": {"from /16 to /23; such as 10.0.2.0/23"},
			"10.0.3.0/28": {"from /16 to /23; such as 10.0.2.0/23"},
		} {
			v.CIDR = cidr
			says(t, v.CIDR, validateNewVPC(v, "us-east-1"), want...)
		}
	}
	v := NewVPC{CIDR: "10.0.0.0/16", AvailabilityZones: []string{"us-east-1a", "us-east-1g"}}
	says(t, "a seventh zone", validateNewVPC(v, "us-east-1"), `availabilityZones[1]: got "us-east-1g": a new VPC has a fixed range`)
}

// TestSubnets: a subnet's range depends on the VPC's and on the letter of its own
// zone, not on the other zones or their order.
func TestSubnets(t *testing.T) {
	t.Parallel()
	all := NewVPC{CIDR: "10.10.240.0/20", AvailabilityZones: []string{
		"us-east-1f", "us-east-1b", "us-east-1a", "us-east-1c", "us-east-1e", "us-east-1d",
	}}
	byZone := map[string]ZoneSubnets{}
	vpc, taken := netip.MustParsePrefix(all.CIDR), []netip.Prefix{}
	for _, s := range all.Subnets() {
		byZone[s.Zone] = s
		for _, subnet := range []ZoneSubnet{s.Public, s.Private} {
			cidr := netip.MustParsePrefix(subnet.CIDR)
			if !vpc.Overlaps(cidr) || cidr.Masked() != cidr || slices.ContainsFunc(taken, cidr.Overlaps) {
				t.Errorf("%s: %s is not a range of its own", s.Zone, cidr)
			}
			taken = append(taken, cidr)
		}
	}
	if got := byZone["us-east-1f"]; len(taken) != 12 || got.Number != 6 ||
		got.Public != (ZoneSubnet{5, "10.10.245.0/24"}) || got.Private != (ZoneSubnet{13, "10.10.253.0/24"}) {
		t.Errorf("got %d subnets, and zone f: %+v", len(taken), got)
	}
	some := NewVPC{CIDR: all.CIDR, AvailabilityZones: []string{"us-east-1d", "us-east-1b"}}
	if got := some.Subnets(); !slices.Equal(got, []ZoneSubnets{byZone["us-east-1b"], byZone["us-east-1d"]}) {
		t.Errorf("got %+v", got)
	}
}

func TestValidateZone(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"us-east-1a":              "",
		"us-east-1f":              "",
		"us-east-2a":              "such as us-east-1a",
		"us-gov-east-1b":          "such as us-east-1b",
		"use1-az1":                "a zone is named as its region and a letter",
		"us-east-1":               "a zone is named as its region and a letter",
		"us-east-1-bos-1a":        "a zone is named as its region and a letter",
		"us-east-1-wl1-bos-wlz-1": "a zone is named as its region and a letter",
	} {
		ps := validateZone("zone", zone, "us-east-1")
		if want == "" {
			says(t, zone, ps)
		} else {
			says(t, zone, ps, want)
		}
	}
	says(t, "without a region", validateZone("zone", "us-east-2a", ""))
	says(t, "without a zone", validateZone("zone", "", "us-east-1"))
}

func TestTagLimits(t *testing.T) {
	t.Parallel()
	says(t, "the longest", validateTags(map[string]string{strings.Repeat("é", 128): strings.Repeat("é", 256), "a b_.:/=+-@": "", "empty": ""}))
	says(t, "a key", validateTags(map[string]string{strings.Repeat("a", 129): ""}), "1 to 128 characters, this one has 129")
	says(t, "no key", validateTags(map[string]string{"": ""}), "1 to 128 characters, this one has 0")
	says(t, "a value", validateTags(map[string]string{"a": strings.Repeat("a", 257)}), "at most 256 characters, this one has 257")
	says(t, "reserved", validateTags(map[string]string{"AWS:a": "", "aws": ""}), "keys that begin with aws:")
	says(t, "characters", validateTags(map[string]string{"a?": "", "b": "a\nb"}), "a tag's key has", "a tag's value has")
	many := map[string]string{}
	for i := range 45 {
		many[fmt.Sprint(i)] = ""
	}
	says(t, "many", validateTags(many))
	many["more"] = ""
	says(t, "too many", validateTags(many), "at most 45 tags fit on every resource, these are 46")
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"account", "endpoint", "frontend", "region", "scaling", "schedule", "tags"}
	for word, want := range map[string]string{
		"regoin": "region", "Region": "region", "REGION": "region", "scale": "", "schedules": "schedule", "tag": "tags",
		"fronted": "frontend", "acount": "account", "monitoring": "", "x": "", "": "",
	} {
		if got := nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		keyPath("", "region"):                        "region",
		keyPath(itemPath("schedule", 1), "timezone"): "schedule[1].timezone",
		keyPath("tags", "a.b"):                       `tags["a.b"]`,
		keyPath("tags", "a\nb"):                      `tags["a\nb"]`,
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, test := range []struct {
		path, outer string
		want        bool
	}{
		{"scaling.minCapacity", "scaling", true}, {"scaling", "scaling", true}, {"schedule[1].name", "schedule", true},
		{"anything", "", true}, {"scalingFactor", "scaling", false}, {"scaling", "scaling.minCapacity", false},
	} {
		if got := within(test.path, test.outer); got != test.want {
			t.Errorf("%s within %s: got %v", test.path, test.outer, got)
		}
	}
}
