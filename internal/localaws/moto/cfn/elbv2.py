"""AWS::ElasticLoadBalancingV2::LoadBalancer, TargetGroup, Listener and ListenerRule.

moto ignores attributes, targets and tags in a template, leaves target groups
behind, cannot change load balancers and target groups, and deletes load balancers
that are protected.
"""

from typing import Any

from moto.elbv2 import models
from moto.elbv2.exceptions import DuplicateListenerError, ELBClientError
from moto.utilities.utils import get_partition

from . import CannotUpdate, Resource, completes, creates, deletes, updates
from .standin import stand_in

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"


@completes(LOAD_BALANCER)
def complete_load_balancer(r: Resource) -> None:
    r.model.attrs.update(attributes(r, "LoadBalancerAttributes"))
    set_tags(r)


@completes(TARGET_GROUP)
def complete_target_group(r: Resource) -> None:
    group = r.model
    if "HealthCheckEnabled" in r.properties:
        group.health_check_enabled = str(r.properties["HealthCheckEnabled"]).lower() == "true"
    group.attributes.update(attributes(r, "TargetGroupAttributes"))
    group.register([dict(t) for t in r.properties.get("Targets", [])])
    set_tags(r)


@updates(LOAD_BALANCER)
def update_load_balancer(r: Resource) -> None:
    if unknown := r.changed - {"LoadBalancerAttributes", "SecurityGroups", "Subnets", "Tags"}:
        raise CannotUpdate(unknown)
    backend = r.backend("elbv2")
    backend.set_security_groups(r.model.arn, r.properties.get("SecurityGroups", []))
    if "Subnets" in r.changed:
        backend.set_subnets(r.model.arn, r.properties["Subnets"], [])
    complete_load_balancer(r)


@updates(TARGET_GROUP)
def update_target_group(r: Resource) -> None:
    p = r.properties
    wanted = {t["Id"] for t in p.get("Targets", [])}
    gone = [t for t in r.before.get("Targets", []) if t["Id"] not in wanted]
    r.model.deregister([t for t in gone if t["Id"] in r.model.targets])
    r.backend("elbv2").modify_target_group(
        r.model.arn,
        health_check_proto=p.get("HealthCheckProtocol"),
        health_check_port=p.get("HealthCheckPort"),
        health_check_path=p.get("HealthCheckPath"),
        health_check_interval=p.get("HealthCheckIntervalSeconds"),
        health_check_timeout=p.get("HealthCheckTimeoutSeconds"),
        healthy_threshold_count=p.get("HealthyThresholdCount"),
        unhealthy_threshold_count=p.get("UnhealthyThresholdCount"),
    )
    if "Matcher" in p:
        r.model.matcher = p["Matcher"]
    complete_target_group(r)


@deletes(TARGET_GROUP)
def delete_target_group(r: Resource) -> None:
    r.backend("elbv2").delete_target_group(r.model.arn)


@deletes(LISTENER)
def delete_listener(r: Resource) -> None:
    r.backend("elbv2").delete_listener(r.model.arn)


@deletes(RULE)
def delete_rule(r: Resource) -> None:
    r.backend("elbv2").delete_rule(r.model.arn)


TRUST_STORE = "AWS::ElasticLoadBalancingV2::TrustStore"

TrustStore = stand_in(TRUST_STORE, "elbv2", "Name", "TrustStoreArn", "Status")


@creates(TRUST_STORE)
def create_trust_store(r: Resource) -> Any:
    """There is nothing behind it: moto has no API for trust stores, and no client is asked."""
    place = f"{r.region}:{r.account}"
    arn = f"arn:{get_partition(r.region)}:elasticloadbalancing:{place}:truststore/{r.name}"
    return TrustStore(arn, TrustStoreArn=arn, Status="ACTIVE")


@updates(TRUST_STORE)
@deletes(TRUST_STORE)
def forget_trust_store(r: Resource) -> None:
    pass


def attributes(r: Resource, name: str) -> dict[str, str]:
    return {a["Key"]: a["Value"] for a in r.properties.get(name, [])}


def set_tags(r: Resource) -> None:
    tags = r.backend("elbv2").tagging_service
    tags.delete_all_tags_for_resource(r.model.arn)
    tags.tag_resource(r.model.arn, r.properties.get("Tags", []))


