"""AWS::Lambda::Function, Permission and Version.

moto takes few properties of a function from a template (neither architecture
nor tags), and leaves permissions and versions to themselves.
"""

import json

from moto.awslambda.models import Permission

from . import Resource, completes, creates, deletes, replaced_by, replaced_unless, updates

FUNCTION = "AWS::Lambda::Function"
PERMISSION = "AWS::Lambda::Permission"
VERSION = "AWS::Lambda::Version"

replaced_by(FUNCTION, "FunctionName", "PackageType")
replaced_unless(PERMISSION)
replaced_unless(VERSION)


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
    function = r.backend("lambda").get_function(r.properties["FunctionName"])
    function.policy.add_statement(json.dumps({**r.properties, "StatementId": r.name}))
    return permission


@deletes(PERMISSION)
def delete_permission(r: Resource) -> None:
    function = r.backend("lambda").get_function(r.properties["FunctionName"])
    function.policy.del_statement(r.model.physical_resource_id)


@deletes(VERSION)
def delete_version(r: Resource) -> None:
    r.backend("lambda").delete_function(r.properties["FunctionName"], r.model.version)
