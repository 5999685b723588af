package checks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// Names of quotas in Service Quotas (facts F71, F72, F73 and F75). A quota is found by its name: the
// codes of SageMaker's are different for each instance type.
const (
	endpointUsage      = "%s for endpoint usage"
	fargateVCPU        = "Fargate On-Demand vCPU resource count"
	concurrentRequests = "Concurrent executions"
	reservedUnits      = "Reserved Application Load Balancer Capacity Units"
	perRegion          = "per Region"
	vpcsPerRegion      = "VPCs " + perRegion
)

// quota is one of Service Quotas'.
type quota struct {
	service, code, name string
	value               float64
	adjustable          bool
}

// quotas returns a service's quotas whose names are wanted, n of them: the applied values,
// and the default ones of quotas that have none (fact F71). SageMaker has thousands, so
// that the default ones are read only where some are missing.
func (r *reader) quotas(ctx context.Context, service string, n int, wanted func(string) bool) ([]quota, *Result) {
	client := servicequotas.NewFromConfig(r.AWS)
	var found []quota
	take := func(listed []types.ServiceQuota) {
		for _, q := range listed {
			code := aws.ToString(q.QuotaCode)
			known := slices.ContainsFunc(found, func(f quota) bool { return f.code == code })
			if !known && q.Value != nil && wanted(aws.ToString(q.QuotaName)) {
				found = append(found, quota{service, code, aws.ToString(q.QuotaName), *q.Value, q.Adjustable})
			}
		}
	}
	applied := servicequotas.NewListServiceQuotasPaginator(client, &servicequotas.ListServiceQuotasInput{
		ServiceCode: &service, MaxResults: aws.Int32(100),
	})
	for applied.HasMorePages() {
		page, err := applied.NextPage(ctx)
		if err != nil {
			result := failed("servicequotas:ListServiceQuotas", err)
			return nil, &result
		}
		take(page.Quotas)
	}
	if len(found) >= n {
		return found, nil
	}
	defaults := servicequotas.NewListAWSDefaultServiceQuotasPaginator(client,
		&servicequotas.ListAWSDefaultServiceQuotasInput{ServiceCode: &service, MaxResults: aws.Int32(100)})
	for defaults.HasMorePages() {
		page, err := defaults.NextPage(ctx)
		if err != nil {
			result := failed("servicequotas:ListAWSDefaultServiceQuotas", err)
			return nil, &result
		}
		take(page.Quotas)
	}
	return found, nil
}

