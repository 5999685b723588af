"""AWS::SageMaker::InferenceComponent, of which moto has neither API nor CloudFormation.

A component is in service at once, with as many copies as are wanted. It runs
nowhere: there is no request to it, and no instance is counted for it.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from . import Resource, creates, deletes, replaced_by, updates
from .standin import stand_in

COMPONENT = "AWS::SageMaker::InferenceComponent"

replaced_by(COMPONENT, "InferenceComponentName")

InferenceComponent = stand_in(
    COMPONENT, "sagemaker", "InferenceComponentName", "InferenceComponentArn"
)


@creates(COMPONENT)
def create_component(r: Resource) -> Any:
    there = components(r.backend("sagemaker"))
    if r.name in there:
        raise ValidationError(message=f"Cannot create already existing component {r.name}")
    component = described(r)
    component["CreationTime"] = component["LastModifiedTime"]
    there[r.name] = component
    arn = component["InferenceComponentArn"]
    return InferenceComponent(arn, InferenceComponentArn=arn)


@updates(COMPONENT)
def update_component(r: Resource) -> None:
    r.name = r.model.physical_resource_id.split("/")[-1]
    component = components(r.backend("sagemaker"))[r.name]
    copies = component["RuntimeConfig"]
    component.update(described(r))
    if "RuntimeConfig" not in r.properties:
        component["RuntimeConfig"] = copies


@deletes(COMPONENT)
def delete_component(r: Resource) -> None:
    components(r.backend("sagemaker")).pop(r.model.physical_resource_id.split("/")[-1], None)


def described(r: Resource) -> dict[str, Any]:
    p, backend = r.properties, r.backend("sagemaker")
    endpoint = backend.endpoints.get(p["EndpointName"])
    if endpoint is None:
        raise ValidationError(message=f"Could not find endpoint '{p['EndpointName']}'.")
    variants = [v["VariantName"] for v in endpoint.production_variants]
    variant = p.get("VariantName") or variants[0]
    config = backend.endpoint_configs[endpoint.endpoint_config_name]
    for v in config.production_variants:
        if v["VariantName"] == variant and "ModelName" in v:
            raise ValidationError(message=f"The variant {variant} has a model of its own")
    if variant not in variants:
        raise ValidationError(message=f"Could not find variant '{variant}'.")
    specification = p.get("Specification", {})
    model = specification.get("ModelName")
    if model and model not in backend._models:
        raise ValidationError(message=f"Could not find model '{model}'.")
    copies = int(p.get("RuntimeConfig", {}).get("CopyCount", 1))
    return {
        "InferenceComponentName": r.name,
        "InferenceComponentArn": arn_formatter(
            "inference-component", r.name.lower(), r.account, r.region
        ),
        "EndpointName": p["EndpointName"],
        "EndpointArn": endpoint.arn,
        "VariantName": variant,
        "Specification": specification,
        "RuntimeConfig": {"DesiredCopyCount": copies, "CurrentCopyCount": copies},
        "InferenceComponentStatus": "InService",
        "LastModifiedTime": utcnow(),
        "LastDeploymentConfig": p.get("DeploymentConfig"),
    }


def components(backend: SageMakerModelBackend) -> dict[str, Any]:
    """The components of one region, by name."""
    return backend.__dict__.setdefault("inference_components", {})


def find(response: SageMakerResponse) -> dict[str, Any]:
    name = response._get_param("InferenceComponentName")
    component = components(response.sagemaker_backend).get(name)
    if component is None:
        raise ValidationError(message=f"Could not find inference component '{name}'.")
    return component


def describe_inference_component(self: SageMakerResponse) -> ActionResult:
    return ActionResult({k: v for k, v in find(self).items() if v is not None})


def list_inference_components(self: SageMakerResponse) -> ActionResult:
    return ActionResult(
        {"InferenceComponents": list(components(self.sagemaker_backend).values())}
    )


def update_inference_component_runtime_config(self: SageMakerResponse) -> ActionResult:
    component = find(self)
    set_copies(component, int(self._get_param("DesiredRuntimeConfig")["CopyCount"]))
    return ActionResult({"InferenceComponentArn": component["InferenceComponentArn"]})


def set_copies(component: dict[str, Any], copies: int) -> None:
    component["RuntimeConfig"] = {"DesiredCopyCount": copies, "CurrentCopyCount": copies}


def install() -> None:
    for operation in (
        describe_inference_component,
        list_inference_components,
        update_inference_component_runtime_config,
    ):
        setattr(SageMakerResponse, operation.__name__, operation)
