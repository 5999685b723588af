// The app's twin: the constructs that the app makes of an environment in a VPC of its own
// with a gateway on Lambda, made by the same calls of aws-cdk-lib. What the app computes
// of an environment file in plain values, which are the properties of alarms, rules and
// the dashboard, it reads from the app's own template.
import * as cdk from 'aws-cdk-lib';
import { readFileSync } from 'node:fs';
import { inference } from './inference';
import { frontend } from './frontend';
import { monitoring } from './monitoring';
import { network } from './network';
import { Environment } from './environment';

const app = new cdk.App();
const environments: Environment[] = JSON.parse(readFileSync(process.env.SYNTHBENCH!, 'utf8'));
for (const e of environments) {
  const stage = new cdk.Stage(app, e.name, { env: { account: e.account, region: e.region } });
  stage.node.setContext(`availability-zones:account=${e.account}:region=${e.region}`, e.zones);
  const stack = (part: string, description: string) =>
    new cdk.Stack(stage, part, { description: `${e.name}: ${description}`, terminationProtection: false });

  const networkStack = stack('network', 'the VPC and who may connect to the load balancer');
  const n = network(networkStack, e);
  const inferenceStack = stack('inference', 'the SageMaker endpoint and its scaling');
  inference(inferenceStack, e);
  const frontendStack = stack('frontend', 'the load balancer and the gateway');
  const f = frontend(frontendStack, e, n);
  frontendStack.addStackDependency(inferenceStack, 'the gateway calls the endpoint');
  monitoring(stack('monitoring', 'the alarms, who is told of them, and the dashboard'), e, f);
  cdk.Tags.of(stage).add('environment', e.name);
}
app.synth();
