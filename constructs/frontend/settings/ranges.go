package settings

import (
	"net/netip"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// IPv6 is the range of cidr, and whether it is an IPv6 one.
func IPv6(cidr string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(cidr)
	return prefix, err == nil && prefix.Addr().Is6() && !prefix.Addr().Is4In6()
}

// ValidateIPv6 judges an IPv6 range; dualStack says that the load balancer has
// IPv6 addresses. The path of its problem is empty.
func ValidateIPv6(prefix netip.Prefix, dualStack bool) problem.List {
	var ps problem.List
	switch {
	case !dualStack:
		ps.Add("", prefix.String(), "the load balancer has no IPv6 address that this range could reach",
			"remove it, or ask for IPv6")
	case prefix != prefix.Masked():
		ps.Add("", prefix.String(), "the address has bits beyond the mask", "write "+prefix.Masked().String())
	}
	return ps
}

// private are the ranges whose addresses nobody has on the internet: those of
// RFC 1918, of carriers' networks, of a link and of this host, and of IPv6 the
// unique local ones.
var private = func() []netip.Prefix {
	var ranges []netip.Prefix
	for _, cidr := range []string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7",
		"fe80::/10",
	} {
		ranges = append(ranges, netip.MustParsePrefix(cidr))
	}
	return ranges
}()

// AllPrivate reports whether all of the ranges are private: over the internet
// nobody connects from one. Of ranges that are none it says no.
func AllPrivate(cidrs []string) bool {
	return len(cidrs) > 0 && !slices.ContainsFunc(cidrs, func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err != nil || !slices.ContainsFunc(private, func(p netip.Prefix) bool {
			return p.Bits() <= prefix.Bits() && p.Contains(prefix.Addr())
		})
	})
}
