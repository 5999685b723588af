"""AWS::SageMaker::Model, EndpointConfig and Endpoint.

moto ignores the names in a template, replaces an endpoint by a new one, knows
the instance types of some years ago, ignores the role of a configuration, and
does not keep RetainAllVariantProperties.
"""

import re
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.sagemaker import models
from moto.sagemaker.exceptions import ValidationError
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

from . import Resource, completes, replaced_by, replaced_unless, updates

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"

# Facts C1, C2 and C4.
replaced_unless(MODEL, "Tags")
replaced_unless(CONFIG, "Tags")
replaced_by(ENDPOINT, "EndpointName")


@completes(CONFIG)
def complete_config(r: Resource) -> None:
    p = r.properties
    r.model.execution_role_arn = p.get("ExecutionRoleArn")
    isolated = p.get("EnableNetworkIsolation")
    r.model.enable_network_isolation = isolated and str(isolated).lower() == "true"


@updates(MODEL, CONFIG)
def update_tags(r: Resource) -> None:
    r.model.tags = r.properties.get("Tags", [])


@updates(ENDPOINT)
def update_endpoint(r: Resource) -> None:
    endpoint = r.model
    endpoint.tags = r.properties.get("Tags", [])
    if "EndpointConfigName" not in r.changed:
        # The others are write-only, and say how to go to another configuration.
        return
    name = r.properties["EndpointConfigName"]
    config = r.backend("sagemaker").endpoint_configs.get(name)
    if config is None:
        raise ValidationError(message=f"Could not find endpoint configuration '{name}'.")
    refuse_under_scaling(r, endpoint, config)
    variants = endpoint._process_production_variants(config.production_variants)
    kept = retained(r.properties)
    current = {v["VariantName"]: v for v in endpoint.production_variants}
    for variant in variants:
        old = current.get(variant["VariantName"], {})
        variant.update({k: v for k, v in old.items() if k in kept and v is not None})
    endpoint.production_variants = variants
    endpoint.endpoint_config_name = name
    endpoint.data_capture_config = config.data_capture_config
    endpoint.last_modified_time = utcnow()


def retained(properties: dict[str, Any]) -> set[str]:
    """What a variant of the same name keeps from before the update (facts C7, C8)."""
    if str(properties.get("RetainAllVariantProperties", "false")).lower() != "true":
        return set()
    excluded = properties.get("ExcludeRetainedVariantProperties", [])
    kept = {"DesiredInstanceCount", "DesiredWeight"}
    kept -= {e["VariantPropertyType"] for e in excluded}
    return kept | {k.replace("Desired", "Current") for k in kept}


def refuse_under_scaling(r: Resource, endpoint: Any, config: Any) -> None:
    """A registered variant can neither go nor change its instance type (fact C9)."""
    new = {v["VariantName"]: v for v in config.production_variants}
    old_config = r.backend("sagemaker").endpoint_configs.get(endpoint.endpoint_config_name)
    old = {v["VariantName"]: v for v in old_config.production_variants} if old_config else {}
    targets = r.backend("application-autoscaling")._flatten_scalable_targets("sagemaker")
    for target in targets:
        # An inference component's has two parts.
        _, name, *_, variant = target.resource_id.split("/")
        if name != endpoint.endpoint_name or not target.resource_id.startswith("endpoint/"):
            continue
        types = [variants.get(variant, {}).get("InstanceType") for variants in (old, new)]
        if variant not in new or types[0] != types[1]:
            raise ValidationError(
                message=f"The variant {variant} is a registered scalable target: it can"
                " neither be removed nor change its instance type"
            )


def validate_instance_type(self: Any, instance_type: str) -> None:
    if not re.fullmatch(r"ml\.[a-z0-9-]+\.[a-z0-9-]+", instance_type):
        raise ValidationError(message=f"Value '{instance_type}' at 'instanceType' is not valid")


moto_validate_variants = models.SageMakerModelBackend.validate_production_variants


def validate_production_variants(self: Any, variants: list[dict[str, Any]]) -> None:
    """A variant without a model is one that inference components run on (fact C27)."""
    for v in variants:
        if "ModelName" not in v and "ManagedInstanceScaling" not in v:
            raise ValidationError(message=f"The variant {v['VariantName']} has no model")
    moto_validate_variants(self, [v for v in variants if "ModelName" in v])


moto_invoke_endpoint = SageMakerRuntimeResponse.invoke_endpoint


def invoke_endpoint(self: Any) -> Any:
    """moto answers for endpoints that do not exist."""
    name = self.path.split("/")[2]
    if name not in models.sagemaker_backends[self.current_account][self.region].endpoints:
        raise JsonRESTError(
            "ValidationError", f"Endpoint {name} of account {self.current_account} not found."
        )
    return moto_invoke_endpoint(self)


def install() -> None:
    SageMakerRuntimeResponse.invoke_endpoint = invoke_endpoint
    models.FakeEndpointConfig.validate_instance_type = validate_instance_type
    models.SageMakerModelBackend.validate_production_variants = validate_production_variants
    for model, name in (
        (models.Model, "ModelName"),
        (models.FakeEndpointConfig, "EndpointConfigName"),
        (models.FakeEndpoint, "EndpointName"),
    ):
        model.cloudformation_name_type = staticmethod(lambda name=name: name)
