"""AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy.

moto has their API and no CloudFormation for them, and its API moves no capacity.
moto knows a type by the subclasses of CloudFormationModel that exist when the
first template is read.
"""

from datetime import datetime, timezone
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.core.common_models import CloudFormationModel
from moto.sagemaker.models import sagemaker_backends

from . import Resource, creates, deletes, replaced_by, updates

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"

# What identifies a target, in the order of the id that Ref returns.
TARGET_KEYS = ("ResourceId", "ScalableDimension", "ServiceNamespace")

replaced_by(TARGET, *TARGET_KEYS)
replaced_by(POLICY, "PolicyName", "ScalingTargetId", *TARGET_KEYS)


class ScalingModel(CloudFormationModel):
    """What a Ref to one of the two types needs to know; the rest is moto's."""

    # moto derives the service of a model from the name of its module.
    __module__ = "moto.applicationautoscaling.models"
    id_attribute = ""

    def __init__(self, physical_resource_id: str):
        self.physical_resource_id = physical_resource_id

    def is_created(self) -> bool:
        return True

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == cls.id_attribute

    def get_cfn_attribute(self, attribute_name: str) -> str:
        from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

        if attribute_name != self.id_attribute:
            raise UnformattedGetAttTemplateException()
        return self.physical_resource_id


class ScalableTarget(ScalingModel, CloudFormationModel):
    __module__ = ScalingModel.__module__
    id_attribute = "Id"

    @staticmethod
    def cloudformation_type() -> str:
        return TARGET


class ScalingPolicy(ScalingModel, CloudFormationModel):
    __module__ = ScalingModel.__module__
    id_attribute = "Arn"

    @staticmethod
    def cloudformation_type() -> str:
        return POLICY


@creates(TARGET)
def create_target(r: Resource) -> ScalableTarget:
    if find_target(r):
        # Fact C21: the three keys are the primary identifier.
        raise AWSValidationException(f"{target_id(r.properties)} already exists")
    put_target(r)
    return ScalableTarget(target_id(r.properties))


@updates(TARGET)
def put_target(r: Resource) -> None:
    backend, p = r.backend("application-autoscaling"), r.properties
    minimum, maximum = int(p["MinCapacity"]), int(p["MaxCapacity"])
    if minimum > maximum:
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")
    require_variant(r)
    backend.register_scalable_target(
        p["ServiceNamespace"],
        p["ResourceId"],
        p["ScalableDimension"],
        min_capacity=minimum,
        max_capacity=maximum,
        role_arn=p.get("RoleARN") or service_linked_role(r),
        suspended_state=p.get("SuspendedState"),
    )
    actions = p.get("ScheduledActions", [])
    for action in actions:
        name = action["ScheduledActionName"]
        # moto keeps a time zone that an update leaves out: begin afresh.
        delete_action(r, name)
        backend.put_scheduled_action(
            p["ServiceNamespace"],
            action["Schedule"],
            action.get("Timezone"),
            name,
            p["ResourceId"],
            p["ScalableDimension"],
            epoch(action.get("StartTime")),
            epoch(action.get("EndTime")),
            {k: int(v) for k, v in action.get("ScalableTargetAction", {}).items()},
        )
    kept = {action["ScheduledActionName"] for action in actions}
    for action in r.before.get("ScheduledActions", []):
        if action["ScheduledActionName"] not in kept:
            delete_action(r, action["ScheduledActionName"])


@deletes(TARGET)
def delete_target(r: Resource) -> None:
    """Deregisters the target; its policies and scheduled actions go with it."""
    backend = r.backend("application-autoscaling")
    keys = {k: r.properties[k] for k in TARGET_KEYS}
    if find_target(r):
        backend.deregister_scalable_target(
            keys["ServiceNamespace"], keys["ResourceId"], keys["ScalableDimension"]
        )
    for policy in list(backend.policies.values()):
        if keys_of(policy) == keys:
            delete_policy_named(backend, policy.policy_name, keys)
    backend.scheduled_actions = [a for a in backend.scheduled_actions if keys_of(a) != keys]


@creates(POLICY)
def create_policy(r: Resource) -> ScalingPolicy:
    return ScalingPolicy(put_policy(r).policy_arn)


@updates(POLICY)
def update_policy(r: Resource) -> None:
    # moto gives each version an ARN of its own.
    put_policy(r).policy_arn = r.model.physical_resource_id


