"""What moto's CloudFormation lacks, resource type by resource type.

moto creates most resource types from a template, but updates few of them and
deletes fewer. Each module here covers the types of one AWS service with
functions that are registered by type; resources.py calls them, and moto's own
implementation where there is none.
"""

from dataclasses import dataclass, field
from typing import Any, Callable

from moto.backends import get_backend
from moto.utilities.utils import get_partition

from .createonly import create_only

# Services whose backends moto keeps per partition, not per region.
GLOBAL_SERVICES = {"iam", "s3"}


@dataclass
class Resource:
    """One resource of a stack, while it is created, updated or deleted."""

    type: str
    logical_id: str
    account: str
    region: str
    # The name from the template, else a generated one. Only at creation.
    name: str
    # The properties wanted, all references resolved. At deletion: as they are.
    properties: dict[str, Any]
    # moto's object. None at creation.
    model: Any = None
    # The properties before an update.
    before: dict[str, Any] = field(default_factory=dict)

    def backend(self, service: str) -> Any:
        """moto's backend of a service in this resource's account and region."""
        place = self.region
        if service in GLOBAL_SERVICES:
            place = get_partition(self.region)
        return get_backend(service)[self.account][place]

    @property
    def changed(self) -> set[str]:
        """The names of the properties that an update changes."""
        names = self.before.keys() | self.properties.keys()
        return {n for n in names if self.before.get(n) != self.properties.get(n)}

    @property
    def tags(self) -> dict[str, str]:
        return {t["Key"]: t["Value"] for t in self.properties.get("Tags", [])}


Create = Callable[[Resource], Any]
Change = Callable[[Resource], None]

# Functions that replace moto's own creation of a type; they return moto's object.
CREATIONS: dict[str, Create] = {}
# Functions that complete what moto's creation leaves out.
COMPLETIONS: dict[str, Change] = {}
# Functions that update in place.
UPDATES: dict[str, Change] = {}
DELETIONS: dict[str, Change] = {}
# What replaces a resource without the schema saying so.
_replacement: dict[str, set[str]] = {}


def creates(*types: str) -> Callable[[Create], Create]:
    return _register(CREATIONS, types)


def completes(*types: str) -> Callable[[Change], Change]:
    return _register(COMPLETIONS, types)


def updates(*types: str) -> Callable[[Change], Change]:
    return _register(UPDATES, types)


def deletes(*types: str) -> Callable[[Change], Change]:
    return _register(DELETIONS, types)


def replaced_by(type: str, *properties: str) -> None:
    """A change of one of these properties replaces a resource of this type, besides those
    of which CloudFormation's schema says so."""
    _replacement[type] = set(properties)


def needs_replacement(type: str, changed: set[str]) -> bool:
    return bool(changed & (create_only(type) | _replacement.get(type, set())))


def _register(registry: dict, types: tuple[str, ...]) -> Callable:
    def decorate(function: Callable) -> Callable:
        for type in types:
            registry[type] = function
        return function

    return decorate


class CannotUpdate(Exception):
    """A change that real CloudFormation makes and the local AWS does not."""

    def __init__(self, changed: set[str]):
        super().__init__(
            f"the local AWS cannot change {', '.join(sorted(changed))} of a standing"
            " resource; destroy the stack and deploy it again"
        )
