"""The parts of a VPC.

moto leaves most of them behind when a stack is deleted, and then refuses to
delete the VPC because of them. Of a security group it makes the ingress rules
with an IPv4 range or a source group, and no others.
"""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from . import CannotUpdate, Resource, creates, deletes, updates
from .standin import stand_in

EVERYWHERE = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


@deletes("AWS::EC2::VPCGatewayAttachment")
def detach_gateway(r: Resource) -> None:
    p = r.properties
    if "InternetGatewayId" in p:
        r.backend("ec2").detach_internet_gateway(p["InternetGatewayId"], p["VpcId"])
    else:
        r.backend("ec2").detach_vpn_gateway(p["VpnGatewayId"], p["VpcId"])


@deletes("AWS::EC2::InternetGateway")
def delete_internet_gateway(r: Resource) -> None:
    r.backend("ec2").delete_internet_gateway(r.model.id)


@deletes("AWS::EC2::Route")
def delete_route(r: Resource) -> None:
    p = r.properties
    r.backend("ec2").delete_route(
        p["RouteTableId"],
        p.get("DestinationCidrBlock"),
        p.get("DestinationIpv6CidrBlock"),
        p.get("DestinationPrefixListId"),
    )


@deletes("AWS::EC2::SubnetRouteTableAssociation")
def delete_association(r: Resource) -> None:
    backend = r.backend("ec2")
    table = backend.get_route_table(r.properties["RouteTableId"])
    for association, subnet in list(table._associations.items()):
        if subnet == r.properties["SubnetId"]:
            backend.disassociate_route_table(association)


@deletes("AWS::EC2::RouteTable")
def delete_route_table(r: Resource) -> None:
    r.backend("ec2").delete_route_table(r.model.id)


@deletes("AWS::EC2::NatGateway")
def delete_nat_gateway(r: Resource) -> None:
    """Deletes its network interface too, and forgets it: AWS does after an hour."""
    backend, gateway = r.backend("ec2"), r.model
    for address in backend.addresses:
        if address.eni is gateway._eni:
            backend.disassociate_address(address=address.public_ip)
    backend.delete_network_interface(gateway._eni.id)
    del backend.nat_gateways[gateway.id]


@deletes("AWS::EC2::EIP")
def release_address(r: Resource) -> None:
    r.backend("ec2").release_address(allocation_id=r.model.allocation_id)


@deletes("AWS::EC2::VPCEndpoint")
def delete_vpc_endpoint(r: Resource) -> None:
    backend = r.backend("ec2")
    backend.delete_vpc_endpoints([r.model.id])
    del backend.vpc_end_points[r.model.id]


@deletes("AWS::EC2::VPC")
def delete_vpc(r: Resource) -> None:
    """moto makes a default network ACL with a VPC, and leaves it behind."""
    backend = r.backend("ec2")
    backend.delete_vpc(r.model.id)
    for acl in list(backend.network_acls.values()):
        if acl.vpc_id == r.model.id:
            del backend.network_acls[acl.id]


@deletes("AWS::EC2::FlowLog")
def delete_flow_log(r: Resource) -> None:
    r.backend("ec2").delete_flow_logs([r.model.id])


@updates(
    "AWS::EC2::EIP",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::RouteTable",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
)
def update_tags(r: Resource) -> None:
    if r.changed != {"Tags"}:
        raise CannotUpdate(r.changed)
    set_tags(r)


def set_tags(r: Resource) -> None:
    old = {t["Key"] for t in r.before.get("Tags", [])}
    backend = r.backend("ec2")
    backend.delete_tags([r.model.id], {key: None for key in old - r.tags.keys()})
    backend.create_tags([r.model.id], r.tags)


# --- security groups


@creates("AWS::EC2::SecurityGroup")
def create_security_group(r: Resource) -> Any:
    p = r.properties
    r.model = r.backend("ec2").create_security_group(
        r.name, p["GroupDescription"], p.get("VpcId"), tags=r.tags
    )
    r.before = {"SecurityGroupEgress": [EVERYWHERE]}
    set_rules(r)
    return r.model


