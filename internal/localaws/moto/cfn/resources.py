"""How the resources of one stack are created, updated and deleted.

moto 5.2.1 updates in the order of removals, additions and changes, and does not
carry a replaced resource on to those that refer to it. Here everything goes in
the order of dependencies, a resource is updated when its resolved properties
change, and what was replaced or removed is deleted at the end.
"""

import contextlib
import json
import logging
from typing import Any, Iterator

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from . import (
    COMPLETIONS,
    CREATIONS,
    DELETIONS,
    UPDATES,
    CannotUpdate,
    Resource,
    needs_replacement,
)
from .dependencies import depends_on, in_order

logger = logging.getLogger("moto")


class ResourceFailed(ValidationError):
    """What CloudFormation would show as a resource's *_FAILED event."""


@contextlib.contextmanager
def attempt(action: str, type: str, logical_id: str) -> Iterator[None]:
    """Turns what goes wrong with a resource into an error the caller reads.

    As an HTTP status of 500 it would be tried again by the AWS SDKs, find the
    stack half changed, and could then be reported as a success.
    """
    try:
        yield
    except ResourceFailed:
        raise
    except (ServiceException, HTTPException, CannotUpdate) as error:
        reason = getattr(error, "message", None) or str(error)
        raise ResourceFailed(message=f"{type} {logical_id}: {action}: {reason}") from error
    except Exception as error:
        logger.exception("%s %s: %s", type, logical_id, action)
        raise ResourceFailed(message=f"{type} {logical_id}: {action}: {error!r}") from error


@contextlib.contextmanager
def changing(resources: parsing.ResourceMap) -> Iterator[None]:
    """moto creates a resource when it is first looked up: only while changing."""
    resources.changing = True
    try:
        yield
    finally:
        resources.changing = False


def wanted(resource: dict[str, Any], resources: parsing.ResourceMap) -> bool:
    condition = resource.get("Condition")
    return not condition or resources.lazy_condition_map[condition]


def create_resource(
    logical_id: str,
    template: dict[str, Any],
    resources: parsing.ResourceMap,
    account_id: str,
    region_name: str,
) -> Any:
    if not wanted(template, resources):
        return None
    for dependency in depends_on(template):
        resources[dependency]
    type = template["Type"]
    with attempt("create", type, logical_id):
        parsed = parsing.parse_resource_and_generate_name(logical_id, template, resources)
        if not parsed:
            return None
        moto_class, resolved, name = parsed
        properties = plain(resolved["Properties"])
        resource = Resource(type, logical_id, account_id, region_name, name, properties)
        if type in CREATIONS:
            model = CREATIONS[type](resource)
        elif type.startswith("Custom::"):
            raise ValidationError(message="the local AWS runs no custom resources")
        else:
            model = moto_class.create_from_cloudformation_json(
                name,
                resolved,
                account_id,
                region_name,
                LogicalId=logical_id,
                StackId=resources.stack_id,
                ResourceType=type,
            )
        remember(model, template, logical_id, properties)
        resource.model = model
        if type in COMPLETIONS:
            try:
                COMPLETIONS[type](resource)
            except Exception:
                delete_resource(resources, model)
                raise
    return model


def plain(properties: dict[str, Any]) -> dict[str, Any]:
    """A copy, as moto changes what it gets, with YAML's dates as text."""
    return json.loads(json.dumps(properties, default=str))


def remember(model: Any, template: dict[str, Any], logical_id: str, properties: dict) -> None:
    """Keeps with moto's object what a later update or deletion needs to know."""
    model.cf_resource_type = template["Type"]
    model.logical_resource_id = logical_id
    model.applied_properties = model.attempted_properties = properties
    model.retained = template.get("DeletionPolicy") == "Retain"


def update_resource(
    resources: parsing.ResourceMap, logical_id: str, template: dict[str, Any]
) -> None:
    """Updates in place, or makes a new resource and sets the old one aside."""
    old = resources._parsed_resources[logical_id]
    type = template["Type"]
    with attempt("update", type, logical_id):
        moto_class, resolved, name = parsing.parse_resource_and_generate_name(
            logical_id, template, resources
        )
        properties = plain(resolved["Properties"])
        resource = Resource(
            type,
            logical_id,
            resources._account_id,
            resources._region_name,
            name,
            properties,
            model=old,
            before=properties_before(old, properties),
        )
        changed = resource.changed
        new = old
        if type != old.cf_resource_type or needs_replacement(type, changed):
            name_property = parsing.resource_name_property_from_type(type)
            if name_property in resource.before and name_property not in changed:
                # Fact C5.
                raise ValidationError(
                    message="CloudFormation cannot update a stack when a custom-named"
                    f" resource requires replacing. Rename {name} and update the stack again."
                )
            del resources._parsed_resources[logical_id]
            try:
                resources[logical_id]
            except Exception:
                resources._parsed_resources[logical_id] = old
                raise
            # Still in use, and kept in mind should the update fail further on.
            resources.replaced.append(old)
            return
        old.attempted_properties = resource.properties
        if not changed:
            pass
        elif type in UPDATES:
            UPDATES[type](resource)
        elif hasattr(moto_class.update_from_cloudformation_json, "__isabstractmethod__"):
            raise CannotUpdate(changed)
        else:
            new = moto_class.update_from_cloudformation_json(
                original_resource=old,
                new_resource_name=name,
                cloudformation_json=resolved,
                account_id=resources._account_id,
                region_name=resources._region_name,
            )
    remember(new, template, logical_id, resource.properties)
    resources._parsed_resources[logical_id] = new


