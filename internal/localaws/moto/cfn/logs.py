"""AWS::Logs::LogGroup, which moto does not update, and MetricFilter, of which
moto has the API and no CloudFormation. No filter makes values of its metrics.
"""

from typing import Any

from moto.cloudformation.exceptions import ValidationError

from . import CannotUpdate, Resource, creates, deletes, updates
from .standin import stand_in

LOG_GROUP = "AWS::Logs::LogGroup"
METRIC_FILTER = "AWS::Logs::MetricFilter"

MetricFilter = stand_in(METRIC_FILTER, "logs", "FilterName")


@updates(LOG_GROUP)
def update_log_group(r: Resource) -> None:
    if unknown := r.changed - {"RetentionInDays", "Tags"}:
        raise CannotUpdate(unknown)
    backend = r.backend("logs")
    r.model.set_retention_policy(r.properties.get("RetentionInDays"))
    backend.untag_resource(r.model.arn, [t["Key"] for t in r.before.get("Tags", [])])
    backend.tag_resource(r.model.arn, r.tags)


@creates(METRIC_FILTER)
def create_metric_filter(r: Resource) -> Any:
    if r.properties["LogGroupName"] not in r.backend("logs").groups:
        raise ValidationError(message="The specified log group does not exist.")
    put_metric_filter(r, r.name)
    return MetricFilter(r.name)


@updates(METRIC_FILTER)
def update_metric_filter(r: Resource) -> None:
    delete_metric_filter(r)
    put_metric_filter(r, r.model.physical_resource_id)


@deletes(METRIC_FILTER)
def delete_metric_filter(r: Resource) -> None:
    name, group = r.model.physical_resource_id, r.properties["LogGroupName"]
    r.backend("logs").delete_metric_filter(name, group)


def put_metric_filter(r: Resource, name: str) -> None:
    p = r.properties
    transformations = [transformation(t) for t in p["MetricTransformations"]]
    r.backend("logs").put_metric_filter(name, p["FilterPattern"], p["LogGroupName"], transformations)


def transformation(t: dict[str, Any]) -> dict[str, Any]:
    """As the API writes it: names in camel case, dimensions as a map."""
    api = {name[0].lower() + name[1:]: value for name, value in t.items()}
    if "DefaultValue" in t:
        api["defaultValue"] = float(t["DefaultValue"])
    if "Dimensions" in t:
        api["dimensions"] = {d["Key"]: d["Value"] for d in t["Dimensions"]}
    return api
