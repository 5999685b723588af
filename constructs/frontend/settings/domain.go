package settings

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Domain is the name under which clients ask, in a hosted zone of Amazon Route
// 53. The zone stands already, public and in the load balancer's account.
type Domain struct {
	// Name is the domain name, such as predictions.example.com.
	Name string `json:"name"`
	// HostedZoneID is the zone's id, such as Z0123456789ABCDEFGHIJ.
	HostedZoneID string `json:"hostedZoneId"`
	// ZoneName is the zone's own name, which ends the domain's, such as example.com.
	ZoneName string `json:"zoneName"`
}

// maxCertificateName is the longest name that AWS Certificate Manager makes a
// certificate for alone.
const maxCertificateName = 64

var (
	domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	zoneID     = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
)

// Validate returns everything wrong with the domain; certified says that it
// has a certificate, so that none is made.
func (d Domain) Validate(certified bool) problem.List {
	var ps problem.List
	name := func(field, value, example string) bool {
		switch {
		case value == "":
			ps.Add(field, nil, "a domain needs it", "such as "+example)
		case !known(value):
		case len(value) > 253 || !domainName.MatchString(value):
			fix := "such as " + example
			if bare := strings.ToLower(strings.TrimSuffix(value, ".")); domainName.MatchString(bare) {
				fix = "write " + bare
			}
			ps.Add(field, value, "a domain name is lower-case letters, digits and hyphens, parted by dots", fix)
		default:
			return true
		}
		return false
	}
	named := name("Name", d.Name, "predictions.example.com")
	switch {
	case d.HostedZoneID == "":
		ps.Add("HostedZoneID", nil, "a domain needs it", "copy it from the zone in Amazon Route 53")
	case known(d.HostedZoneID) && !zoneID.MatchString(d.HostedZoneID):
		ps.Add("HostedZoneID", d.HostedZoneID, "a hosted zone's id is Z, then capital letters and digits",
			"copy it from the zone in Amazon Route 53, without /hostedzone/")
	}
	if zoned := name("ZoneName", d.ZoneName, "example.com"); !named || !zoned {
		return ps
	}
	if d.Name != d.ZoneName && !strings.HasSuffix(d.Name, "."+d.ZoneName) {
		ps.Add("Name", d.Name, "this name is not in the zone "+d.ZoneName,
			"give one that ends in ."+d.ZoneName+", or the zone that it is in")
	}
	if n := len(d.Name); !certified && n > maxCertificateName {
		ps.Add("Name", d.Name,
			fmt.Sprintf("a certificate is made for at most %d characters, this name has %d", maxCertificateName, n),
			"give a shorter one, or a certificate that stands")
	}
	return ps
}
