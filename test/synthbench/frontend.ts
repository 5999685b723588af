import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { LambdaTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import { Construct } from 'constructs';
import { Environment } from './environment';
import { Network } from './network';

export interface Frontend {
  loadBalancer: elb.ApplicationLoadBalancer;
  targetGroup: elb.ApplicationTargetGroup;
  fn: lambda.Function;
}

export function frontend(stack: cdk.Stack, e: Environment, n: Network): Frontend {
  const gateway = new Construct(stack, 'Gateway');
  const logGroup = new logs.LogGroup(gateway, 'Log', {
    retention: logs.RetentionDays.ONE_MONTH, removalPolicy: cdk.RemovalPolicy.DESTROY,
  });
  const role = new iam.Role(gateway, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
    description: 'Lets the gateway call one SageMaker endpoint and write its own log',
  });
  logGroup.grantWrite(role);
  role.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['sagemaker:InvokeEndpoint'],
    resources: [`arn:${stack.partition}:sagemaker:${stack.region}:${stack.account}:endpoint/${e.endpoint}`],
  }));
  const fn = new lambda.Function(gateway, 'Function', {
    description: `Signs requests from the load balancer for SageMaker endpoint ${e.endpoint}`,
    runtime: lambda.Runtime.PROVIDED_AL2023,
    architecture: lambda.Architecture.ARM_64,
    handler: 'bootstrap',
    code: lambda.Code.fromAsset(e.code),
    role,
    logGroup,
    memorySize: 256,
    timeout: cdk.Duration.seconds(75),
    environment: { ENDPOINT_NAME: e.endpoint, MAX_BODY_BYTES: '1000000', REQUEST_TIMEOUT: '1m10s' },
  });
  const alias = new lambda.Alias(gateway, 'Live', {
    aliasName: 'live', version: fn.currentVersion, description: 'What the load balancer calls',
  });

  const balancer = new Construct(stack, 'LoadBalancer');
  const loadBalancer = new elb.ApplicationLoadBalancer(balancer, 'Resource', {
    vpc: n.vpc, vpcSubnets: n.subnets, securityGroup: n.securityGroup, internetFacing: false,
    dropInvalidHeaderFields: true, idleTimeout: cdk.Duration.seconds(80), deletionProtection: false,
  });
  const targetGroup = new elb.ApplicationTargetGroup(balancer, 'InternalGateway', {
    targetType: elb.TargetType.LAMBDA,
    targets: [new LambdaTarget(alias)],
    multiValueHeadersEnabled: true,
    healthCheck: {
      enabled: true, path: '/ping', healthyHttpCodes: '200', interval: cdk.Duration.seconds(35),
      timeout: cdk.Duration.seconds(30),
    },
  });
  for (const c of alias.node.findAll()) {
    if (c instanceof lambda.CfnPermission) {
      c.sourceArn = `arn:${stack.partition}:elasticloadbalancing:${stack.region}:${stack.account}:targetgroup/*`;
    }
  }
  const https = loadBalancer.addListener('Https', {
    port: 443, protocol: elb.ApplicationProtocol.HTTPS, open: false,
    defaultAction: elb.ListenerAction.fixedResponse(404, {
      contentType: 'application/json', messageBody: '{"code":"NotFound","message":"ask for POST /invocations"}',
    }),
    certificates: [elb.ListenerCertificate.fromArn(e.certificate)],
    sslPolicy: elb.SslPolicy.TLS13_12_RES_PQ,
  });
  const redirect = loadBalancer.addListener('Redirect', {
    port: 80, protocol: elb.ApplicationProtocol.HTTP, open: false,
    defaultAction: elb.ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
  });
  https.addAction('Predictions', {
    priority: 10,
    conditions: [elb.ListenerCondition.pathPatterns(
      ['/invocations', `/endpoints/${e.endpoint}/invocations`, '/ping'])],
    action: elb.ListenerAction.forward([targetGroup]),
  });
  https.connections.allowDefaultPortFrom(ec2.Peer.ipv4(e.cidr), `Predictions from ${e.cidr}`);
  redirect.connections.allowDefaultPortFrom(ec2.Peer.ipv4(e.cidr), `Redirected to HTTPS from ${e.cidr}`);
  new cdk.CfnOutput(stack, 'Url', {
    value: `https://${loadBalancer.loadBalancerDnsName}`,
    description: 'Where predictions are asked for: POST /invocations',
  });
  return { loadBalancer, targetGroup, fn };
}
