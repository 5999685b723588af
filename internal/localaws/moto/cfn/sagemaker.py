"""AWS::SageMaker::Model, EndpointConfig and Endpoint.

moto ignores the names in a template, replaces an endpoint by a new one, knows
the instance types of some years ago, and ignores the role of a configuration.
It knows no models of several containers, and adds a tag that is there a second time.
"""

import re
from typing import Any

from moto.sagemaker import models
from moto.sagemaker.exceptions import ValidationError

from . import Resource, completes, updates
from .endpoint import update
from .endpointchange import wait

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


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
    endpoint, p = r.model, r.properties
    endpoint.tags = p.get("Tags", [])
    if "EndpointConfigName" not in r.changed:
        # The others are write-only, and say how to go to another configuration.
        return
    if p["EndpointConfigName"] == endpoint.endpoint_config_name:
        # SageMaker has refused the other configuration, or has gone back by itself.
        return
    backend = r.backend("sagemaker")
    update(backend, {**p, "EndpointName": endpoint.endpoint_name})
    wait(backend, endpoint)


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


moto_create_model = models.Model.create_from_cloudformation_json


def create_model(resource_name: str, cloudformation_json: Any, *args: Any, **kwargs: Any) -> Any:
    """A model has one container or a list of them."""
    properties = {"PrimaryContainer": None, **cloudformation_json["Properties"]}
    template = {**cloudformation_json, "Properties": properties}
    return moto_create_model(resource_name, template, *args, **kwargs)


def add_tags(self: Any, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """A key that is there gets the new value; moto would have it twice."""
    resource = self._get_resource_from_arn(arn)
    keys = {tag["Key"] for tag in tags}
    resource.tags = [tag for tag in resource.tags if tag["Key"] not in keys] + tags
    return resource.tags


def install() -> None:
    models.SageMakerModelBackend.add_tags = add_tags
    models.Model.create_from_cloudformation_json = staticmethod(create_model)
    models.FakeEndpointConfig.validate_instance_type = validate_instance_type
    models.SageMakerModelBackend.validate_production_variants = validate_production_variants
    for model, name in (
        (models.Model, "ModelName"),
        (models.FakeEndpointConfig, "EndpointConfigName"),
        (models.FakeEndpoint, "EndpointName"),
    ):
        model.cloudformation_name_type = staticmethod(lambda name=name: name)
