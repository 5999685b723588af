"""How an endpoint changes: UpdateEndpoint and UpdateEndpointWeightsAndCapacities.

moto has no UpdateEndpoint.
"""

from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from .endpointchange import begin, find_free, look, under_way


def update(backend: SageMakerModelBackend, p: dict[str, Any]) -> Any:
    """UpdateEndpoint with the parameters p, which CloudFormation names alike."""
    endpoint = find_free(backend, p["EndpointName"])
    name = p["EndpointConfigName"]
    config = backend.endpoint_configs.get(name)
    if config is None:
        raise ValidationError(message=f"Could not find endpoint configuration '{name}'.")
    refuse_under_scaling(backend, endpoint, config)
    deployment = p.get("DeploymentConfig")
    if true(p.get("RetainDeploymentConfig")):
        deployment = getattr(endpoint, "last_deployment_config", None)
    alarms = alarms_of(deployment or {})

    def finish() -> None:
        variants = endpoint._process_production_variants(config.production_variants)
        kept = retained(p)
        current = {v["VariantName"]: v for v in endpoint.production_variants}
        for variant in variants:
            old = current.get(variant["VariantName"], {})
            variant.update({k: v for k, v in old.items() if k in kept and v is not None})
        endpoint.production_variants = variants
        endpoint.endpoint_config_name = name
        endpoint.data_capture_config = config.data_capture_config
        endpoint.last_deployment_config = deployment

    begin(backend, endpoint, finish, alarms)
    return endpoint


def true(value: Any) -> bool:
    return str(value).lower() == "true"


def retained(p: dict[str, Any]) -> set[str]:
    """What a variant of the same name keeps from before the update (facts C7, C8)."""
    if not true(p.get("RetainAllVariantProperties")):
        return set()
    kept = {"DesiredInstanceCount", "DesiredWeight"}
    kept -= {e["VariantPropertyType"] for e in p.get("ExcludeRetainedVariantProperties") or []}
    return kept | {k.replace("Desired", "Current") for k in kept}


def alarms_of(deployment: dict[str, Any]) -> list[str]:
    """The alarms that roll an update back (fact C16)."""
    if "BlueGreenUpdatePolicy" in deployment and "RollingUpdatePolicy" in deployment:
        raise ValidationError(
            message="DeploymentConfig takes one of BlueGreenUpdatePolicy and RollingUpdatePolicy"
        )
    configured = deployment.get("AutoRollbackConfiguration") or {}
    alarms = [a["AlarmName"] for a in configured.get("Alarms") or []]
    if configured and not 1 <= len(alarms) <= 10:
        raise ValidationError(
            message=f"AutoRollbackConfiguration takes 1 to 10 alarms, not {len(alarms)}"
        )
    return alarms


def refuse_under_scaling(backend: SageMakerModelBackend, endpoint: Any, config: Any) -> None:
    """A registered variant can neither go nor change its instance type (fact C9)."""
    new = {v["VariantName"]: v for v in config.production_variants}
    old_config = backend.endpoint_configs.get(endpoint.endpoint_config_name)
    old = {v["VariantName"]: v for v in old_config.production_variants} if old_config else {}
    scaling = applicationautoscaling_backends[backend.account_id][backend.region_name]
    for target in scaling._flatten_scalable_targets("sagemaker"):
        # An inference component's has two parts.
        _, name, *_, variant = target.resource_id.split("/")
        if name != endpoint.endpoint_name or not target.resource_id.startswith("endpoint/"):
            continue
        types = [instance_type(variants.get(variant, {})) for variants in (old, new)]
        if variant not in new or types[0] != types[1]:
            raise ValidationError(
                message=f"The variant {variant} is a registered scalable target: it can"
                " neither be removed nor change its instance type"
            )


def instance_type(variant: dict[str, Any]) -> str | None:
    """The instance type, or that of the first of several pools (fact C13)."""
    pools = variant.get("InstancePools")
    if pools:
        return min(pools, key=lambda pool: int(pool["Priority"]))["InstanceType"]
    return variant.get("InstanceType")


