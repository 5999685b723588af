"""What keeps a stack, and what is in it, from being deleted.

moto takes EnableTerminationProtection and deletes all the same, and knows no
UpdateTerminationProtection. A resource with the DeletionPolicy
RetainExceptOnCreate stays, unless the change that creates it fails.
"""

from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult

from .resources import standing


def true(value: Any) -> bool:
    return str(value).lower() == "true"


def update_termination_protection(self: CloudFormationResponse) -> ActionResult:
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = true(self._get_param("EnableTerminationProtection"))
    return ActionResult({"StackId": stack.stack_id})


def keep(stack: models.Stack) -> None:
    """Retains, before a change, what an earlier one has created to stay."""
    if stack.status == "CREATE_FAILED":
        return
    for name, model in standing(stack.resource_map).items():
        template = stack.resource_map._resource_json_map.get(name, {})
        if template.get("DeletionPolicy") == "RetainExceptOnCreate":
            model.retained = True


def install() -> None:
    update, delete = models.Stack.update, models.Stack.delete
    delete_stack = models.CloudFormationBackend.delete_stack

    def keep_and_update(self: models.Stack, *args: Any, **kw: Any) -> None:
        keep(self)
        update(self, *args, **kw)

    def keep_and_delete(self: models.Stack) -> None:
        keep(self)
        delete(self)

    def delete_unprotected(self: models.CloudFormationBackend, name_or_stack_id: str) -> None:
        for stack in self.stacks.values():
            protected = true(stack.enable_termination_protection)
            if name_or_stack_id in (stack.name, stack.stack_id) and protected:
                raise ValidationError(
                    message=f"Stack [{stack.name}] cannot be deleted while"
                    " TerminationProtection is enabled"
                )
        delete_stack(self, name_or_stack_id)

    models.Stack.update, models.Stack.delete = keep_and_update, keep_and_delete
    models.CloudFormationBackend.delete_stack = delete_unprotected
    CloudFormationResponse.update_termination_protection = update_termination_protection
