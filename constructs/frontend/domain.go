package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// certificate returns the given certificate, or makes one for the domain.
// CloudFormation writes the validation record into the hosted zone and waits for AWS
// Certificate Manager to see it.
func (l *LoadBalancer) certificate(props LoadBalancerProps) elb.IListenerCertificate {
	if props.CertificateARN != "" {
		return elb.ListenerCertificate_FromArn(jsii.String(props.CertificateARN))
	}
	certificate := &awscertificatemanager.CertificateProps{
		DomainName: jsii.String(props.Domain.Name),
		Validation: awscertificatemanager.CertificateValidation_FromDns(l.zone(*props.Domain)),
	}
	l.Certificate = awscertificatemanager.NewCertificate(l, jsii.String("Certificate"), certificate)
	return elb.ListenerCertificate_FromCertificateManager(l.Certificate)
}

// addRecords makes alias records of the domain for the load balancer.
func (l *LoadBalancer) addRecords(d settings.Domain, ipv6 bool) {
	l.domain = d.Name
	// The final dot makes it a complete name: CDK appends the zone's name to any other
	// that it does not see end in it.
	name := jsii.String(d.Name + ".")
	target := awsroute53.RecordTarget_FromAlias(awsroute53targets.NewLoadBalancerTarget(l.Resource, nil))
	awsroute53.NewARecord(l, jsii.String("Alias"), &awsroute53.ARecordProps{
		Zone: l.zone(d), RecordName: name, Target: target,
	})
	if ipv6 {
		awsroute53.NewAaaaRecord(l, jsii.String("AliasIpv6"), &awsroute53.AaaaRecordProps{
			Zone: l.zone(d), RecordName: name, Target: target,
		})
	}
}

// zone returns the domain's hosted zone by its ID, without a look-up.
func (l *LoadBalancer) zone(d settings.Domain) awsroute53.IHostedZone {
	if l.hostedZone == nil {
		attributes := &awsroute53.HostedZoneAttributes{
			HostedZoneId: jsii.String(d.HostedZoneID), ZoneName: jsii.String(d.ZoneName),
		}
		l.hostedZone = awsroute53.HostedZone_FromHostedZoneAttributes(l, jsii.String("Zone"), attributes)
	}
	return l.hostedZone
}

// ipAddressType returns "" for IPv4, the default, so that the template omits it.
func ipAddressType(ipv6 bool) elb.IpAddressType {
	if ipv6 {
		return elb.IpAddressType_DUAL_STACK
	}
	return ""
}