moto_attribute = models.FakeLoadBalancer.get_cfn_attribute


def load_balancer_attribute(self: Any, attribute_name: str) -> Any:
    if attribute_name == "LoadBalancerFullName":
        return self.arn.split(":loadbalancer/")[1]
    if attribute_name == "CanonicalHostedZoneID":
        return self.canonical_hosted_zone_id
    if attribute_name == "SecurityGroups":
        return self.security_groups
    return moto_attribute(self, attribute_name)


def target_group_attribute(self: Any, attribute_name: str) -> Any:
    return {
        "LoadBalancerArns": self.load_balancer_arns,
        "TargetGroupArn": self.arn,
        "TargetGroupFullName": self.arn.split(":")[-1],
        "TargetGroupName": self.name,
    }[attribute_name]


class OperationNotPermitted(ELBClientError):
    def __init__(self, arn: str):
        super().__init__(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )


moto_delete_load_balancer = models.ELBv2Backend.delete_load_balancer


def delete_load_balancer(self: Any, arn: str) -> None:
    """moto deletes also what is protected."""
    found = self.load_balancers.get(arn)
    if found and found.attrs.get("deletion_protection.enabled") == "true":
        raise OperationNotPermitted(arn)
    moto_delete_load_balancer(self, arn)


class TargetGroupAssociationLimit(ELBClientError):
    def __init__(self, arns: set[str]):
        super().__init__(
            "TargetGroupAssociationLimit",
            "The following target groups cannot be associated with more than one load"
            f" balancer: {', '.join(sorted(arns))}",
        )


moto_create_listener = models.ELBv2Backend.create_listener
moto_create_rule = models.ELBv2Backend.create_rule


def create_listener(
    self: Any,
    load_balancer_arn: str,
    protocol: str,
    port: Any,
    ssl_policy: Any,
    certificate: Any,
    actions: list[dict[str, Any]],
    *args: Any,
    **kw: Any,
) -> Any:
    """moto adds a second listener on a port."""
    found = self.load_balancers.get(load_balancer_arn)
    if found and str(port) in {str(there.port) for there in found.listeners.values()}:
        raise DuplicateListenerError()
    refuse_shared_groups(self, load_balancer_arn, actions)
    return moto_create_listener(
        self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, *args, **kw
    )


def create_rule(
    self: Any,
    listener_arn: str,
    conditions: Any,
    priority: Any,
    actions: list[dict[str, Any]],
    *args: Any,
    **kw: Any,
) -> Any:
    for listener in self.describe_listeners(None, [listener_arn]):
        refuse_shared_groups(self, listener.load_balancer_arn, actions)
    return moto_create_rule(self, listener_arn, conditions, priority, actions, *args, **kw)


def refuse_shared_groups(backend: Any, load_balancer_arn: str, actions: list[dict]) -> None:
    """A target group is used by one load balancer only (fact I3); moto lets several."""
    wanted = target_groups(backend, [models.FakeAction(a) for a in actions])
    for arn, balancer in backend.load_balancers.items():
        if arn == load_balancer_arn:
            continue
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                if shared := wanted & target_groups(backend, rule.actions):
                    raise TargetGroupAssociationLimit(shared)


def target_groups(backend: Any, actions: list[models.FakeAction]) -> set[str]:
    forwards = [a for a in actions if a.type == "forward"]
    return {arn for a in forwards for arn in backend._get_target_group_arns_from(a.data)}


TOKENS = "jwt-validation"

moto_validate_actions = models.ELBv2Backend._validate_actions


def validate_actions(self: Any, actions: list[models.FakeAction]) -> None:
    """moto does not know the verification of tokens."""
    moto_validate_actions(self, [a for a in actions if a.type != TOKENS])


def install() -> None:
    models.ALLOWED_ACTIONS.append(TOKENS)
    models.ELBv2Backend._validate_actions = validate_actions
    models.ELBv2Backend.create_listener = create_listener
    models.ELBv2Backend.create_rule = create_rule
    models.ELBv2Backend.delete_load_balancer = delete_load_balancer
    models.FakeLoadBalancer.get_cfn_attribute = load_balancer_attribute
    models.FakeTargetGroup.get_cfn_attribute = target_group_attribute
