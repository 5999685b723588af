"""AWS::KMS::Key, of which moto does not update or delete a standing one.

A deleted key stays for its waiting period, as with AWS.
"""

import json
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.kms.models import Key

from . import CannotUpdate, Resource, completes, deletes, updates

KEY = "AWS::KMS::Key"
CHANGEABLE = {"KeyPolicy", "EnableKeyRotation", "Description", "Enabled", "Tags"} | {
    "PendingWindowInDays",
    "RotationPeriodInDays",  # not read back
    "BypassPolicyLockoutSafetyCheck",
}


@completes(KEY)
def complete(r: Resource) -> None:
    p = r.properties
    if p.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        raise ValidationError(message=f"the local AWS makes no key of the KeySpec {p['KeySpec']}")
    describe(r)
    tag(r)


@updates(KEY)
def update(r: Resource) -> None:
    if unknown := r.changed - CHANGEABLE:
        raise CannotUpdate(unknown)
    describe(r)
    tag(r)


def tag(r: Resource) -> None:
    tagger = r.backend("kms").tagger
    tagger.delete_all_tags_for_resource(r.model.id)
    tagger.tag_resource(r.model.id, [{"TagKey": k, "TagValue": v} for k, v in r.tags.items()])


def describe(r: Resource) -> None:
    p, key = r.properties, r.model
    key.policy = json.dumps(p["KeyPolicy"])
    key.description = p.get("Description", "")
    key.key_rotation_status = truth(p.get("EnableKeyRotation", False))
    key.enabled = truth(p.get("Enabled", True))
    key.key_state = "Enabled" if key.enabled else "Disabled"


@deletes(KEY)
def delete(r: Resource) -> None:
    days = int(r.properties.get("PendingWindowInDays", 30))
    r.backend("kms").schedule_key_deletion(r.model.id, days)


def install() -> None:
    """Keeps the tags of a template from moto's creation, which reads them as the API's."""
    made = Key.create_from_cloudformation_json.__func__

    def create(
        cls: type[Key], resource_name: str, cloudformation_json: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Key:
        properties = {k: v for k, v in cloudformation_json["Properties"].items() if k != "Tags"}
        json_without_tags = cloudformation_json | {"Properties": properties}
        return made(cls, resource_name, json_without_tags, *args, **kwargs)

    Key.create_from_cloudformation_json = classmethod(create)


def truth(value: object) -> bool:
    return str(value).lower() == "true"
