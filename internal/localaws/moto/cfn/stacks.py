"""What becomes of a stack.

moto 5.2.1 forgets a stack whose deletion fails, creates resources again when a
deleted stack is described, and can report as a success what has failed. Here an
update that fails is rolled back. A stack whose creation, clean-up or deletion
fails stays, in a status that says so.
"""

import contextlib
import logging
from dataclasses import dataclass
from typing import Any, Iterator
from urllib.parse import urlparse

from moto.cloudformation import models, parsing, responses, utils
from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from .resources import change, clean_up, put_back, standing, wanted

logger = logging.getLogger("moto")


@contextlib.contextmanager
def failing(stack: models.Stack, status: str) -> Iterator[None]:
    """Leaves the stack in status when its change fails."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, ServiceException):
            logger.exception("stack %s", stack.name)
            error = ValidationError(message=repr(error))
        stack.status = status
        stack.stack_status_reason = error.message
        stack._add_stack_event(status, resource_status_reason=error.message)
        raise error


moto_create_resources = models.Stack.create_resources
moto_validate_export_uniqueness = models.CloudFormationBackend._validate_export_uniqueness


def exports(self: parsing.OutputMap) -> list[parsing.Export]:
    """The exports, evaluated once: a deleted stack has no resources to ask."""
    if not hasattr(self, "evaluated_exports"):
        self.evaluated_exports = [
            parsing.Export(
                self._stack_id,
                parsing.clean_json(output["Export"]["Name"], self._resource_map),
                parsing.clean_json(output["Value"], self._resource_map),
            )
            for output in (self._output_json_map or {}).values()
            if "Export" in output and wanted(output, self._resource_map)
        ]
        list(self.values())
    return self.evaluated_exports


def create_before_exporting(self: models.CloudFormationBackend, stack: models.Stack) -> None:
    # Overrides a check that looks at all exports, and so creates resources.
    with failing(stack, "CREATE_FAILED"):
        try:
            stack.resource_map.create(stack.template_dict)
            moto_validate_export_uniqueness(self, stack)
        except Exception:
            stack.output_map = parsing.OutputMap(stack.resource_map, {}, stack.stack_id)
            raise


def create_resources(self: models.Stack) -> None:
    with failing(self, "CREATE_FAILED"):
        moto_create_resources(self)


def update_stack(
    self: models.Stack,
    template: str,
    role_arn: str | None = None,
    parameters: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
) -> None:
    # Only what is complete can be gone back to.
    complete = self.status.endswith("_COMPLETE")
    if (
        self.parse_template(template) == self.template_dict
        and (parameters or {}) == self.parameters
        and tags in (None, self.tags)
        and complete
    ):
        raise ValidationError(message="No updates are to be performed.")
    before = Deployed(self.template, self.parameters, self.role_arn, self.tags)
    after = Deployed(template, parameters or {}, role_arn, self.tags if tags is None else tags)
    failed = "CREATE_FAILED" if self.status == "REVIEW_IN_PROGRESS" else "UPDATE_FAILED"
    self._add_stack_event("UPDATE_IN_PROGRESS", resource_status_reason="User Initiated")
    try:
        removal_order = apply(self, after)
    except Exception as error:
        if complete:
            roll_back(self, before, error)
            failed = "UPDATE_ROLLBACK_COMPLETE"
        with failing(self, failed):
            raise error
    with failing(self, failed):
        clean_up(self.resource_map, removal_order)
    self.status, self.stack_status_reason = "UPDATE_COMPLETE", None
    self._add_stack_event(self.status)


@dataclass
class Deployed:
    """What a stack is updated to, or was before."""

    template: str
    parameters: dict[str, Any]
    role_arn: str | None
    tags: dict[str, str]


def apply(self: models.Stack, to: Deployed) -> list[str]:
    backend = models.cloudformation_backends[self.account_id][self.region_name]
    wanted_template = self.parse_template(to.template)
    # An empty dictionary of exports is not shared by moto.
    self.resource_map.cross_stack_resources = backend.exports
    removal_order = change(self.resource_map, wanted_template, to.parameters)
    forget_exports(backend, self)
    # Only what has been applied counts as deployed.
    self.template, self.template_dict = to.template, wanted_template
    self.description = wanted_template.get("Description")
    self.parameters, self.role_arn, self.tags = to.parameters, to.role_arn, to.tags
    self.output_map = self._create_output_map()
    moto_validate_export_uniqueness(backend, self)
    for export in self.exports:
        backend.exports[export.name] = export
    return removal_order


def roll_back(self: models.Stack, to: Deployed, error: Exception) -> None:
    reason = getattr(error, "message", repr(error))
    self._add_stack_event("UPDATE_ROLLBACK_IN_PROGRESS", resource_status_reason=reason)
    with failing(self, "UPDATE_ROLLBACK_FAILED"):
        put_back(self.resource_map)
        clean_up(self.resource_map, apply(self, to))


def delete_stack(self: models.CloudFormationBackend, name_or_stack_id: str) -> None:
    for stack in list(self.stacks.values()):
        if name_or_stack_id not in (stack.name, stack.stack_id):
            continue
        with failing(stack, "DELETE_FAILED"):
            stack.delete()
        forget_exports(self, stack)
        self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)


def forget_exports(backend: models.CloudFormationBackend, stack: models.Stack) -> None:
    for name, export in list(backend.exports.items()):
        if export.exporting_stack_id == stack.stack_id:
            del backend.exports[name]


def resolve_update_parameters(
    self: models.CloudFormationBackend,
    instance: models.Stack,
    incoming_params: list[dict[str, Any]],
) -> dict[str, str]:
    """A previous value that was the default (BootstrapVersion) stays the default."""
    values = {}
    for parameter in incoming_params:
        key = parameter["ParameterKey"]
        if "ParameterValue" in parameter:
            values[key] = parameter["ParameterValue"]
        elif key in instance.parameters:
            values[key] = instance.parameters[key]
    return values


moto_parse_template = models.Stack.parse_template


def parse_template(template: str) -> dict[str, Any]:
    try:
        return moto_parse_template(template)
    except ValueError as error:
        # As JSON; before that it was no YAML.
        reason = error.__context__ or error
        raise ValidationError(message=f"Template format error: {reason}") from error


def apply_change_set(self: models.ChangeSet) -> None:
    self.stack.update(self.template, self.role_arn, self.parameters, self.tags)


moto_template_from_url = utils.get_stack_from_s3_url


def template_from_url(template_url: str, account_id: str, partition: str) -> str:
    """moto takes 127.0.0.1 for a bucket's name."""
    url = urlparse(template_url)
    if url.hostname != "127.0.0.1":
        return moto_template_from_url(template_url, account_id, partition)
    bucket, key = url.path.lstrip("/").split("/", 1)
    return s3_backends[account_id][partition].get_object(bucket, key).value.decode()


def install() -> None:
    parsing.OutputMap.exports = property(exports)
    models.Stack.create_resources = create_resources
    models.Stack.parse_template = staticmethod(parse_template)
    models.Stack.update = update_stack
    models.Stack.stack_resources = property(
        lambda self: list(standing(self.resource_map).values())
    )
    models.ChangeSet.apply = apply_change_set
    models.CloudFormationBackend._validate_export_uniqueness = create_before_exporting
    models.CloudFormationBackend._resolve_update_parameters = resolve_update_parameters
    models.CloudFormationBackend.delete_stack = delete_stack
    for module in (utils, models, responses):
        module.get_stack_from_s3_url = template_from_url
