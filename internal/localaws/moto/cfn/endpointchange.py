"""A change of an endpoint that is under way.

It takes no time, unless moto's state transition sagemaker::endpoint::REGION says how
long an endpoint of the Region is Updating: then it refuses every other change (fact C35).
"""

import time
from typing import Any, Callable

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.moto_api._internal.managed_state_model import ManagedState
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend

UPDATING, ROLLING_BACK, IN_SERVICE = "Updating", "RollingBack", "InService"


class Change(ManagedState):
    """A change that is under way: finish makes it, unless one of the alarms fires before."""

    def __init__(self, region: str, finish: Callable[[], None], alarms: list[str]):
        super().__init__(f"sagemaker::endpoint::{region}", [(UPDATING, IN_SERVICE)])
        self.finish, self.alarms = finish, alarms

    def roll_back(self) -> None:
        super().__init__(self.model_name, [(ROLLING_BACK, IN_SERVICE)])
        self.finish, self.alarms = lambda: None, []


def under_way(backend: SageMakerModelBackend) -> dict[str, Change]:
    """The changes that are under way in one Region, by the endpoint's name."""
    return backend.__dict__.setdefault("endpoint_changes", {})


def begin(backend: Any, endpoint: Any, finish: Callable[[], None], alarms: list[str]) -> None:
    endpoint.failure_reason = None
    under_way(backend)[endpoint.endpoint_name] = Change(backend.region_name, finish, alarms)
    look(backend, endpoint)


def look(backend: SageMakerModelBackend, endpoint: FakeEndpoint) -> bool:
    """Takes a change on to where it is by now. Says whether the endpoint is free."""
    change = under_way(backend).get(endpoint.endpoint_name)
    if change is None:
        return True
    firing = alarms_that_fire(backend, change.alarms)
    if firing:
        endpoint.failure_reason = f"The update was rolled back: in ALARM is {', '.join(firing)}"
        change.roll_back()
    endpoint.endpoint_status = change.status
    if endpoint.endpoint_status != IN_SERVICE:
        return False
    if under_way(backend).pop(endpoint.endpoint_name, None):
        change.finish()
        endpoint.last_modified_time = utcnow()
    return True


def alarms_that_fire(backend: SageMakerModelBackend, names: list[str]) -> list[str]:
    alarms = cloudwatch_backends[backend.account_id][backend.region_name].alarms
    return [n for n in names if n in alarms and alarms[n].state_value == "ALARM"]


def wait(backend: SageMakerModelBackend, endpoint: FakeEndpoint) -> None:
    """Waits for the end of a change, as CloudFormation does."""
    while not look(backend, endpoint):
        under_way(backend)[endpoint.endpoint_name].advance()
        time.sleep(0.01)
    if endpoint.failure_reason:
        raise ValidationError(message=endpoint.failure_reason)


def find_free(backend: SageMakerModelBackend, name: str) -> FakeEndpoint:
    """The endpoint, which must exist and not be changing (fact C35)."""
    if name not in backend.endpoints:
        arn = FakeEndpoint.arn_formatter(name, backend.account_id, backend.region_name)
        raise ValidationError(message=f'Could not find endpoint "{arn}".')
    endpoint = backend.endpoints[name]
    if not look(backend, endpoint):
        raise ValidationError(message=f'Cannot update in-progress endpoint "{endpoint.arn}".')
    return endpoint
