import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Environment } from './environment';

export interface Network {
  vpc: ec2.IVpc;
  subnets: ec2.SubnetSelection;
  securityGroup: ec2.ISecurityGroup;
}

export function network(stack: cdk.Stack, e: Environment): Network {
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    ipAddresses: ec2.IpAddresses.cidr(e.cidr),
    availabilityZones: e.zones,
    natGateways: 0,
    restrictDefaultSecurityGroup: true,
    subnetConfiguration: [],
  });
  const gateway = new ec2.CfnInternetGateway(vpc, 'IGW');
  const attachment = new ec2.CfnVPCGatewayAttachment(vpc, 'VPCGW', {
    vpcId: vpc.vpcId, internetGatewayId: gateway.ref,
  });
  const privateSubnets: ec2.ISubnet[] = [];
  e.zones.forEach((availabilityZone, i) => {
    const props = (cidrBlock: string) => ({
      vpcId: vpc.vpcId, availabilityZone, cidrBlock, mapPublicIpOnLaunch: false,
    });
    const open = new ec2.PublicSubnet(vpc, `publicSubnet${i + 1}`, props(e.subnets[i].public));
    open.addDefaultInternetRoute(gateway.ref, attachment);
    const closed = new ec2.PrivateSubnet(vpc, `privateSubnet${i + 1}`, props(e.subnets[i].private));
    privateSubnets.push(closed);
    tag(open, 'public', 'Public');
    tag(closed, 'private', 'Isolated');
  });

  const tasks = new ec2.SecurityGroup(stack, 'Gateway', {
    vpc, description: 'Tasks of the gateway', allowAllOutbound: false,
  });
  tasks.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'SageMaker, CloudWatch Logs, Amazon ECR and Amazon S3');
  const securityGroup = new ec2.SecurityGroup(stack, 'LoadBalancer', {
    vpc, description: 'Who may connect to the load balancer', allowAllOutbound: false,
  });
  tasks.connections.allowFrom(securityGroup, ec2.Port.tcp(8080), 'Load balancer to target');
  return { vpc, subnets: { subnets: privateSubnets }, securityGroup };
}

function tag(subnet: ec2.ISubnet, name: string, type: string) {
  const only = { includeResourceTypes: ['AWS::EC2::Subnet'] };
  cdk.Tags.of(subnet).add('aws-cdk:subnet-name', name, only);
  cdk.Tags.of(subnet).add('aws-cdk:subnet-type', type, only);
}