@updates("AWS::EC2::SecurityGroup")
def update_security_group(r: Resource) -> None:
    if unknown := r.changed - {"SecurityGroupIngress", "SecurityGroupEgress", "Tags"}:
        raise CannotUpdate(unknown)
    set_tags(r)
    set_rules(r)


@deletes("AWS::EC2::SecurityGroup")
def delete_security_group(r: Resource) -> None:
    r.backend("ec2").delete_security_group(group_id=r.model.id)


def set_rules(r: Resource) -> None:
    """Changes only the rules of this template: others may have added theirs."""
    group = r.model
    for direction, rules, default in (
        ("SecurityGroupIngress", group.ingress_rules, []),
        ("SecurityGroupEgress", group.egress_rules, [EVERYWHERE]),
    ):
        for old in rule_models(group, direction, r.before.get(direction) or default):
            if old in rules:
                rules.remove(old)
        rules.extend(rule_models(group, direction, r.properties.get(direction) or default))


SecurityGroupEgress = stand_in("AWS::EC2::SecurityGroupEgress", "ec2", "", "Id")


@creates("AWS::EC2::SecurityGroupEgress")
def create_egress(r: Resource) -> Any:
    group = r.backend("ec2").get_security_group_from_id(r.properties["GroupId"])
    rule = rule_model(group, True, r.properties)
    group.egress_rules.append(rule)
    return SecurityGroupEgress(rule.id, Id=rule.id)


@deletes("AWS::EC2::SecurityGroupEgress")
def delete_egress(r: Resource) -> None:
    group = r.backend("ec2").get_security_group_from_id(r.properties["GroupId"])
    kept = [rule for rule in group.egress_rules if rule.id != r.model.physical_resource_id]
    group.egress_rules[:] = kept


@deletes("AWS::EC2::SecurityGroupIngress")
def delete_ingress(r: Resource) -> None:
    group = r.model.security_group
    for old in rule_models(group, "SecurityGroupIngress", [r.properties]):
        if old in group.ingress_rules:
            group.ingress_rules.remove(old)


def rule_models(group: Any, direction: str, rules: list[dict[str, Any]]) -> list[Any]:
    return [rule_model(group, direction == "SecurityGroupEgress", rule) for rule in rules]


def rule_model(group: Any, egress: bool, rule: dict[str, Any]) -> SecurityGroupRule:
    ip_range = {k: rule[k] for k in ("CidrIp", "CidrIpv6", "Description") if k in rule}
    peer = rule.get("DestinationSecurityGroupId") or rule.get("SourceSecurityGroupId")
    prefix_list = rule.get("DestinationPrefixListId") or rule.get("SourcePrefixListId")
    return SecurityGroupRule(
        group.ec2_backend,
        str(rule["IpProtocol"]),
        group.id,
        rule.get("FromPort"),
        rule.get("ToPort"),
        ip_range if "CidrIp" in rule or "CidrIpv6" in rule else None,
        {"GroupId": peer, "OwnerId": group.ec2_backend.account_id} if peer else None,
        {"PrefixListId": prefix_list} if prefix_list else None,
        is_egress=egress,
    )


class RestrictedDefaultSecurityGroup:
    """What CDK's Custom::VpcRestrictDefaultSG leaves: a default group without rules."""

    def __init__(self, physical_resource_id: str):
        self.physical_resource_id = physical_resource_id

    def is_created(self) -> bool:
        return True


@creates("Custom::VpcRestrictDefaultSG")
def restrict_default_group(r: Resource) -> RestrictedDefaultSecurityGroup:
    group_id = r.properties["DefaultSecurityGroupId"]
    group = r.backend("ec2").get_security_group_from_id(group_id)
    group.ingress_rules.clear()
    group.egress_rules.clear()
    return RestrictedDefaultSecurityGroup(group_id)


@deletes("Custom::VpcRestrictDefaultSG")
def open_default_group(r: Resource) -> None:
    group = r.backend("ec2").get_security_group_from_id(r.properties["DefaultSecurityGroupId"])
    group.egress_rules.append(rule_model(group, True, EVERYWHERE))
    group.ingress_rules.append(
        rule_model(group, False, {"IpProtocol": "-1", "SourceSecurityGroupId": group.id})
    )
