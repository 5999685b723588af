package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func zones(ctx context.Context, r *reader) []Result {
	named := zoneNames(r.env)
	if len(named) == 0 {
		return nil
	}
	got, err := ec2.NewFromConfig(r.AWS).DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{})
	if err != nil {
		return []Result{failed("ec2:DescribeAvailabilityZones", err)}
	}
	var there []string
	for _, z := range got.AvailabilityZones {
		if z.State == types.AvailabilityZoneStateAvailable {
			there = append(there, aws.ToString(z.ZoneName))
		}
	}
	return []Result{judgeZones(named, there)}
}

// zoneNames are the zones that the file names, sorted.
func zoneNames(e config.Environment) (names []string) {
	if v := e.Network.NewVPC; v != nil {
		names = append(names, v.AvailabilityZones...)
	}
	if v := e.Network.ExistingVPC; v != nil {
		for _, s := range slices.Concat(v.PublicSubnets, v.PrivateSubnets) {
			names = append(names, s.AvailabilityZone)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func judgeZones(named, there []string) Result {
	for _, z := range named {
		if !slices.Contains(there, z) {
			slices.Sort(there)
			return wrong("no zone "+z, strings.Join(named, ", "), "subnets cannot be made there",
				"use the account's zones: "+strings.Join(there, ", "))
		}
	}
	return ok(strings.Join(named, ", "))
}

// subnet is a subnet that stands.
type subnet struct {
	id, vpc, zone string
	free          int
}

func subnets(ctx context.Context, r *reader) []Result {
	if !r.env.HasNetwork() {
		return nil
	}
	var ids []string
	if v := r.env.Network.ExistingVPC; v != nil {
		for _, s := range slices.Concat(v.PublicSubnets, v.PrivateSubnets) {
			ids = append(ids, s.ID)
		}
	} else {
		made, problem := r.list(ctx, "AWS::EC2::Subnet")
		if problem != nil {
			return problem
		}
		for _, s := range made {
			ids = append(ids, s.physicalID)
		}
	}
	if len(ids) == 0 {
		return nil // the first deployment makes them
	}
	// By a filter, or one that is missing would hide the others.
	got, err := ec2.NewFromConfig(r.AWS).DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{
		Filters: []types.Filter{{Name: aws.String("subnet-id"), Values: ids}},
	})
	if err != nil {
		return []Result{failed("ec2:DescribeSubnets", err)}
	}
	var found []subnet
	for _, s := range got.Subnets {
		found = append(found, subnet{aws.ToString(s.SubnetId), aws.ToString(s.VpcId), aws.ToString(s.AvailabilityZone),
			int(aws.ToInt32(s.AvailableIpAddressCount))})
	}
	if results := judgeExisting(found, r.env); len(results) > 0 {
		return results
	}
	most := 0
	if t, ok := r.env.GatewayTarget(); ok {
		most = t.MaxCapacity
	}
	return judgeSubnets(found, most)
}

// judgeExisting returns what is wrong with the subnets that the file names: each has to be
// there, in its VPC and its zone.
func judgeExisting(found []subnet, e config.Environment) (results []Result) {
	v := e.Network.ExistingVPC
	if v == nil {
		return nil
	}
	for _, named := range slices.Concat(v.PublicSubnets, v.PrivateSubnets) {
		i := slices.IndexFunc(found, func(s subnet) bool { return s.id == named.ID })
		switch {
		case i < 0:
			results = append(results, wrong("not there", "a subnet of "+v.VpcID, "nothing can stand in it",
				"correct its id in network.existingVpc, to one of "+command(e.Region,
					"ec2 describe-subnets --filters Name=vpc-id,Values=%s", v.VpcID)).of(named.ID))
		case found[i].vpc != v.VpcID:
			results = append(results, wrong("in "+found[i].vpc, "in "+v.VpcID, "the file names another VPC",
				"correct network.existingVpc: vpcId, or the id of this subnet").of(named.ID))
		case found[i].zone != named.AvailabilityZone:
			results = append(results, wrong("in "+found[i].zone, "in "+named.AvailabilityZone, "the file names another zone",
				"write availabilityZone: "+found[i].zone+" for it in network.existingVpc").of(named.ID))
		}
	}
	return results
}

// loadBalancerAddresses is how many addresses of a subnet a load balancer needs to grow
// (fact F74).
const loadBalancerAddresses = 8

// judgeSubnets wants, in each subnet, the load balancer's addresses and a zone's part of
// the tasks, twice as many while they are exchanged.
func judgeSubnets(found []subnet, tasks int) (results []Result) {
	zones := map[string]bool{}
	for _, s := range found {
		zones[s.zone] = true
	}
	if len(zones) < 2 {
		return []Result{wrong(fmt.Sprintf("%d zone", len(zones)), "2 zones", "a load balancer stands in two zones",
			"add a subnet of another zone")}
	}
	need := loadBalancerAddresses + 2*((tasks+len(zones)-1)/len(zones))
	least := -1
	for _, s := range found {
		if s.free < need {
			results = append(results, wrong(fmt.Sprintf("%d free addresses", s.free), fmt.Sprint(need),
				fmt.Sprintf("the load balancer needs %d, and the most tasks the rest, twice while they are exchanged",
					loadBalancerAddresses), "free addresses, lower frontend.capacity.maxTasks, or use a larger subnet").of(s.id))
		}
		if least < 0 || s.free < least {
			least = s.free
		}
	}
	if len(results) == 0 {
		results = []Result{ok(fmt.Sprintf("%d in %d zones, %d free addresses or more in each",
			len(found), len(zones), least))}
	}
	return results
}
