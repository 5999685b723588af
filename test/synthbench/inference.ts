import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import { Environment } from './environment';
import { camelCase, resources } from './template';

export function inference(stack: cdk.Stack, e: Environment) {
  const model = new Construct(stack, 'Model');
  const role = new iam.Role(model, 'ExecutionRole', {
    description: "Reads the model's image and archive, and writes the endpoint's logs",
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  });
  role.addToPrincipalPolicy(statement(['ecr:GetAuthorizationToken'], '*'));
  const repository = stack.formatArn({
    service: 'ecr', resource: 'repository', resourceName: e.image.split('/')[1].split(':')[0],
  });
  const artifacts = [
    statement(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], repository),
    statement(['s3:GetObject'], `arn:${stack.partition}:s3:::${e.bucket}/${e.key}`),
  ];
  const content = JSON.stringify(artifacts.map((s) => stack.resolve(s.toStatementJson())));
  const policy = new iam.Policy(model, `Artifacts-${createHash('sha256').update(content).digest('hex').slice(0, 8)}`, {
    statements: artifacts,
  });
  role.attachInlinePolicy(policy);
  const resource = new sagemaker.CfnModel(model, 'Resource', {
    executionRoleArn: role.roleArn,
    enableNetworkIsolation: true,
    primaryContainer: { image: e.image, modelDataUrl: `s3://${e.bucket}/${e.key}` },
  });
  resource.node.addDependency(role, policy);

  const endpoint = new Construct(stack, 'Endpoint');
  const logs = stack.formatArn({
    service: 'logs', resource: 'log-group', resourceName: `/aws/sagemaker/Endpoints/${e.endpoint}`,
    arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
  });
  const writing = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'];
  role.addToPrincipalPolicy(statement(writing, logs, `${logs}:*`));
  role.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['cloudwatch:PutMetricData'], resources: ['*'],
    conditions: { StringEquals: { 'cloudwatch:namespace': '/aws/sagemaker/Endpoints' } },
  }));
  const config = new sagemaker.CfnEndpointConfig(endpoint, 'Config', {
    productionVariants: [{
      variantName: 'main', modelName: resource.attrModelName, instanceType: e.instanceType,
      initialInstanceCount: 1, initialVariantWeight: 1,
    }],
  });
  const cfnEndpoint = new sagemaker.CfnEndpoint(endpoint, 'Resource', {
    endpointName: e.endpoint, endpointConfigName: config.attrEndpointConfigName, retainAllVariantProperties: true,
  });

  const scaling = new Construct(stack, 'Scaling');
  let target: CfnScalableTarget | undefined;
  for (const r of resources(e.scaling)) {
    if (r.type === 'AWS::ApplicationAutoScaling::ScalableTarget') {
      target = new CfnScalableTarget(scaling, r.id, {
        ...camelCase(r.properties),
        roleArn: stack.formatArn({
          service: 'iam', region: '', resource: 'role',
          resourceName: 'aws-service-role/sagemaker.application-autoscaling.amazonaws.com/' +
            'AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint',
        }),
      });
      target.addMetadata('SageMakerScaling', r.metadata.SageMakerScaling);
      target.node.addDependency(endpoint);
    }
  }
  for (const r of resources(e.scaling)) {
    if (r.type === 'AWS::ApplicationAutoScaling::ScalingPolicy') {
      new CfnScalingPolicy(scaling, r.id, { ...camelCase(r.properties), scalingTargetId: target!.ref });
    }
  }
}

function statement(actions: string[], ...arns: string[]) {
  return new iam.PolicyStatement({ actions, resources: arns });
}
