"""AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy.

moto has their API and no CloudFormation for them, its API moves no capacity, and
of SageMaker it knows the instances of a variant only.
"""

from datetime import datetime, timezone
from enum import Enum
from typing import Any

from moto.applicationautoscaling import models, responses
from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.ecs.models import ecs_backends
from moto.sagemaker.models import sagemaker_backends

from . import Resource, creates, deletes, updates
from .ecs import running
from .endpoint import set_capacities
from .endpointchange import look
from .inferencecomponent import components, set_copies
from .standin import stand_in

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"

# What identifies a target, in the order of the id that Ref returns.
TARGET_KEYS = ("ResourceId", "ScalableDimension", "ServiceNamespace")

ScalableTarget = stand_in(TARGET, "applicationautoscaling", "", "Id")
ScalingPolicy = stand_in(POLICY, "applicationautoscaling", "", "Arn")

INSTANCES = "sagemaker:variant:DesiredInstanceCount"
CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"
COPIES = "sagemaker:inference-component:DesiredCopyCount"
TASKS = "ecs:service:DesiredCount"


@creates(TARGET)
def create_target(r: Resource) -> ScalableTarget:
    if find_target(r):
        # Fact C21: the three keys are the primary identifier.
        raise AWSValidationException(f"{target_id(r.properties)} already exists")
    put_target(r)
    id = target_id(r.properties)
    return ScalableTarget(id, Id=id)


@updates(TARGET)
def put_target(r: Resource) -> None:
    backend, p = r.backend("application-autoscaling"), r.properties
    minimum, maximum = int(p["MinCapacity"]), int(p["MaxCapacity"])
    if minimum > maximum:
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")
    require(r)
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
    if find_target(r):
        r.backend("application-autoscaling").deregister_scalable_target(
            r.properties["ServiceNamespace"],
            r.properties["ResourceId"],
            r.properties["ScalableDimension"],
        )


@creates(POLICY)
def create_policy(r: Resource) -> ScalingPolicy:
    arn = put_policy(r).policy_arn
    return ScalingPolicy(arn, Arn=arn)


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


def require(r: Resource) -> None:
    """AWS registers only what exists; moto registers anything but services of ECS."""
    p = r.properties
    kind, *names = p["ResourceId"].split("/")
    backend = r.backend("sagemaker")
    if kind == "inference-component" and names[0] not in components(backend):
        raise AWSValidationException(f"Inference component not found: {p['ResourceId']}")
    if kind != "endpoint":
        return
    endpoint = backend.endpoints.get(names[0])
    for variant in endpoint.production_variants if endpoint else []:
        if variant["VariantName"] == names[-1]:
            serverless = "CurrentServerlessConfig" in variant
            if serverless != (p["ScalableDimension"] == CONCURRENCY):
                raise AWSValidationException(
                    f"{p['ResourceId']} does not have the dimension {p['ScalableDimension']}"
                )
            return
    raise AWSValidationException(f"Endpoint or variant not found: {p['ResourceId']}")


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
moto_deregister = ApplicationAutoscalingBackend.deregister_scalable_target


def register_scalable_target(
    self: Any, namespace: str, r_id: str, dimension: str, *args: Any, **kw: Any
) -> Any:
    """Registering moves the capacity into the bounds (facts A39 and B7). The first time
    tasks stay as they are: the facts say nothing of them."""
    again = self._scalable_target_exists(r_id, dimension)
    target = moto_register(self, namespace, r_id, dimension, *args, **kw)
    if dimension in MOVES and (again or dimension != TASKS):
        MOVES[dimension](self, target, *r_id.split("/")[1:])
    return target


def deregister_scalable_target(self: Any, namespace: str, r_id: str, dimension: str) -> None:
    """The target's policies, with their alarms, and scheduled actions go with it (fact C9)."""
    moto_deregister(self, namespace, r_id, dimension)
    keys = dict(zip(TARGET_KEYS, (r_id, dimension, namespace), strict=True))
    for policy in list(self.policies.values()):
        if keys_of(policy) == keys:
            delete_policy_named(self, policy.policy_name, keys)
    self.scheduled_actions = [a for a in self.scheduled_actions if keys_of(a) != keys]


def bounded(target: Any, capacity: int) -> int:
    return min(target.max_capacity, max(target.min_capacity, capacity))


def move_instances(backend: Any, target: Any, name: str, _: str, variant: str) -> None:
    sagemaker = sagemaker_of(backend)
    endpoint = sagemaker.endpoints.get(name)
    if endpoint is None or not look(sagemaker, endpoint):
        # Scaling is blocked while an endpoint is Updating (fact C10).
        return
    for v in endpoint.production_variants:
        if v["VariantName"] == variant and "CurrentInstanceCount" in v:
            count = bounded(target, v["CurrentInstanceCount"])
            wanted = {"VariantName": variant, "DesiredInstanceCount": count}
            if count != v["CurrentInstanceCount"]:
                set_capacities(sagemaker, endpoint, [wanted])


def move_concurrency(backend: Any, target: Any, name: str, _: str, variant: str) -> None:
    endpoint = sagemaker_of(backend).endpoints.get(name)
    for v in endpoint.production_variants if endpoint else []:
        if v["VariantName"] == variant:
            config = v["CurrentServerlessConfig"]
            count = bounded(target, int(config.get("ProvisionedConcurrency", 0)))
            config = {**config, "ProvisionedConcurrency": count}
            v["DesiredServerlessConfig"] = v["CurrentServerlessConfig"] = config


def move_copies(backend: Any, target: Any, name: str) -> None:
    if component := components(sagemaker_of(backend)).get(name):
        copies = component["RuntimeConfig"]["DesiredCopyCount"]
        set_copies(component, bounded(target, copies))


def move_tasks(backend: Any, target: Any, cluster: str, name: str) -> None:
    services = ecs_backends[backend.account_id][backend.region_name].services
    if service := services.get(f"{cluster}:{name}"):
        service.desired_count = bounded(target, service.desired_count)
        running(service)


def sagemaker_of(backend: Any) -> Any:
    return sagemaker_backends[backend.account_id][backend.region_name]


MOVES = {
    INSTANCES: move_instances,
    CONCURRENCY: move_concurrency,
    COPIES: move_copies,
    TASKS: move_tasks,
}


def describe_scaling_activities(self: Any) -> str:
    """moto has no such operation, and nothing scales by itself here: there are none."""
    return "{\"ScalingActivities\": []}"


def install() -> None:
    asked = responses.ApplicationAutoScalingResponse
    asked.describe_scaling_activities = describe_scaling_activities
    ApplicationAutoscalingBackend.register_scalable_target = register_scalable_target
    ApplicationAutoscalingBackend.deregister_scalable_target = deregister_scalable_target
    known = {d.name: d.value for d in models.ScalableDimensionValueSet}
    known["SAGEMAKER_VARIANT_DESIRED_PROVISIONED_CONCURRENCY"] = CONCURRENCY
    known["SAGEMAKER_INFERENCE_COMPONENT_DESIRED_COPY_COUNT"] = COPIES
    dimensions = Enum("ScalableDimensionValueSet", known)
    models.ScalableDimensionValueSet = responses.ScalableDimensionValueSet = dimensions
