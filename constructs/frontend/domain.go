package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// certificate is the given one, or one that is made for the domain: CloudFormation
// writes into the zone the record that shows AWS Certificate Manager whose the
// domain is, and waits until it is seen.
func (l *LoadBalancer) certificate(props LoadBalancerProps) elb.IListenerCertificate {
	if props.CertificateARN != "" {
		return elb.ListenerCertificate_FromArn(jsii.String(props.CertificateARN))
	}
	l.Certificate = awscertificatemanager.NewCertificate(l, jsii.String("Certificate"), &awscertificatemanager.CertificateProps{
		DomainName: jsii.String(props.Domain.Name), Validation: awscertificatemanager.CertificateValidation_FromDns(l.zone(*props.Domain)),
	})
	return elb.ListenerCertificate_FromCertificateManager(l.Certificate)
}

// lead makes the domain lead to the load balancer.
func (l *LoadBalancer) lead(d settings.Domain, ipv6 bool) {
	l.domain = d.Name
	target := awsroute53.RecordTarget_FromAlias(awsroute53targets.NewLoadBalancerTarget(l.Resource, nil))
	awsroute53.NewARecord(l, jsii.String("Alias"), &awsroute53.ARecordProps{Zone: l.zone(d), RecordName: jsii.String(d.Name), Target: target})
	if ipv6 {
		awsroute53.NewAaaaRecord(l, jsii.String("AliasIpv6"), &awsroute53.AaaaRecordProps{Zone: l.zone(d), RecordName: jsii.String(d.Name), Target: target})
	}
}

// zone is the domain's as it is given: synthesis looks nothing up.
func (l *LoadBalancer) zone(d settings.Domain) awsroute53.IHostedZone {
	if l.hostedZone == nil {
		l.hostedZone = awsroute53.HostedZone_FromHostedZoneAttributes(l, jsii.String("Zone"), &awsroute53.HostedZoneAttributes{
			HostedZoneId: jsii.String(d.HostedZoneID), ZoneName: jsii.String(d.ZoneName),
		})
	}
	return l.hostedZone
}

// addresses leaves the type out of the template where it is the default.
func addresses(ipv6 bool) elb.IpAddressType {
	if ipv6 {
		return elb.IpAddressType_DUAL_STACK
	}
	return ""
}
