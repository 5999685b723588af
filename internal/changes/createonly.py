"""Prints createonly.json: which properties of a resource cannot change in place.

It reads the CloudFormation resource schemas that cfn-lint ships, and keeps the
types that this product's templates, and templates like them, are made of:

    .venv/bin/python internal/changes/createonly.py >internal/changes/createonly.json
"""

import datetime
import importlib.metadata
import json
import pathlib

import cfnlint
from cfnlint.data.schemas.providers import us_east_1

FAMILIES = (
    "AWS::ApplicationAutoScaling::",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudWatch::",
    "AWS::ECS::",
    "AWS::ElasticLoadBalancingV2::",
    "AWS::Events::Rule",
    "AWS::IAM::",
    "AWS::KMS::",
    "AWS::Lambda::",
    "AWS::Logs::",
    "AWS::Route53::RecordSet",
    "AWS::S3::Bucket",
    "AWS::SNS::",
    "AWS::SQS::",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::InferenceComponent",
    "AWS::SageMaker::Model",
    "AWS::Scheduler::",
    "AWS::WAFv2::",
)
EC2 = (
    "EIP", "EgressOnlyInternetGateway", "FlowLog", "InternetGateway", "NatGateway", "Route", "RouteTable",
    "SecurityGroup", "SecurityGroupEgress", "SecurityGroupIngress", "Subnet", "SubnetCidrBlock",
    "SubnetRouteTableAssociation", "VPC", "VPCCidrBlock", "VPCEndpoint", "VPCGatewayAttachment",
)

# What the template reference says is replaced and the schemas leave out.
DOCUMENTED = {"AWS::SageMaker::EndpointConfig": ["MetricsConfig"]}

folder = pathlib.Path(cfnlint.__file__).parent / "data" / "schemas" / "resources"
types = {}
for name, digest in sorted(us_east_1.types.items()):
    if not name.startswith(FAMILIES) and name not in {f"AWS::EC2::{kind}" for kind in EC2}:
        continue
    schema = json.loads((folder / f"{digest}.json").read_text())
    types[name] = sorted(
        path.removeprefix("/properties/")
        for key in ("createOnlyProperties", "conditionalCreateOnlyProperties")
        for path in schema.get(key) or []
    )
    types[name] = sorted(types[name] + DOCUMENTED.get(name, []))
print(json.dumps({
    "source": "CloudFormation resource schemas of us-east-1, as cfn-lint "
              + importlib.metadata.version("cfn-lint") + " ships them",
    "date": datetime.date.today().isoformat(),
    "types": types,
}, indent=1))
