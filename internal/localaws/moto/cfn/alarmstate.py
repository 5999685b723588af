"""What moto's API of CloudWatch lacks: the history and the actions of alarms,
which of them DescribeAlarms returns, and percentiles.

SetAlarmState publishes to the SNS topics of the new state, as CloudWatch does
when the state changes. Actions that are not topics are only in the history.
"""

import json
import math
import re
from datetime import datetime, timezone
from typing import Any

from moto.backends import get_backend
from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend, Statistics
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

ACTIONS = {
    "ALARM": "alarm_actions",
    "OK": "ok_actions",
    "INSUFFICIENT_DATA": "insufficient_data_actions",
}

moto_init = Alarm.__init__
moto_put_metric_alarm = CloudWatchBackend.put_metric_alarm
moto_update_state = Alarm.update_state
moto_describe_alarms = CloudWatchResponse.describe_alarms
moto_get_metric_data = CloudWatchBackend.get_metric_data
moto_statistic = Statistics.get_statistics_for_type


def init(self: Alarm, *args: Any, **named: Any) -> None:
    moto_init(self, *args, **named)
    self.state_value = "INSUFFICIENT_DATA"


def put_metric_alarm(self: CloudWatchBackend, name: str, **named: Any) -> Alarm:
    """A change leaves the state as it is."""
    old, new = self.alarms.get(name), moto_put_metric_alarm(self, name=name, **named)
    if old:
        for field in ("state_value", "state_reason", "state_reason_data", "history"):
            setattr(new, field, getattr(old, field))
    return new


def update_state(self: Alarm, reason: str, reason_data: str, state_value: str) -> None:
    old, kept = self.state_value, list(self.history)
    moto_update_state(self, reason, reason_data, state_value)
    self.history = kept
    if old == state_value:
        return
    data = {"version": "1.0", "oldState": {"stateValue": old}, "newState": {}}
    data["newState"] = {"stateValue": state_value, "stateReason": reason}
    remember(self, "StateUpdate", f"Alarm updated from {old} to {state_value}", data)
    if self.actions_enabled and not suppressed(self):
        for action in getattr(self, ACTIONS[state_value]):
            act(self, action, old)


def suppressed(alarm: Alarm) -> bool:
    """Whether the suppressor of a composite alarm is in ALARM. Its wait and extension periods
    do not pass here."""
    suppressor = getattr(alarm, "actions_suppressor", None)
    if not suppressor:
        return False
    backend = get_backend("cloudwatch")[alarm.alarm_arn.split(":")[4]][alarm.region_name]
    found = backend.alarms.get(suppressor.split(":alarm:")[-1])
    return found is not None and found.state_value == "ALARM"


def remember(alarm: Alarm, kind: str, summary: str, data: dict[str, Any]) -> None:
    alarm.history.append(
        {
            "AlarmName": alarm.name,
            "AlarmType": "CompositeAlarm" if alarm.rule is not None else "MetricAlarm",
            "Timestamp": utcnow(),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps(data),
        }
    )


def act(alarm: Alarm, action: str, old: str) -> None:
    data = {"actionState": "Succeeded", "notificationResource": action}
    summary = f"Successfully executed action {action}"
    if ":sns:" in action:
        _, _, _, region, account, _ = action.split(":", 5)
        sns = get_backend("sns")[account][region]
        if action in sns.topics:
            sns.publish(json.dumps(notification(alarm, old)), arn=action, subject=subject(alarm))
        else:
            data["actionState"], summary = "Failed", f"Failed to execute action {action}"
    remember(alarm, "Action", summary, data)


def subject(alarm: Alarm) -> str:
    return f'{alarm.state_value}: "{alarm.name}" in {alarm.region_name}'[:100]


def notification(alarm: Alarm, old: str) -> dict[str, Any]:
    """The members of CloudWatch's message that do not depend on the kind of alarm."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": alarm.alarm_arn.split(":")[4],
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": alarm.state_updated_timestamp.isoformat(),
        "Region": alarm.region_name,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": old,
    }


def describe_alarms(self: CloudWatchResponse) -> ActionResult:
    """Composite alarms only where they are asked for, as in AWS's API reference."""
    kinds = self._get_param("AlarmTypes") or ["MetricAlarm"]
    found = moto_describe_alarms(self).result
    for kind in ("MetricAlarm", "CompositeAlarm"):
        if kind not in kinds:
            found[kind + "s"] = []
    return ActionResult(found)


