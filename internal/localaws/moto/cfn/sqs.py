"""AWS::SQS::Queue, of which moto updates two properties."""

from . import CannotUpdate, Resource, updates

QUEUE = "AWS::SQS::Queue"


@updates(QUEUE)
def update(r: Resource) -> None:
    if gone := {name for name in r.changed - {"Tags"} if name not in r.properties}:
        raise CannotUpdate(gone)  # back to a default that moto does not keep
    queue = r.backend("sqs").get_queue(r.model.name)
    policy = queue._policy_json
    queue._set_attributes({name: r.properties[name] for name in r.changed - {"Tags"}})
    queue._policy_json = policy
    queue.tags = r.tags
