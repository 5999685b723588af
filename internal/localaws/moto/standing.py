"""What the account has before anything is deployed to it."""

from __future__ import annotations

import ipaddress
import os
from typing import Any
from unittest.mock import patch

from moto.acm.models import CertBundle, acm_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2 import ec2_backends
from moto.route53 import route53_backends


def certificate(arn: str) -> None:
    """Puts a self-signed certificate of this ARN into ACM: a listener's must exist."""
    _, _, _, region, account, _ = arn.split(":", 5)
    bundle = CertBundle.generate_cert("localhost", account, region)
    bundle.arn, bundle.status = arn, "ISSUED"
    acm_backends[account][region]._certificates[arn] = bundle


def vpc(described: dict[str, Any]) -> None:
    """Makes a VPC: its Region, ID, CIDR, and Subnets, each with its ID, AvailabilityZone
    and RouteTableID.

    The subnets get equal parts of the VPC's range.
    """
    account = os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)
    backend = ec2_backends[account][described["Region"]]
    with patch("moto.ec2.models.vpcs.random_vpc_id", return_value=described["ID"]):
        backend.create_vpc(described["CIDR"])
    subnets = described["Subnets"]
    parts = ipaddress.ip_network(described["CIDR"]).subnets(len(subnets).bit_length())
    for subnet, cidr in zip(subnets, parts, strict=False):
        with patch("moto.ec2.models.subnets.random_subnet_id", return_value=subnet["ID"]):
            backend.create_subnet(described["ID"], str(cidr), availability_zone=subnet["AvailabilityZone"])
        table = subnet["RouteTableID"]
        if table not in backend.route_tables:
            with patch("moto.ec2.models.route_tables.random_route_table_id", return_value=table):
                backend.create_route_table(described["ID"])
        backend.associate_route_table(table, None, subnet["ID"])


def hosted_zone(described: dict[str, Any]) -> None:
    """Makes a public hosted zone: its ID and Name."""
    account = os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)
    backend = route53_backends[account]["aws"]
    chosen = patch("moto.route53.models.HostedZoneIdentifier.generate", return_value=described["ID"])
    with chosen:
        backend.create_hosted_zone(described["Name"].rstrip(".") + ".", private_zone=False)