def put_policy(r: Resource) -> Any:
    p = r.properties
    keys = policy_target(p)
    if not find_target(r, keys):
        raise AWSValidationException(
            f"No scalable target registered for service namespace: {keys['ServiceNamespace']},"
            f" resource ID: {keys['ResourceId']}, scalable dimension: {keys['ScalableDimension']}"
        )
    return r.backend("application-autoscaling").put_scaling_policy(
        policy_name=p["PolicyName"],
        service_namespace=keys["ServiceNamespace"],
        resource_id=keys["ResourceId"],
        scalable_dimension=keys["ScalableDimension"],
        policy_body=p.get("TargetTrackingScalingPolicyConfiguration")
        or p.get("StepScalingPolicyConfiguration"),
        policy_type=p["PolicyType"],
    )


@deletes(POLICY)
def delete_policy(r: Resource) -> None:
    backend = r.backend("application-autoscaling")
    delete_policy_named(backend, r.properties["PolicyName"], policy_target(r.properties))


def delete_policy_named(backend: Any, name: str, keys: dict[str, str]) -> None:
    key = f"{keys['ServiceNamespace']}\t{keys['ResourceId']}\t{keys['ScalableDimension']}\t{name}"
    if policy := backend.policies.pop(key, None):
        policy.delete_alarms(backend.account_id, backend.region_name)


def target_id(properties: dict[str, Any]) -> str:
    return "|".join(properties[k] for k in TARGET_KEYS)


def policy_target(properties: dict[str, Any]) -> dict[str, str]:
    if "ScalingTargetId" in properties:
        return dict(zip(TARGET_KEYS, properties["ScalingTargetId"].split("|"), strict=True))
    return {k: properties[k] for k in TARGET_KEYS}


def keys_of(model: Any) -> dict[str, str]:
    return dict(
        ResourceId=model.resource_id,
        ScalableDimension=model.scalable_dimension,
        ServiceNamespace=model.service_namespace,
    )


def find_target(r: Resource, keys: dict[str, str] | None = None) -> Any:
    keys = keys or r.properties
    targets = r.backend("application-autoscaling").targets
    return targets.get(keys["ScalableDimension"], {}).get(keys["ResourceId"])


def delete_action(r: Resource, name: str) -> None:
    p = r.properties
    r.backend("application-autoscaling").delete_scheduled_action(
        p["ServiceNamespace"], name, p["ResourceId"], p["ScalableDimension"]
    )


def require_variant(r: Resource) -> None:
    """AWS registers only a variant that exists; moto registers anything."""
    parts = r.properties["ResourceId"].split("/")
    if parts[0] != "endpoint":
        return
    endpoint = r.backend("sagemaker").endpoints.get(parts[1])
    variants = [v["VariantName"] for v in endpoint.production_variants] if endpoint else []
    if parts[-1] not in variants:
        raise AWSValidationException(f"Endpoint or variant not found: {r.properties['ResourceId']}")


def service_linked_role(r: Resource) -> str | None:
    """The role that AWS creates on registration (fact A48)."""
    if r.properties["ServiceNamespace"] != "sagemaker":
        return None
    return (
        f"arn:aws:iam::{r.account}:role/aws-service-role/sagemaker.application-autoscaling"
        ".amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    )


def epoch(time: Any) -> float | None:
    """StartTime and EndTime are text in a template and a number in the API."""
    if time is None:
        return None
    moment = datetime.fromisoformat(str(time))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.timestamp()


moto_register = ApplicationAutoscalingBackend.register_scalable_target


def register_scalable_target(
    self: Any, namespace: str, r_id: str, dimension: str, *args: Any, **kw: Any
) -> Any:
    """Registering again moves a variant's instances into the bounds (fact A39)."""
    again = self._scalable_target_exists(r_id, dimension)
    target = moto_register(self, namespace, r_id, dimension, *args, **kw)
    if again and dimension == "sagemaker:variant:DesiredInstanceCount":
        _, name, _, variant = r_id.split("/")
        endpoint = sagemaker_backends[self.account_id][self.region_name].endpoints.get(name)
        for v in endpoint.production_variants if endpoint else []:
            if v["VariantName"] == variant:
                bounded = max(target.min_capacity, v["CurrentInstanceCount"])
                bounded = min(target.max_capacity, bounded)
                v["DesiredInstanceCount"] = v["CurrentInstanceCount"] = bounded
    return target


def install() -> None:
    ApplicationAutoscalingBackend.register_scalable_target = register_scalable_target
