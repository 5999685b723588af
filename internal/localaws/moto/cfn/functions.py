"""Intrinsic functions that moto 5.2.1 does not know.

CDK writes references between stacks as Fn::GetStackOutput, which CloudFormation
has had since 2026: the output of another stack, not exported, read when the
stack that refers to it is created or updated.
"""

import ipaddress
import itertools
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import cloudformation_backends

moto_clean_json = parsing.clean_json


def clean_json(value: Any, resources: parsing.ResourceMap) -> Any:
    if isinstance(value, dict) and "Fn::GetStackOutput" in value:
        return stack_output(clean_json(value["Fn::GetStackOutput"], resources), resources)
    if isinstance(value, dict) and "Fn::Cidr" in value:
        return cidrs(*clean_json(value["Fn::Cidr"], resources))
    return moto_clean_json(value, resources)


def cidrs(block: str, count: str | int, host_bits: str | int) -> list[str]:
    network = ipaddress.ip_network(block)
    parts = network.subnets(new_prefix=network.max_prefixlen - int(host_bits))
    return [str(part) for part in itertools.islice(parts, int(count))]


def stack_output(wanted: dict[str, str], resources: parsing.ResourceMap) -> str:
    # moto's pseudo parameters hold what the stack itself knows of its place.
    account, region = resources["AWS::AccountId"], wanted.get("Region") or resources["AWS::Region"]
    for stack in cloudformation_backends[account][region].stacks.values():
        if stack.name != wanted["StackName"]:
            continue
        for output in stack.output_map.values():
            if output and output.key == wanted["OutputName"]:
                return output.value
    raise ValidationError(
        message=f"stack {wanted['StackName']} in {region} has no output {wanted['OutputName']}"
    )


def install() -> None:
    # moto's function calls itself by this name, so that nested ones come here too.
    parsing.clean_json = clean_json
