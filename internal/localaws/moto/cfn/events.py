"""AWS::Events::Rule, which moto makes anew at an update and cannot delete with its targets."""

import json

from . import Resource, deletes, updates

RULE = "AWS::Events::Rule"


@updates(RULE)
def update(r: Resource) -> None:
    p, backend, name = r.properties, r.backend("events"), r.model.name
    pattern = p.get("EventPattern")
    bus = p.get("EventBusName", "default")
    rule = backend.put_rule(
        name,
        description=p.get("Description"),
        event_bus_arn=bus,
        event_pattern=json.dumps(pattern) if pattern else None,
        role_arn=p.get("RoleArn"),
        scheduled_expression=p.get("ScheduleExpression"),
        state=p.get("State"),
    )
    rule.targets = []
    backend.put_targets(name, bus, p.get("Targets", []))
    backend.tagger.delete_all_tags_for_resource(rule.arn)
    backend.tagger.tag_resource(rule.arn, p.get("Tags", []))


@deletes(RULE)
def delete(r: Resource) -> None:
    backend, name = r.backend("events"), r.model.name
    bus = r.properties.get("EventBusName", "default")
    rule = backend._get_event_bus(backend._normalize_event_bus_arn(bus)).rules.get(name)
    if rule:
        rule.targets = []
        backend.delete_rule(name, bus)
