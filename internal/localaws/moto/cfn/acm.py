"""AWS::CertificateManager::Certificate, of which moto has the API and no CloudFormation.

The certificate is issued at once: no record of its domain is looked at.
"""

from typing import Any

from . import Resource, creates, deletes, updates
from .standin import stand_in

CERTIFICATE = "AWS::CertificateManager::Certificate"

Certificate = stand_in(CERTIFICATE, "acm")


@creates(CERTIFICATE)
def request(r: Resource) -> Any:
    p, backend = r.properties, r.backend("acm")
    arn = backend.request_certificate(
        domain_name=p["DomainName"],
        idempotency_token=None,
        subject_alt_names=p.get("SubjectAlternativeNames", []),
        tags=p.get("Tags", []),
    )
    backend.get_certificate(arn).status = "ISSUED"
    return Certificate(arn)


@updates(CERTIFICATE)
def tag(r: Resource) -> None:
    r.backend("acm").add_tags_to_certificate(
        r.model.physical_resource_id, r.properties.get("Tags", [])
    )


@deletes(CERTIFICATE)
def delete(r: Resource) -> None:
    r.backend("acm").delete_certificate(r.model.physical_resource_id)
