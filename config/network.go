package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// withDefaults is n with the flow logs of a new VPC.
func (n Network) withDefaults(production bool) Network {
	if n.NewVPC == nil {
		return n
	}
	vpc, logs := *n.NewVPC, FlowLogsNone
	if production {
		logs = FlowLogsAll
	}
	vpc.FlowLogs = cmp.Or(vpc.FlowLogs, logs)
	n.NewVPC = &vpc
	return n
}

func validateNetwork(e Environment, src source) problem.List {
	const newVPC, existingVPC = "network.newVpc", "network.existingVpc"
	n := e.Network
	var ps problem.List
	switch {
	case n.NewVPC != nil && n.ExistingVPC != nil:
		ps.Add(existingVPC, nil, "a load balancer stands in one VPC, and newVpc is given too", "keep one of the two")
	case n.NewVPC == nil && n.ExistingVPC == nil && !src.faulty(newVPC) && !src.faulty(existingVPC):
		ps.Add("network", nil, "a load balancer stands in a VPC, and none is given", "add newVpc or existingVpc")
	}
	if n.NewVPC != nil {
		ps = append(ps, validateNewVPC(*n.NewVPC, e.Region).In(newVPC)...)
	}
	if n.ExistingVPC != nil {
		ps = append(ps, validateExistingVPC(*n.ExistingVPC, e.Region).In(existingVPC)...)
		if !src.faulty("frontend.internetFacing") {
			ps = append(ps, validateBalancerSubnets(*n.ExistingVPC, e.Frontend.InternetFacing).In(existingVPC)...)
			if e.Frontend.RunsOn(GatewayOnFargate) && e.Frontend.InternetFacing {
				ps = append(ps,
					validateZones("privateSubnets", n.ExistingVPC.PrivateSubnets, "private",
						"the gateway on Fargate").In(existingVPC)...)
			}
		}
	}
	return ps
}

// An Amazon VPC has a range from /16 to /28, and a load balancer wants subnets
// of /27 or larger.
const (
	largestVPC           = 16
	smallestVPC          = 28
	smallestBalancerMask = 27
)

func validateNewVPC(v NewVPC, region string) problem.List {
	var ps problem.List
	what := fmt.Sprintf("a public and a private subnet of /%d or larger for each of up to %d zones need a range",
		smallestBalancerMask, maxZones)
	ps = append(ps, validateCIDR("cidr", v.CIDR, largestVPC, smallestBalancerMask-subnetBits, what)...)
	for i, zone := range v.AvailabilityZones {
		at := itemPath("availabilityZones", i)
		wrong := validateZone(at, zone, region)
		if len(wrong) == 0 && zone != "" && zoneSlot(zone) >= maxZones {
			wrong.Add(at, zone, "a new VPC has a fixed range for each of the zones a to f, and none for others",
				"name one of those, or make the VPC elsewhere and give existingVpc")
		}
		ps = append(ps, wrong...)
	}
	return ps
}

func validateExistingVPC(v ExistingVPC, region string) problem.List {
	ps := validateCIDR("cidr", v.CIDR, largestVPC, smallestVPC, "a VPC has a range")
	ids := map[string]string{}
	for _, group := range []struct {
		path    string
		subnets []Subnet
	}{{"publicSubnets", v.PublicSubnets}, {"privateSubnets", v.PrivateSubnets}} {
		for i, s := range group.subnets {
			at := itemPath(group.path, i)
			ps = append(ps, validateZone(at+".availabilityZone", s.AvailabilityZone, region)...)
			if first, twice := ids[s.ID]; twice && s.ID != "" {
				ps.Add(at+".id", s.ID, first+" is the same subnet", "name each subnet once, as public or as private")
			} else {
				ids[s.ID] = at
			}
		}
	}
	return ps
}

// validateBalancerSubnets asks for the subnets that the load balancer goes into:
// two zones or more, and of each zone one subnet, as Elastic Load Balancing does.
func validateBalancerSubnets(v ExistingVPC, internetFacing bool) problem.List {
	path, subnets, kind, why := "privateSubnets", v.PrivateSubnets, "private", "an internal load balancer"
	if internetFacing {
		path, subnets, kind, why = "publicSubnets", v.PublicSubnets, "public", "an internet-facing load balancer"
	}
	return validateZones(path, subnets, kind, why)
}

// validateZones wants subnets in two zones or more, one of each.
func validateZones(path string, subnets []Subnet, kind, why string) problem.List {
	var ps problem.List
	if len(subnets) < 2 {
		ps.Add(path, nil, fmt.Sprintf("%s needs %s subnets in at least 2 zones, %d given", why, kind, len(subnets)),
			"add the "+kind+" subnets of the VPC")
	}
	zones := map[string]string{}
	for i, s := range subnets {
		at := itemPath(path, i)
		if first, twice := zones[s.AvailabilityZone]; twice && s.AvailabilityZone != "" {
			ps.Add(at+".availabilityZone", s.AvailabilityZone, why+" takes one subnet of a zone, and "+first+" is in this one",
				"give subnets of different zones")
		} else {
			zones[s.AvailabilityZone] = at
		}
	}
	return ps
}

var zoneName = regexp.MustCompile(`^([a-z]+(?:-[a-z]+)+-[0-9]+)([a-z])$`)

// validateZone wants a zone of the region itself: a Local Zone has no Lambda
// targets (fact F12).
func validateZone(path, zone, region string) problem.List {
	var ps problem.List
	parts := zoneName.FindStringSubmatch(zone)
	switch {
	case zone == "":
	case parts == nil:
		ps.Add(path, zone,
			"a zone is named as its region and a letter, and neither a zone's id nor a Local Zone serves here",
			"such as "+cmp.Or(region, "eu-central-1")+"a")
	case region != "" && parts[1] != region:
		ps.Add(path, zone, "this zone is not in the environment's region "+region,
			fmt.Sprintf("such as %s%s", region, parts[2]))
	}
	return ps
}

// validateCIDR wants an IPv4 range with a mask from /largest to /smallest; what
// says whose range it is.
func validateCIDR(path, cidr string, largest, smallest int, what string) problem.List {
	var ps problem.List
	if cidr == "" {
		return nil
	}
	prefix, err := netip.ParsePrefix(cidr)
	addr, addrErr := netip.ParseAddr(cidr)
	switch {
	case addrErr == nil && addr.Is4() && smallest == addr.BitLen():
		ps.Add(path, cidr, "an IPv4 range has an address and a mask", "write "+cidr+"/32 for this one address")
	case err != nil && !strings.Contains(cidr, "/"):
		ps.Add(path, cidr, "an IPv4 range has an address and a mask", "such as 10.0.0.0/16")
	case err != nil, !prefix.Addr().Is4():
		ps.Add(path, cidr, "this is not an IPv4 range", "such as 10.0.0.0/16")
	case prefix.Bits() < largest || prefix.Bits() > smallest:
		ps.Add(path, cidr, fmt.Sprintf("%s from /%d to /%d", what, largest, smallest),
			"such as "+netip.PrefixFrom(prefix.Addr(), min(max(prefix.Bits(), largest), smallest)).Masked().String())
	case prefix != prefix.Masked():
		ps.Add(path, cidr, "the address has bits beyond the mask", "write "+prefix.Masked().String())
	}
	return ps
}
