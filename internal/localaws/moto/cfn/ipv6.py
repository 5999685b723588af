"""IPv6 in a VPC: AWS::EC2::VPCCidrBlock, and what of it moto leaves out of a VPC and its subnets."""

from typing import Any

from moto.ec2.models import vpcs

from . import Resource, completes, creates, deletes
from .standin import stand_in

BLOCK = "AWS::EC2::VPCCidrBlock"

VPCCidrBlock = stand_in(BLOCK, "ec2", "", "Id")


@creates(BLOCK)
def associate(r: Resource) -> Any:
    p = r.properties
    made = r.backend("ec2").associate_vpc_cidr_block(
        p["VpcId"],
        p.get("CidrBlock"),
        str(p.get("AmazonProvidedIpv6CidrBlock")).lower() == "true",
    )
    return VPCCidrBlock(made["association_id"], Id=made["association_id"])


@deletes(BLOCK)
def disassociate(r: Resource) -> None:
    r.backend("ec2").disassociate_vpc_cidr_block(r.model.physical_resource_id)


@completes("AWS::EC2::Subnet")
def complete_subnet(r: Resource) -> None:
    p, subnet = r.properties, r.model
    if block := p.get("Ipv6CidrBlock"):
        subnet.attach_ipv6_cidr_block_associations(block)
    if "AssignIpv6AddressOnCreation" in p:
        subnet.assign_ipv6_address_on_creation = p["AssignIpv6AddressOnCreation"]


moto_attribute = vpcs.VPC.get_cfn_attribute


def vpc_attribute(self: Any, attribute_name: str) -> Any:
    if attribute_name == "Ipv6CidrBlocks":
        return [a["cidr_block"] for a in self.get_cidr_block_association_set(ipv6=True)]
    return moto_attribute(self, attribute_name)


def install() -> None:
    vpcs.VPC.get_cfn_attribute = vpc_attribute
