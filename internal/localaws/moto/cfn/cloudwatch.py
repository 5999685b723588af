"""AWS::CloudWatch::Alarm, of which moto has the API and no CloudFormation.

No alarm looks at its metric: its state is what SetAlarmState makes of it.
"""

from typing import Any

from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat

from . import Resource, creates, deletes, updates
from .standin import stand_in

ALARM = "AWS::CloudWatch::Alarm"

Alarm = stand_in(ALARM, "cloudwatch", "AlarmName", "Arn")


@creates(ALARM)
def create_alarm(r: Resource) -> Any:
    return Alarm(r.name, Arn=put_alarm(r, r.name).alarm_arn)


@updates(ALARM)
def update_alarm(r: Resource) -> None:
    backend, name = r.backend("cloudwatch"), r.model.physical_resource_id
    old, new = backend.alarms.get(name), put_alarm(r, name)
    if old:
        # A change leaves the state as it is.
        for field in ("state_value", "state_reason", "state_reason_data", "history"):
            setattr(new, field, getattr(old, field))


@deletes(ALARM)
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
    if "Tags" in r.changed:
        tagger = r.backend("cloudwatch").tagger
        tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        tagger.tag_resource(alarm.alarm_arn, p.get("Tags", []))
    # As DescribeAlarms says it of one that has just been made.
    alarm.state_value = "INSUFFICIENT_DATA"
    return alarm


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