def properties_before(model: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """The properties before an update. One that failed may have made a part of its changes:
    what is wanted as it was before that update is then compared with what was attempted."""
    applied, attempted = model.applied_properties, model.attempted_properties
    before = {}
    for name in applied.keys() | attempted.keys():
        source = attempted if wanted.get(name) == applied.get(name) else applied
        if name in source:
            before[name] = source[name]
    return before


def delete_resource(resources: parsing.ResourceMap, model: Any) -> None:
    if model.retained:
        return
    type, properties = model.cf_resource_type, model.applied_properties
    place = resources._account_id, resources._region_name
    with attempt("delete", type, model.logical_resource_id):
        if type in DELETIONS:
            name = getattr(model, "physical_resource_id", "")
            DELETIONS[type](
                Resource(type, model.logical_resource_id, *place, name, properties, model)
            )
        elif hasattr(model, "delete") or not hasattr(
            model.delete_from_cloudformation_json, "__isabstractmethod__"
        ):
            resources._delete_resource(model, {"Type": type, "Properties": properties})
        else:
            logger.warning(
                "left behind, moto does not delete it: %s %s", type, model.logical_resource_id
            )


# --- moto's map of a stack's resources


moto_lookup = parsing.ResourceMap.__getitem__
moto_create = parsing.ResourceMap.create


def lookup(self: parsing.ResourceMap, key: str) -> Any:
    if key in self._parsed_resources or getattr(self, "changing", False):
        return moto_lookup(self, key)
    if key in self._resource_json_map:
        return None
    raise KeyError(key)


def create(self: parsing.ResourceMap, template: dict[str, Any]) -> bool:
    with changing(self):
        return moto_create(self, template)


def standing(self: parsing.ResourceMap) -> dict[str, Any]:
    """moto's objects of the resources there are, by logical id."""
    return {n: m for n, m in self._parsed_resources.items() if hasattr(m, "applied_properties")}


def change(
    self: parsing.ResourceMap, template: dict[str, Any], parameters: dict[str, Any]
) -> list[str]:
    """Creates and updates. Returns the resources that stood, in the order of clean_up."""
    removal_order = last_first(self)
    replaced = self.__dict__.setdefault("replaced", [])
    self.replaced_before = len(replaced)
    self._template = template
    self._resource_json_map = template["Resources"]
    self.input_parameters = parameters
    self.resolved_parameters.clear()
    self.load_mapping()
    self.load_parameters()
    self.load_conditions()
    with changing(self):
        for name in in_order(self._resource_json_map):
            resource = self._resource_json_map[name]
            if not wanted(resource, self):
                continue
            if name in self._parsed_resources:
                update_resource(self, name, resource)
            else:
                self[name]
    return removal_order


def put_back(self: parsing.ResourceMap) -> None:
    """Puts back what a failed change has replaced; clean_up deletes what took its place."""
    replaced = self.replaced
    for i in range(self.replaced_before, len(replaced)):
        name = replaced[i].logical_resource_id
        replaced[i], self._parsed_resources[name] = self._parsed_resources[name], replaced[i]


def clean_up(self: parsing.ResourceMap, removal_order: list[str]) -> None:
    """Deletes what the template no longer has."""
    delete_replaced(self)
    for name in removal_order:
        resource = self._resource_json_map.get(name)
        if resource is None or not wanted(resource, self):
            delete_resource(self, self._parsed_resources[name])
            del self._parsed_resources[name]


def last_first(self: parsing.ResourceMap) -> list[str]:
    """The standing resources, each before those it depends on."""
    there = standing(self)
    ordered = [name for name in in_order(self._resource_json_map) if name in there]
    # What a failed update has dropped from the template still stands.
    return [name for name in there if name not in ordered][::-1] + ordered[::-1]


def delete_replaced(self: parsing.ResourceMap) -> None:
    """The last replaced first: what refers to a resource is updated after it."""
    replaced = self.__dict__.get("replaced", [])
    while replaced:
        delete_resource(self, replaced[-1])
        replaced.pop()


def delete(self: parsing.ResourceMap) -> None:
    for name in last_first(self):
        delete_resource(self, self._parsed_resources[name])
        del self._parsed_resources[name]
    delete_replaced(self)
    self._resource_json_map = {}


def install() -> None:
    parsing.parse_and_create_resource = create_resource
    parsing.ResourceMap.__getitem__ = lookup
    parsing.ResourceMap.create = create
    parsing.ResourceMap.delete = delete
