"""AWS::Scheduler::Schedule and ScheduleGroup, of which moto has the API and no CloudFormation.

No schedule runs.
"""

from typing import Any

from . import Resource, creates, deletes, replaced_by, updates
from .applicationautoscaling import epoch
from .standin import stand_in

SCHEDULE = "AWS::Scheduler::Schedule"
GROUP = "AWS::Scheduler::ScheduleGroup"

replaced_by(SCHEDULE, "GroupName")

Schedule = stand_in(SCHEDULE, "scheduler", "Name", "Arn")
ScheduleGroup = stand_in(GROUP, "scheduler", "Name", "Arn")


@creates(SCHEDULE)
def create_schedule(r: Resource) -> Any:
    arguments = described(r)
    after = r.properties.get("ActionAfterCompletion")
    schedule = r.backend("scheduler").create_schedule(
        name=r.name, action_after_completion=after, **arguments
    )
    return Schedule(r.name, Arn=schedule.arn)


@updates(SCHEDULE)
def update_schedule(r: Resource) -> None:
    r.backend("scheduler").update_schedule(name=r.model.physical_resource_id, **described(r))


@deletes(SCHEDULE)
def delete_schedule(r: Resource) -> None:
    backend = r.backend("scheduler")
    backend.delete_schedule(r.properties.get("GroupName"), r.model.physical_resource_id)


def described(r: Resource) -> dict[str, Any]:
    p = r.properties
    target = p["Target"]
    if "RetryPolicy" in target:
        target["RetryPolicy"] = {k: int(v) for k, v in target["RetryPolicy"].items()}
    return dict(
        description=p.get("Description"),
        start_date=epoch(p.get("StartDate")),
        end_date=epoch(p.get("EndDate")),
        flexible_time_window=p["FlexibleTimeWindow"],
        group_name=p.get("GroupName"),
        kms_key_arn=p.get("KmsKeyArn"),
        schedule_expression=p["ScheduleExpression"],
        schedule_expression_timezone=p.get("ScheduleExpressionTimezone"),
        state=p.get("State"),
        target=target,
    )


@creates(GROUP)
def create_group(r: Resource) -> Any:
    group = r.backend("scheduler").create_schedule_group(r.name, r.properties.get("Tags", []))
    return ScheduleGroup(r.name, Arn=group.arn)


@updates(GROUP)
def update_group(r: Resource) -> None:
    tags = r.backend("scheduler").tagger
    arn = r.model.values["Arn"]
    tags.delete_all_tags_for_resource(arn)
    tags.tag_resource(arn, r.properties.get("Tags", []))


@deletes(GROUP)
def delete_group(r: Resource) -> None:
    r.backend("scheduler").delete_schedule_group(r.model.physical_resource_id)
