package localaws

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestStanding: a local AWS is the account that it is told to be, and has the VPCs
// that are not deployed but found.
func TestStanding(t *testing.T) {
	t.Parallel()
	const account, region = "444455556666", "eu-west-1"
	vpc := VPC{ID: "vpc-0123456789abcdef0", CIDR: "10.20.0.0/16", Subnets: []Subnet{
		{ID: "subnet-0123456789abcdef1", AvailabilityZone: "eu-west-1a", RouteTableID: "rtb-0123456789abcdef1"},
		{ID: "subnet-0123456789abcdef2", AvailabilityZone: "eu-west-1b", RouteTableID: "rtb-0123456789abcdef2"},
		{ID: "subnet-0123456789abcdef3", AvailabilityZone: "eu-west-1c", RouteTableID: "rtb-0123456789abcdef2"},
	}}
	a, err := Start(t.Context(), Options{Dir: root, Python: python, Account: account, Region: region, VPCs: []VPC{vpc}})
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	if a.Account() != account {
		t.Errorf("got account %s", a.Account())
	}
	// Over HTTP, as inventory does.
	ask := func(operation string) string {
		form := url.Values{"Action": {operation}, "Version": {"2016-11-15"}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL(), strings.NewReader(form.Encode()))
		must(t, err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20270101/"+region+"/ec2/aws4_request, SignedHeaders=host, Signature=0")
		response, err := direct.Do(request)
		must(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		must(t, err)
		return string(body)
	}
	vpcs, subnets, tables := ask("DescribeVpcs"), ask("DescribeSubnets"), ask("DescribeRouteTables")
	for _, want := range []string{"<vpcId>" + vpc.ID + "</vpcId>", "<cidrBlock>" + vpc.CIDR + "</cidrBlock>", "<ownerId>" + account + "</ownerId>"} {
		if !strings.Contains(vpcs, want) {
			t.Errorf("no %s in\n%s", want, vpcs)
		}
	}
	for _, s := range vpc.Subnets {
		is := regexp.MustCompile(`(?s)<subnetId>` + s.ID + `</subnetId>.*?<vpcId>` + vpc.ID + `</vpcId>.*?<availabilityZone>` + s.AvailabilityZone + `</availabilityZone>`)
		if !is.MatchString(subnets) {
			t.Errorf("no %+v in\n%s", s, subnets)
		}
		if !strings.Contains(tables, "<routeTableId>"+s.RouteTableID+"</routeTableId><subnetId>"+s.ID+"</subnetId>") {
			t.Errorf("no %+v in\n%s", s, tables)
		}
	}
	must(t, a.Err())
}
