"""AWS::Logs::LogGroup, which moto does not update."""

from . import CannotUpdate, Resource, updates

LOG_GROUP = "AWS::Logs::LogGroup"


@updates(LOG_GROUP)
def update_log_group(r: Resource) -> None:
    if unknown := r.changed - {"RetentionInDays", "Tags"}:
        raise CannotUpdate(unknown)
    backend = r.backend("logs")
    r.model.set_retention_policy(r.properties.get("RetentionInDays"))
    backend.untag_resource(r.model.arn, [t["Key"] for t in r.before.get("Tags", [])])
    backend.tag_resource(r.model.arn, r.tags)
