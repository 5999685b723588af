"""AWS::Lambda::Function, Permission, Version and Alias.

moto takes few properties of a function from a template (neither architecture
nor tags), leaves permissions and versions to themselves, has the API of aliases
and no CloudFormation for them, and nothing of provisioned concurrency.
"""

import json
from typing import Any

from moto.awslambda import urls
from moto.awslambda.models import LambdaAlias, Permission
from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError

from . import Resource, completes, creates, deletes, updates
from .standin import stand_in

FUNCTION = "AWS::Lambda::Function"
PERMISSION = "AWS::Lambda::Permission"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"

Version = stand_in(VERSION, "awslambda", "", "FunctionArn", "Version")
Alias = stand_in(ALIAS, "awslambda", "Name", "AliasArn")


@completes(FUNCTION)
def complete_function(r: Resource) -> None:
    function, p = r.model, r.properties
    function.architectures = p.get("Architectures", ["x86_64"])
    function.ephemeral_storage = p.get("EphemeralStorage", {}).get("Size", 512)
    function.tracing_config = p.get("TracingConfig", {"Mode": "PassThrough"})
    function.reserved_concurrency = p.get("ReservedConcurrentExecutions")
    function.layers = function._get_layers_data(p.get("Layers", []))
    function.tags = r.tags


@updates(FUNCTION)
def update_function(r: Resource) -> None:
    # Unlike the API, a template without a property means its default.
    defaults = {
        "Description": "",
        "Environment": {},
        "MemorySize": 128,
        "Timeout": 3,
        "VpcConfig": None,
    }
    properties = {**defaults, **r.properties}
    properties["Environment"] = {"Variables": {}, **properties["Environment"]}
    r.model.update_configuration(properties)
    if "Code" in r.changed:
        r.model.update_function_code(r.properties["Code"])
    complete_function(r)


@creates(PERMISSION)
def create_permission(r: Resource) -> Permission:
    permission = Permission(r.region)
    permission.physical_resource_id = r.name
    function, qualifier = of_permission(r)
    function.policy.add_statement(json.dumps({**r.properties, "StatementId": r.name}), qualifier)
    return permission


@deletes(PERMISSION)
def delete_permission(r: Resource) -> None:
    function, _ = of_permission(r)
    function.policy.del_statement(r.model.physical_resource_id)


def of_permission(r: Resource) -> tuple[Any, str | None]:
    """The function, which holds the statements of its aliases too: they move between versions."""
    _, _, name = r.properties["FunctionName"].rpartition(":function:")
    name, _, qualifier = name.partition(":")
    return r.backend("lambda").get_function(name), qualifier or None


@creates(VERSION)
def create_version(r: Resource) -> Any:
    function = r.backend("lambda").publish_version(
        r.properties["FunctionName"], r.properties.get("Description", "")
    )
    arn = function.function_arn
    return Version(arn, FunctionArn=arn, Version=str(function.version))


@deletes(VERSION)
def delete_version(r: Resource) -> None:
    r.backend("lambda").delete_function(r.properties["FunctionName"], r.model.values["Version"])


@creates(ALIAS)
def create_alias(r: Resource) -> Any:
    p = r.properties
    alias = r.backend("lambda").create_alias(
        p["Name"],
        p["FunctionName"],
        p["FunctionVersion"],
        p.get("Description", ""),
        p.get("RoutingConfig"),
    )
    set_provisioned_concurrency(alias, p)
    return Alias(alias.arn, AliasArn=alias.arn)


@updates(ALIAS)
def update_alias(r: Resource) -> None:
    p = r.properties
    alias = r.backend("lambda").update_alias(
        p["Name"],
        p["FunctionName"],
        p["FunctionVersion"],
        p.get("Description", ""),
        p.get("RoutingConfig", {}),
    )
    if "ProvisionedConcurrencyConfig" in r.changed:
        set_provisioned_concurrency(alias, p)


@deletes(ALIAS)
def delete_alias(r: Resource) -> None:
    r.backend("lambda").delete_alias(r.properties["Name"], r.properties["FunctionName"])


def set_provisioned_concurrency(alias: LambdaAlias, properties: dict[str, Any]) -> None:
    config = properties.get("ProvisionedConcurrencyConfig", {})
    wanted = config.get("ProvisionedConcurrentExecutions")
    alias.provisioned_concurrency = None if wanted is None else int(wanted)


def get_provisioned_concurrency_config(self: LambdaResponse) -> Any:
    name, qualifier = self.path.split("/")[-2], self._get_param("Qualifier")
    wanted = getattr(self.backend.get_alias(qualifier, name), "provisioned_concurrency", None)
    if wanted is None:
        raise JsonRESTError(
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
        )
    kinds = ("Requested", "Available", "Allocated")
    answer = {f"{kind}ProvisionedConcurrentExecutions": wanted for kind in kinds}
    return json.dumps({**answer, "Status": "READY"})


def install() -> None:
    LambdaResponse.get_provisioned_concurrency_config = get_provisioned_concurrency_config
    function = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)"
    urls.url_paths[function + "/provisioned-concurrency/?$"] = LambdaResponse.dispatch
