"""Service Quotas of what an environment needs, which moto does not have.

All are defaults until RequestServiceQuotaIncrease is called, which is granted at once,
also where it lowers the quota.
"""

import json
import zlib
from typing import Any

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

FAMILIES = ("m5", "c5", "c6i", "c7i", "m6i", "r6i", "g4dn", "g5", "g6", "inf2", "p4d", "p5")
SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "24xlarge", "48xlarge")

QUOTAS = {
    "sagemaker": {f"ml.{f}.{s} for endpoint usage": 1000 for f in FAMILIES for s in SIZES},
    "fargate": {"Fargate On-Demand vCPU resource count": 4000},
    "lambda": {"Concurrent executions": 1000},
    "elasticloadbalancing": {
        "Reserved Application Load Balancer Capacity Units (LCU) per Region": 15000,
    },
}


def code(name: str) -> str:
    return f"L-{zlib.crc32(name.encode()):08X}"


def quota(service: str, name: str, value: float) -> dict[str, Any]:
    return {
        "ServiceCode": service,
        "QuotaName": name,
        "QuotaCode": code(name),
        "Value": value,
        "Adjustable": True,
    }


moto_defaults = ServiceQuotasBackend.list_aws_default_service_quotas


def defaults(self: Any, service_code: str) -> list[dict[str, Any]]:
    if service_code in QUOTAS:
        return [quota(service_code, n, v) for n, v in QUOTAS[service_code].items()]
    return moto_defaults(self, service_code)


def applied(backend: Any) -> dict[tuple[str, str], float]:
    if not hasattr(backend, "applied"):
        backend.applied = {}
    return backend.applied


def list_service_quotas(self: Any) -> str:
    service = json.loads(self.body)["ServiceCode"]
    values = applied(self.backend)
    raised = [
        {**q, "Value": values[service, q["QuotaCode"]]}
        for q in self.backend.list_aws_default_service_quotas(service)
        if (service, q["QuotaCode"]) in values
    ]
    return json.dumps({"Quotas": raised})


def request_service_quota_increase(self: Any) -> str:
    p = json.loads(self.body)
    known = self.backend.list_aws_default_service_quotas(p["ServiceCode"])
    if p["QuotaCode"] not in {q["QuotaCode"] for q in known}:
        raise NoSuchResource
    applied(self.backend)[p["ServiceCode"], p["QuotaCode"]] = p["DesiredValue"]
    return json.dumps({"RequestedQuota": {**p, "Status": "APPROVED"}})


def install() -> None:
    ServiceQuotasBackend.list_aws_default_service_quotas = defaults
    ServiceQuotasResponse.list_service_quotas = list_service_quotas
    ServiceQuotasResponse.request_service_quota_increase = request_service_quota_increase
