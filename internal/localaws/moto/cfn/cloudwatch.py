"""AWS::CloudWatch::Alarm and CompositeAlarm, of which moto has the API and no
CloudFormation, and Dashboard, which moto makes anew at an update.

No alarm looks at its metric, and no composite alarm at others: their state is
what SetAlarmState makes of it.
"""

import json
import re
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat

from . import Resource, completes, creates, deletes, updates
from .standin import stand_in

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
DASHBOARD = "AWS::CloudWatch::Dashboard"

CompositeAlarm = stand_in(COMPOSITE, "cloudwatch", "AlarmName", "Arn")
Alarm = stand_in(ALARM, "cloudwatch", "AlarmName", "Arn")


@creates(ALARM)
def create_alarm(r: Resource) -> Any:
    return Alarm(r.name, Arn=put_alarm(r, r.name).alarm_arn)


@updates(ALARM)
def update_alarm(r: Resource) -> None:
    put_alarm(r, r.model.physical_resource_id)


@deletes(ALARM, COMPOSITE)
def delete_alarm(r: Resource) -> None:
    r.backend("cloudwatch").delete_alarms([r.model.physical_resource_id])


def put_alarm(r: Resource, name: str) -> Any:
    p = r.properties
    alarm = r.backend("cloudwatch").put_metric_alarm(
        name=name,
        namespace=p.get("Namespace"),
        metric_name=p.get("MetricName"),
        metric_data_queries=[query(q) for q in p.get("Metrics", [])],
        comparison_operator=p["ComparisonOperator"],
        evaluation_periods=int(p["EvaluationPeriods"]),
        datapoints_to_alarm=optional(int, p.get("DatapointsToAlarm")),
        period=optional(int, p.get("Period")),
        threshold=optional(float, p.get("Threshold")),
        statistic=p.get("Statistic"),
        extended_statistic=p.get("ExtendedStatistic"),
        description=p.get("AlarmDescription"),
        dimensions=p.get("Dimensions", []),
        alarm_actions=p.get("AlarmActions", []),
        ok_actions=p.get("OKActions", []),
        insufficient_data_actions=p.get("InsufficientDataActions", []),
        unit=p.get("Unit"),
        actions_enabled=str(p.get("ActionsEnabled", True)).lower() == "true",
        treat_missing_data=p.get("TreatMissingData"),
        evaluate_low_sample_count_percentile=p.get("EvaluateLowSampleCountPercentile"),
        threshold_metric_id=p.get("ThresholdMetricId"),
        tags=p.get("Tags"),
    )
    return stamped(r, alarm)


def stamped(r: Resource, alarm: Any) -> Any:
    p = r.properties
    if "Tags" in r.changed:
        tagger = r.backend("cloudwatch").tagger
        tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        tagger.tag_resource(alarm.alarm_arn, p.get("Tags", []))
    return alarm


# --- composite alarms


@creates(COMPOSITE)
def create_composite(r: Resource) -> Any:
    return CompositeAlarm(r.name, Arn=put_composite(r, r.name).alarm_arn)


@updates(COMPOSITE)
def update_composite(r: Resource) -> None:
    put_composite(r, r.model.physical_resource_id)


def put_composite(r: Resource, name: str) -> Any:
    p, backend = r.properties, r.backend("cloudwatch")
    lacking = [n for n in named(p["AlarmRule"]) if n not in backend.alarms]
    if lacking:
        # AWS's words: CloudFormation makes a composite alarm before one that it only names.
        raise ValidationError(
            message="Could not save the composite alarm as alarms"
            f" [{', '.join(lacking)}] in the alarm rule do not exist"
        )
    alarm = backend.put_metric_alarm(
        name=name,
        rule=p["AlarmRule"],
        description=p.get("AlarmDescription"),
        alarm_actions=p.get("AlarmActions", []),
        ok_actions=p.get("OKActions", []),
        insufficient_data_actions=p.get("InsufficientDataActions", []),
        actions_enabled=str(p.get("ActionsEnabled", True)).lower() == "true",
        tags=p.get("Tags"),
        # What only metric alarms have.
        dimensions=[],
        **dict.fromkeys(
            ("namespace", "metric_name", "comparison_operator", "evaluation_periods", "period")
            + ("threshold", "statistic")
        ),
    )
    alarm.actions_suppressor = p.get("ActionsSuppressor")
    alarm.actions_suppressor_wait_period = optional(int, p.get("ActionsSuppressorWaitPeriod"))
    alarm.actions_suppressor_extension_period = optional(
        int, p.get("ActionsSuppressorExtensionPeriod")
    )
    return stamped(r, alarm)


def named(rule: str) -> list[str]:
    """The names of the alarms of a rule, also of those that it names by ARN."""
    found = []
    for state in re.finditer(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*(?:,\s*)?\(([^)]*)\)", rule):
        for name in re.findall(r'"([^"]+)"|([^",]+)', state[1]):
            text = (name[0] or name[1]).strip()
            if text:
                found.append(text.split(":alarm:")[-1])
    return found


# --- dashboards


@completes(DASHBOARD)
def check_dashboard(r: Resource) -> None:
    try:
        json.loads(r.properties["DashboardBody"])
    except ValueError as error:
        raise ValidationError(
            message=f"The field DashboardBody must be a valid JSON object: {error}"
        ) from error


@updates(DASHBOARD)
def update_dashboard(r: Resource) -> None:
    check_dashboard(r)
    r.backend("cloudwatch").put_dashboard(r.model.name, r.properties["DashboardBody"])


# --- metrics of an alarm


def query(q: dict[str, Any]) -> MetricDataQuery:
    stat = q.get("MetricStat")
    return MetricDataQuery(
        query_id=q["Id"],
        label=q.get("Label"),
        period=optional(int, q.get("Period")),
        return_data=str(q.get("ReturnData", True)).lower() == "true",
        expression=q.get("Expression"),
        metric_stat=stat
        and MetricStat(
            metric=Metric(
                metric_name=stat["Metric"]["MetricName"],
                namespace=stat["Metric"]["Namespace"],
                dimensions=[
                    Dimension(d["Name"], d["Value"]) for d in stat["Metric"].get("Dimensions", [])
                ],
            ),
            period=int(stat["Period"]),
            stat=stat["Stat"],
            unit=stat.get("Unit"),
        ),
    )


def optional(kind: type, value: Any) -> Any:
    return None if value is None else kind(value)