def set_capacities(
    backend: SageMakerModelBackend, endpoint: Any, wanted: list[dict[str, Any]]
) -> None:
    """Sets instance counts and weights; a variant keeps what is not wanted otherwise."""
    variants = {v["VariantName"]: v for v in endpoint.production_variants}
    keys = ("DesiredInstanceCount", "DesiredWeight")
    changes = [{k: w[k] for k in keys if w.get(k) is not None} for w in wanted]
    for w, change in zip(wanted, changes, strict=True):
        variants[w["VariantName"]].update(change)

    def finish() -> None:
        for w, change in zip(wanted, changes, strict=True):
            current = {k.replace("Desired", "Current"): v for k, v in change.items()}
            variants[w["VariantName"]].update(current)

    begin(backend, endpoint, finish, [])


def update_weights_and_capacities(
    self: SageMakerModelBackend,
    endpoint_name: str,
    desired_weights_and_capacities: list[dict[str, Any]],
) -> str:
    endpoint = find_free(self, endpoint_name)
    names = [w["VariantName"] for w in desired_weights_and_capacities]
    there = {v["VariantName"] for v in endpoint.production_variants}
    for name in names:
        if names.count(name) > 1:
            raise ValidationError(
                message=f'The variant name "{name}" was non-unique within the request.'
            )
        if name not in there:
            raise ValidationError(
                message=f'The variant name(s) "{name}" is/are not present within endpoint'
                f' configuration "{endpoint.endpoint_config_name}".'
            )
    set_capacities(self, endpoint, desired_weights_and_capacities)
    return endpoint.arn


moto_describe_endpoint = SageMakerModelBackend.describe_endpoint
moto_list_endpoints = SageMakerModelBackend.list_endpoints
moto_delete_endpoint = SageMakerModelBackend.delete_endpoint


def describe_endpoint(self: SageMakerModelBackend, endpoint_name: str) -> dict[str, Any]:
    if change := under_way(self).get(endpoint_name):
        change.advance()
        look(self, self.endpoints[endpoint_name])
    return moto_describe_endpoint(self, endpoint_name)


def list_endpoints(self: SageMakerModelBackend, **kw: Any) -> Any:
    for endpoint in self.endpoints.values():
        look(self, endpoint)
    return moto_list_endpoints(self, **kw)


def delete_endpoint(self: SageMakerModelBackend, endpoint_name: str) -> None:
    """Deregisters the endpoint's scalable targets too (fact C14)."""
    if endpoint_name in self.endpoints:
        find_free(self, endpoint_name)
    moto_delete_endpoint(self, endpoint_name)
    scaling = applicationautoscaling_backends[self.account_id][self.region_name]
    for target in scaling._flatten_scalable_targets("sagemaker"):
        if target.resource_id.startswith(f"endpoint/{endpoint_name}/"):
            scaling.deregister_scalable_target(
                "sagemaker", target.resource_id, target.scalable_dimension
            )


def update_endpoint(self: SageMakerResponse) -> ActionResult:
    names = (
        "EndpointName",
        "EndpointConfigName",
        "RetainAllVariantProperties",
        "ExcludeRetainedVariantProperties",
        "DeploymentConfig",
        "RetainDeploymentConfig",
    )
    endpoint = update(self.sagemaker_backend, {name: self._get_param(name) for name in names})
    return ActionResult({"EndpointArn": endpoint.arn})


def install() -> None:
    SageMakerResponse.update_endpoint = update_endpoint
    SageMakerModelBackend.update_endpoint_weights_and_capacities = update_weights_and_capacities
    SageMakerModelBackend.describe_endpoint = describe_endpoint
    SageMakerModelBackend.list_endpoints = list_endpoints
    SageMakerModelBackend.delete_endpoint = delete_endpoint
