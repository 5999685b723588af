"""AWS::WAFv2::WebACL, WebACLAssociation and LoggingConfiguration, of which moto has the API and no CloudFormation.

No request is looked at, and nothing is logged.
"""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import camelcase_to_underscores
from moto.wafv2.models import FakeRule

from . import CannotUpdate, Resource, creates, deletes, updates
from .standin import stand_in

ACL = "AWS::WAFv2::WebACL"
ASSOCIATION = "AWS::WAFv2::WebACLAssociation"
LOGGING = "AWS::WAFv2::LoggingConfiguration"

WebACL = stand_in(ACL, "wafv2", "Name", "Arn", "Id", "LabelNamespace")
WebACLAssociation = stand_in(ASSOCIATION, "wafv2")
LoggingConfiguration = stand_in(LOGGING, "wafv2")

OPTIONAL = {
    "association_config": "AssociationConfig",
    "captcha_config": "CaptchaConfig",
    "challenge_config": "ChallengeConfig",
    "custom_response_bodies": "CustomResponseBodies",
    "token_domains": "TokenDomains",
}


@creates(ACL)
def create_acl(r: Resource) -> Any:
    p = r.properties
    acl = r.backend("wafv2").create_web_acl(
        name=r.name,
        visibility_config=p["VisibilityConfig"],
        default_action=p["DefaultAction"],
        scope=p["Scope"],
        description=p.get("Description", ""),
        tags=p.get("Tags", []),
        rules=p.get("Rules", []),
        **{k: p.get(v) for k, v in OPTIONAL.items()},
    )
    attributes = {"Arn": acl.arn, "Id": acl.id, "LabelNamespace": acl.label_namespace}
    return WebACL(f"{r.name}|{acl.id}|{p['Scope']}", **attributes)


@updates(ACL)
def update_acl(r: Resource) -> None:
    if "Tags" in r.changed:
        raise CannotUpdate({"Tags"})
    p = r.properties
    r.backend("wafv2").wacls[r.model.values["Arn"]].update(
        default_action=p["DefaultAction"],
        rules=[rule(each) for each in p.get("Rules", [])],
        description=p.get("Description", ""),
        visibility_config=p["VisibilityConfig"],
        **{k: p.get(v) for k, v in OPTIONAL.items()},
    )


def rule(described: dict[str, Any]) -> FakeRule:
    return FakeRule(**{camelcase_to_underscores(k): v for k, v in described.items()})


@deletes(ACL)
def delete_acl(r: Resource) -> None:
    backend, arn = r.backend("wafv2"), r.model.values["Arn"]
    name, id, scope = r.model.physical_resource_id.split("|")
    backend.delete_web_acl(name, scope, id, backend.wacls[arn].lock_token)


@creates(ASSOCIATION)
def associate(r: Resource) -> Any:
    p = r.properties
    r.backend("wafv2").associate_web_acl(p["WebACLArn"], p["ResourceArn"])
    return WebACLAssociation(f"{p['ResourceArn']}|{p['WebACLArn']}")


@deletes(ASSOCIATION)
def disassociate(r: Resource) -> None:
    r.backend("wafv2").disassociate_web_acl(r.properties["ResourceArn"])


@creates(LOGGING)
def log(r: Resource) -> Any:
    put_logging(r)
    return LoggingConfiguration(r.properties["ResourceArn"])


@updates(LOGGING)
def put_logging(r: Resource) -> None:
    p = r.properties
    for destination in p["LogDestinationConfigs"]:
        # AWS WAF wants the prefix, and takes the ARN of a log group without its last part.
        if ":log-group:aws-waf-logs-" not in destination or destination.endswith(":*"):
            raise JsonRESTError("WAFInvalidParameterException", f"AWS WAF does not log to {destination}")
    r.backend("wafv2").put_logging_configuration(
        p["ResourceArn"], p["LogDestinationConfigs"], p.get("RedactedFields"), False, p.get("LoggingFilter")
    )


@deletes(LOGGING)
def stop_logging(r: Resource) -> None:
    r.backend("wafv2").delete_logging_configuration(r.properties["ResourceArn"])
