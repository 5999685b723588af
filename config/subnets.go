package config

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// A new VPC's range has SubnetSlots slots of the same size. The public subnet of a
// zone has the slot of its letter, counted from a, and the private subnet has the slot
// half the range further. So a zone that is added, removed or listed elsewhere moves
// no other zone's subnets (fact I7: a subnet that moves conflicts with itself).
const (
	SubnetSlots = 1 << subnetBits

	subnetBits   = 4
	privateSlots = SubnetSlots / 2
	maxZones     = 6 // a to f; the rest of the range is free for subnets of other uses
)

// ZoneSubnets are a new VPC's subnets in one Availability Zone.
type ZoneSubnets struct {
	// Zone is the Availability Zone's name.
	Zone string
	// Number is the place of the zone's letter in the alphabet, 1 for a.
	Number int
	// Public and Private are the two subnets.
	Public, Private ZoneSubnet
}

// ZoneSubnet is the place of a subnet in the VPC's ranges.
type ZoneSubnet struct {
	// Slot counts the subnet's slot from 0 to SubnetSlots - 1.
	Slot int
	// CIDR is the subnet's IPv4 range.
	CIDR string
}

// Subnets returns the subnets of each zone, by the zone's letter. v has to be valid.
func (v NewVPC) Subnets() []ZoneSubnets {
	var all []ZoneSubnets
	for _, zone := range slices.Sorted(slices.Values(v.AvailabilityZones)) {
		slot := zoneSlot(zone)
		all = append(all, ZoneSubnets{
			Zone: zone, Number: slot + 1, Public: v.subnet(slot), Private: v.subnet(slot + privateSlots),
		})
	}
	return all
}

func (v NewVPC) subnet(slot int) ZoneSubnet {
	vpc := netip.MustParsePrefix(v.CIDR)
	bits := vpc.Bits() + subnetBits
	address := vpc.Addr().As4()
	first := binary.BigEndian.Uint32(address[:]) + uint32(slot)<<(vpc.Addr().BitLen()-bits)
	binary.BigEndian.PutUint32(address[:], first)
	return ZoneSubnet{Slot: slot, CIDR: netip.PrefixFrom(netip.AddrFrom4(address), bits).String()}
}

// zoneSlot returns the slot of a zone's public subnet.
func zoneSlot(zone string) int {
	return int(zone[len(zone)-1] - 'a')
}
