package checks

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	acmtypes "github.com/aws/aws-sdk-go-v2/service/acm/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
)

func hostedZone(ctx context.Context, r *reader) []Result {
	d := r.env.Frontend.Domain
	if d == nil {
		return nil
	}
	got, err := route53.NewFromConfig(r.AWS).GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &d.HostedZoneID})
	if err != nil && !missing(err) {
		return []Result{failed("route53:GetHostedZone", err).of(d.HostedZoneID)}
	}
	name, private := "", false
	if err == nil {
		name = aws.ToString(got.HostedZone.Name)
		private = got.HostedZone.Config != nil && got.HostedZone.Config.PrivateZone
	}
	return []Result{judgeZone(name, d.ZoneName, private).of(d.HostedZoneID)}
}

// judgeZone judges a hosted zone by its name, "" for none.
func judgeZone(name, want string, private bool) Result {
	const fix = "correct frontend.domain, or make the zone in this account"
	want = strings.TrimSuffix(want, ".")
	switch {
	case name == "":
		return wrong("not there", "a zone "+want, "no record can be made", fix)
	case !strings.EqualFold(strings.TrimSuffix(name, "."), want):
		return wrong("a zone "+strings.TrimSuffix(name, "."), "a zone "+want, "it is another domain's", fix)
	case private:
		return wrong("a private zone", "a public zone", "a certificate is validated by a public record", fix)
	default:
		return ok(strings.TrimSuffix(name, "."))
	}
}

func certificates(ctx context.Context, r *reader) (results []Result) {
	var arns []string
	if arn := r.env.Frontend.CertificateARN; arn != "" {
		arns = append(arns, arn)
	} else {
		made, problem := r.list(ctx, "AWS::CertificateManager::Certificate")
		if problem != nil {
			return problem
		}
		for _, c := range made {
			arns = append(arns, c.physicalID)
		}
	}
	client := acm.NewFromConfig(r.AWS)
	for _, arn := range arns {
		got, err := client.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: &arn})
		switch {
		case missing(err):
			results = append(results, wrong("not there", "an issued certificate", "the listener is refused without it",
				"request it in the region "+r.env.Region+", or correct frontend.certificateArn").of(arn))
		case err != nil:
			results = append(results, failed("acm:DescribeCertificate", err).of(arn))
		default:
			results = append(results, judgeCertificate(got.Certificate, r.At).of(arn))
		}
	}
	return results
}

// judgeCertificate wants a certificate that is issued, and valid at a time.
func judgeCertificate(c *acmtypes.CertificateDetail, at time.Time) Result {
	until := aws.ToTime(c.NotAfter)
	switch {
	case c.Status == acmtypes.CertificateStatusPendingValidation:
		return wrong(string(c.Status), "ISSUED", "the listener is refused until its domain is validated",
			"add the records that aws acm describe-certificate shows to the domain's zone")
	case c.Status != acmtypes.CertificateStatusIssued:
		return wrong(string(c.Status), "ISSUED", "clients refuse it", "request a new certificate, and deploy it")
	case !until.IsZero() && !until.After(at):
		fix := "import a new one under this ARN: aws acm import-certificate"
		if c.Type == acmtypes.CertificateTypeAmazonIssued {
			fix = "renew it: keep its validation record in the domain's zone, which AWS asks for 60 days ahead"
		}
		return wrong("valid until "+day(until), "valid after "+day(at), "it expires before the time asked for", fix)
	case until.IsZero():
		return ok("issued")
	default:
		return ok("issued, valid until " + day(until))
	}
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

func reservation(ctx context.Context, r *reader) (results []Result) {
	need, when := r.env.Frontend.MinimumCapacityUnits, ""
	if c, ok := r.env.CapacityUnits(); ok {
		for _, held := range frontend.Reservations(c) {
			if !r.At.Before(held.From) && r.At.Before(held.To) {
				need = held.CapacityUnits
				if r.Now.Before(held.From) {
					when = day(held.From)
				}
			}
		}
	}
	if need == 0 {
		return nil
	}
	if when != "" {
		return []Result{ok(fmt.Sprintf("%d capacity units are asked for at %s", need, when))}
	}
	balancers, problem := r.list(ctx, "AWS::ElasticLoadBalancingV2::LoadBalancer")
	if problem != nil {
		return problem
	}
	client := elb.NewFromConfig(r.AWS)
	for _, b := range balancers {
		got, err := client.DescribeCapacityReservation(ctx,
			&elb.DescribeCapacityReservationInput{LoadBalancerArn: &b.physicalID})
		if err != nil {
			results = append(results, failed("elasticloadbalancing:DescribeCapacityReservation", err))
			continue
		}
		results = append(results, judgeReservation(got, need, command(r.env.Region, "elbv2 modify-capacity-reservation "+
			"--load-balancer-arn %s --minimum-load-balancer-capacity CapacityUnits=%d", b.physicalID, need)))
	}
	return results
}

// judgeReservation wants so many capacity units, and each zone's to be there (fact F20).
func judgeReservation(got *elb.DescribeCapacityReservationOutput, need int, fix string) Result {
	units := 0
	if got.MinimumLoadBalancerCapacity != nil {
		units = int(aws.ToInt32(got.MinimumLoadBalancerCapacity.CapacityUnits))
	}
	found, needed := fmt.Sprintf("%d capacity units", units), fmt.Sprintf("%d", need)
	if units < need {
		return wrong(found, needed, "the load balancer grows only while the traffic comes", fix)
	}
	for _, z := range got.CapacityReservationState {
		if z.State == nil || z.State.Code == "provisioned" {
			continue
		}
		at := found + ", " + string(z.State.Code) + " in " + aws.ToString(z.AvailabilityZone)
		if z.State.Code == "failed" {
			return wrong(at, "provisioned", "AWS had no capacity: "+aws.ToString(z.State.Reason), fix)
		}
		return unknown(at+": AWS is working on it", "run this again in a few minutes")
	}
	return ok(found)
}
