"""AWS::IAM::Role and ManagedPolicy.

moto does not attach managed policies to a role, keeps inline policies in a form
that its API cannot return, and updates a role's description only.
"""

import json
from typing import Any

from . import CannotUpdate, Resource, completes, deletes, updates

ROLE = "AWS::IAM::Role"
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"


@completes(ROLE)
def put_policies(r: Resource) -> None:
    backend, name = r.backend("iam"), r.model.name
    attached = set(r.properties.get("ManagedPolicyArns", []))
    for arn in set(r.model.managed_policies) - attached:
        if arn in r.before.get("ManagedPolicyArns", []):
            backend.detach_role_policy(arn, name)
    for arn in attached - set(r.model.managed_policies):
        backend.attach_role_policy(arn, name)
    policies = {p["PolicyName"]: p["PolicyDocument"] for p in r.properties.get("Policies", [])}
    for policy in r.before.get("Policies", []):
        if policy["PolicyName"] not in policies:
            backend.delete_role_policy(name, policy["PolicyName"])
    for policy_name, document in policies.items():
        backend.put_role_policy(name, policy_name, text(document))


@updates(ROLE)
def update_role(r: Resource) -> None:
    p, backend = r.properties, r.backend("iam")
    backend.update_assume_role_policy(r.model.name, text(p["AssumeRolePolicyDocument"]))
    backend.update_role(
        r.model.name, p.get("Description", ""), p.get("MaxSessionDuration", 3600)
    )
    r.model.permissions_boundary_arn = p.get("PermissionsBoundary")
    r.model.tags = p.get("Tags", [])
    put_policies(r)


@deletes(ROLE)
def delete_role(r: Resource) -> None:
    backend, role = r.backend("iam"), r.model
    for arn in list(role.managed_policies):
        backend.detach_role_policy(arn, role.name)
    for name in list(role.policies):
        role.delete_policy(name)
    backend.delete_role(role.name)


@updates(MANAGED_POLICY)
def update_managed_policy(r: Resource) -> None:
    if unknown := r.changed - {"PolicyDocument"}:
        raise CannotUpdate(unknown)
    r.backend("iam").create_policy_version(r.model.arn, text(r.properties["PolicyDocument"]), "true")


@deletes(MANAGED_POLICY)
def delete_managed_policy(r: Resource) -> None:
    backend = r.backend("iam")
    for role in backend.get_roles():
        role.managed_policies.pop(r.model.arn, None)
    backend.delete_policy(r.model.arn)


def text(document: Any) -> str:
    # YAML reads an unquoted policy version as a date.
    return document if isinstance(document, str) else json.dumps(document, default=str)