def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
    name, kind = self._get_param("AlarmName"), self._get_param("HistoryItemType")
    kinds = self._get_param("AlarmTypes") or ["MetricAlarm"]
    start, end = moment(self._get_param("StartDate")), moment(self._get_param("EndDate"))
    items = [
        item
        for alarm in self.cloudwatch_backend.alarms.values()
        for item in alarm.history
        if name in (None, alarm.name)
        and kind in (None, item["HistoryItemType"])
        and item["AlarmType"] in kinds
        and (start is None or start <= moment(item["Timestamp"]))
        and (end is None or moment(item["Timestamp"]) <= end)
    ]
    # The newest first, unless asked otherwise; the order of what has the same time is kept.
    items.sort(key=lambda item: item["Timestamp"])
    if self._get_param("ScanBy") != "TimestampAscending":
        items.reverse()
    first = int(self._get_param("NextToken") or 0)
    after = first + int(self._get_param("MaxRecords") or 100)
    page = {"AlarmHistoryItems": items[first:after]}
    if after < len(items):
        page["NextToken"] = str(after)
    return ActionResult(page)


def moment(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=timezone.utc) if time and time.tzinfo is None else time


def enable(value: bool) -> Any:
    def enable_actions(self: CloudWatchResponse) -> EmptyResult:
        for name in self._get_param("AlarmNames", []):
            if name in self.cloudwatch_backend.alarms:
                self.cloudwatch_backend.alarms[name].actions_enabled = value
        return EmptyResult()

    return enable_actions


def statistic(self: Statistics, stat: str) -> Any:
    """A percentile is the nearest rank: AWS does not say how it interpolates."""
    if stat in ("Sum", "Average", "Minimum", "Maximum", "SampleCount"):
        return moto_statistic(self, stat)
    if not re.fullmatch(r"p\d+(\.\d+)?", stat):
        raise ValidationError(f"the local AWS has no statistic {stat}")
    values = sorted(self.metric_single_values_list)
    rank = math.ceil(float(stat[1:]) * len(values) / 100 - 1e-9)
    return values[max(rank - 1, 0)] if values else None


def get_metric_data(self: CloudWatchBackend, queries: list[dict[str, Any]], **rest: Any) -> Any:
    """One metric at a time: moto looks at the name only, and not at the namespace, where there
    are dimensions, and at values of any dimensions where there are none."""
    if math_queries := [q["Id"] for q in queries if "MetricStat" not in q]:
        raise ValidationError(
            f"the local AWS has no metric math, and cannot calculate {', '.join(math_queries)};"
            " test/alarms evaluates it"
        )
    found = []
    for query in queries:
        stat = query["MetricStat"]
        source = OneMetric(self, stat["Metric"])
        # Without the dimensions, which OneMetric has compared: moto depends on their order.
        metric = {**stat["Metric"], "Dimensions": []}
        query = {**query, "MetricStat": {**stat, "Metric": metric}}
        found += moto_get_metric_data(source, [query], **rest)
    return found


class OneMetric:
    """A backend with the values of one metric, and nothing else."""

    def __init__(self, backend: CloudWatchBackend, metric: dict[str, Any]):
        wanted = {d["Name"]: d["Value"] for d in metric.get("Dimensions", [])}
        self.found = [
            value
            for value in backend.get_all_metrics()
            if value.namespace == metric["Namespace"]
            and value.name == metric["MetricName"]
            and {d.name: d.value for d in value.dimensions} == wanted
        ]

    def get_all_metrics(self) -> list[Any]:
        return self.found


def install() -> None:
    Alarm.__init__ = init
    CloudWatchBackend.put_metric_alarm = put_metric_alarm
    CloudWatchBackend.get_metric_data = get_metric_data
    Alarm.update_state = update_state
    Statistics.get_statistics_for_type = statistic
    CloudWatchResponse.describe_alarms = describe_alarms
    CloudWatchResponse.describe_alarm_history = describe_alarm_history
    CloudWatchResponse.enable_alarm_actions = enable(True)
    CloudWatchResponse.disable_alarm_actions = enable(False)