// named wants the quotas with one of the names.
func named(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

// judgeQuota judges a quota, and what it holds together with others for the same need.
func judgeQuota(qs []quota, name, region string, d demand) []Result {
	if len(qs) == 0 {
		return []Result{unknown(fmt.Sprintf("Service Quotas has no quota %q", name),
			fmt.Sprintf("ask AWS Support whether the account may have %d %s", d.whileUpdated, d.unit)).of(name)}
	}
	value := 0
	for _, q := range qs {
		value += int(q.value)
	}
	found := fmt.Sprintf("%d %s", value, d.unit)
	increase := func(n int) string {
		n += int(qs[0].value) - value // what the first has to become
		if !qs[0].adjustable {
			return fmt.Sprintf("AWS does not raise this quota: ask for a smaller maximum, or another account with %d", n)
		}
		return command(region, "service-quotas request-service-quota-increase "+
			"--service-code %s --quota-code %s --desired-value %d", qs[0].service, qs[0].code, n)
	}
	if value < d.most {
		needed := fmt.Sprint(d.most)
		if d.whileUpdated > d.most {
			needed += fmt.Sprintf(", and %d while a deployment exchanges them", d.whileUpdated)
		}
		return []Result{wrong(found, needed, cmp.Or(d.reason, "scaling stops at the quota"),
			increase(max(d.most, d.whileUpdated))).of(name)}
	}
	if value < d.whileUpdated {
		fix := increase(d.whileUpdated)
		if d.holds != nil {
			fix += fmt.Sprintf("; until then deploy while at most %d run", d.holds(value))
		}
		return []Result{wrong(found, fmt.Sprintf("%d while a deployment exchanges the %d", d.whileUpdated, d.most),
			"the quota holds no new fleet beside the largest one", fix).of(name)}
	}
	return []Result{ok(found).of(name)}
}

func instanceQuotas(ctx context.Context, r *reader) (results []Result) {
	all := fleets(r.env)
	var names []string
	for _, f := range all {
		for _, t := range f.types {
			names = append(names, fmt.Sprintf(endpointUsage, t))
		}
	}
	if len(names) == 0 {
		return nil // serverless
	}
	found, problem := r.quotas(ctx, "sagemaker", len(names), named(names...))
	if problem != nil {
		return []Result{*problem}
	}
	for _, f := range all {
		var own []quota
		var its []string
		for _, t := range f.types {
			its = append(its, fmt.Sprintf(endpointUsage, t))
			for _, q := range found {
				if q.name == its[len(its)-1] {
					own = append(own, q)
				}
			}
		}
		results = append(results, judgeQuota(own, strings.Join(its, " + "), r.env.Region, instanceDemand(f, r.env.Update))...)
	}
	return results
}

func taskQuota(ctx context.Context, r *reader) []Result {
	d := taskDemand(r.env)
	if d.most == 0 {
		return nil
	}
	found, problem := r.quotas(ctx, "fargate", 1, named(fargateVCPU))
	if problem != nil {
		return []Result{*problem}
	}
	return judgeQuota(found, fargateVCPU, r.env.Region, d)
}

func concurrencyQuota(ctx context.Context, r *reader) []Result {
	if !r.env.HasFrontend() || !r.env.Frontend.RunsOn(config.GatewayOnLambda) {
		return nil
	}
	need := concurrencyDemand(r.env)
	if need == 0 {
		return []Result{unknown("how many requests are at a time is not known",
			"give frontend.capacity.requestLatency").of(concurrentRequests)}
	}
	found, problem := r.quotas(ctx, "lambda", 1, named(concurrentRequests))
	if problem != nil {
		return []Result{*problem}
	}
	return judgeQuota(found, concurrentRequests, r.env.Region,
		demand{unit: "at a time", most: need, whileUpdated: need})
}

func unitQuota(ctx context.Context, r *reader) []Result {
	need := r.env.Frontend.MinimumCapacityUnits
	if c, ok := r.env.CapacityUnits(); ok {
		need = max(need, c.HighestFloor(), 100) // no reservation is smaller (fact F19)
	}
	if need == 0 {
		return nil
	}
	// The name is written with and without "(LCU)" in AWS's own pages (fact F73).
	found, problem := r.quotas(ctx, "elasticloadbalancing", 1, func(name string) bool {
		return strings.HasPrefix(name, reservedUnits) && strings.HasSuffix(name, perRegion)
	})
	if problem != nil {
		return []Result{*problem}
	}
	return judgeQuota(found, reservedUnits+" (LCU) "+perRegion, r.env.Region,
		demand{unit: "capacity units", most: need, whileUpdated: need, reason: "AWS refuses the reservation"})
}

// vpcQuota judges the VPC that the network stack is about to make.
func vpcQuota(ctx context.Context, r *reader) []Result {
	if r.env.Network.NewVPC == nil {
		return nil
	}
	made, problem := r.list(ctx, "AWS::EC2::VPC")
	if problem != nil || len(made) > 0 {
		return problem
	}
	stand := 0
	pages := ec2.NewDescribeVpcsPaginator(ec2.NewFromConfig(r.AWS), &ec2.DescribeVpcsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return []Result{failed("ec2:DescribeVpcs", err)}
		}
		stand += len(page.Vpcs)
	}
	found, refused := r.quotas(ctx, "vpc", 1, named(vpcsPerRegion))
	if refused != nil {
		return []Result{*refused}
	}
	return judgeQuota(found, vpcsPerRegion, r.env.Region, demand{unit: "VPCs", most: stand + 1, whileUpdated: stand + 1,
		reason: fmt.Sprintf("%d stand, and the network stack makes another", stand)})
}
