import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { Environment } from './environment';
import { Frontend } from './frontend';
import { camelCase, resources } from './template';

export function monitoring(stack: cdk.Stack, e: Environment, f: Frontend) {
  const scope = new Construct(stack, 'Monitoring');
  const topic = topicOf(scope, stack, e);

  // The references in the app's template, by what they lead to here.
  const made: { [logicalId: string]: cloudwatch.CfnAlarm } = {};
  const outputs: [RegExp, string][] = [
    [/LoadBalancerFullName/, f.loadBalancer.loadBalancerFullName],
    [/TargetGroupFullName/, f.targetGroup.targetGroupFullName],
    [/GatewayFunction/, f.fn.functionName],
  ];
  const plain = (v: any): any => {
    if (Array.isArray(v)) {
      return v.map(plain);
    }
    if (v === null || typeof v !== 'object') {
      return v;
    }
    if (v['Fn::Join']) {
      return v['Fn::Join'][1].map(plain).join(v['Fn::Join'][0]);
    }
    if (v['Fn::GetStackOutput']) {
      return outputs.find(([name]) => name.test(v['Fn::GetStackOutput'].OutputName))![1];
    }
    if (v['Fn::GetAtt']) {
      return made[v['Fn::GetAtt'][0]].attrArn;
    }
    if (v.Ref) {
      return made[v.Ref]?.ref ?? topic.topicArn; // nothing else is referred to
    }
    return Object.fromEntries(Object.entries(v).map(([key, value]) => [key, plain(value)]));
  };
  const props = (r: { properties: any }) => {
    const { Tags, ...rest } = r.properties; // the stage's tags
    return plain(rest);
  };

  const all = resources(e.monitoring);
  const ofType = (type: string) => all.filter((r) => r.type === type);
  for (const r of ofType('AWS::CloudWatch::Alarm')) {
    made[r.logicalId] = new cloudwatch.CfnAlarm(scope, r.id, camelCase(props(r)));
  }
  for (const r of ofType('AWS::CloudWatch::CompositeAlarm')) {
    const { OKActions, ...rest } = props(r);
    new cloudwatch.CfnCompositeAlarm(scope, r.id, { ...camelCase(rest), okActions: OKActions });
  }
  for (const r of ofType('AWS::CloudWatch::Dashboard')) {
    new cloudwatch.CfnDashboard(scope, r.id, { dashboardBody: stack.toJsonString(JSON.parse(props(r).DashboardBody)) });
  }
  for (const r of ofType('AWS::Events::Rule')) {
    const p = props(r);
    new events.CfnRule(scope, r.id, {
      description: p.Description,
      eventPattern: p.EventPattern,
      targets: p.Targets.map((t: any) => ({
        id: t.Id, arn: t.Arn, inputTransformer: {
          inputPathsMap: t.InputTransformer.InputPathsMap, inputTemplate: t.InputTransformer.InputTemplate,
        },
      })),
    });
  }
  logRetention(scope, stack, e);
}

function topicOf(scope: Construct, stack: cdk.Stack, e: Environment): sns.Topic {
  const key = new kms.Key(scope, 'Key', {
    description: `Encrypts what the alarms of endpoint ${e.endpoint} tell`, enableKeyRotation: true,
    removalPolicy: cdk.RemovalPolicy.DESTROY, pendingWindow: cdk.Duration.days(7),
  });
  const topic = new sns.Topic(scope, 'Topic', { masterKey: key, enforceSSL: true });
  const ofAlarms = {
    StringEquals: { 'aws:SourceAccount': stack.account },
    ArnLike: {
      'aws:SourceArn': stack.formatArn({
        service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
      }),
    },
  };
  const ofTopics = {
    ArnLike: {
      'kms:EncryptionContext:aws:sns:topicArn': stack.formatArn({
        service: 'sns', resource: '*', arnFormat: cdk.ArnFormat.NO_RESOURCE_NAME,
      }),
    },
  };
  for (const [service, ofKey, ofTopic] of [
    ['cloudwatch.amazonaws.com', ofAlarms, ofAlarms], ['events.amazonaws.com', ofTopics, undefined],
  ] as const) {
    const principals = [new iam.ServicePrincipal(service)];
    key.addToResourcePolicy(new iam.PolicyStatement({
      principals, actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'], conditions: ofKey,
    }));
    topic.addToResourcePolicy(new iam.PolicyStatement({
      principals, actions: ['sns:Publish'], resources: [topic.topicArn], conditions: ofTopic,
    }));
  }
  return topic;
}

function logRetention(scope: Construct, stack: cdk.Stack, e: Environment) {
  const name = `/aws/sagemaker/Endpoints/${e.endpoint}`;
  const role = new iam.Role(scope, 'LogRetention', {
    description: `Sets the retention of the log groups of endpoint ${e.endpoint}`,
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': stack.account,
          'aws:SourceArn': stack.formatArn({
            service: 'scheduler', resource: 'schedule-group', resourceName: 'default',
          }),
        },
      },
    }),
  });
  const arn = stack.formatArn({
    service: 'logs', resource: 'log-group', resourceName: name, arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
  });
  role.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['logs:PutRetentionPolicy'], resources: [arn, `${arn}:*`],
  }));
  const schedule = new scheduler.CfnSchedule(scope, 'LogRetention-Endpoint', {
    description: "Sets how long a log group of SageMaker's keeps what it holds",
    scheduleExpression: 'rate(1 day)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: stack.formatArn({
        service: 'scheduler', region: '', account: '', resource: 'aws-sdk:cloudwatchlogs:putRetentionPolicy',
        arnFormat: cdk.ArnFormat.NO_RESOURCE_NAME,
      }),
      roleArn: role.roleArn,
      input: stack.toJsonString({ LogGroupName: name, RetentionInDays: 365 }),
      retryPolicy: { maximumRetryAttempts: 2 },
    },
  });
  schedule.node.addDependency(role);
}
