"""AWS::SNS::Subscription, of which moto has the API and no CloudFormation, and
AWS::SNS::Topic, which moto makes anew at an update, without its subscriptions.

A subscription is confirmed at once, also one by email, which is not sent.
"""

import json
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sns.models import Topic

from . import CannotUpdate, Resource, completes, creates, deletes, updates
from .standin import stand_in

TOPIC = "AWS::SNS::Topic"
SUBSCRIPTION = "AWS::SNS::Subscription"
# What SetSubscriptionAttributes takes.
ATTRIBUTES = (
    *("FilterPolicyScope", "FilterPolicy", "RawMessageDelivery", "DeliveryPolicy"),
    *("RedrivePolicy", "SubscriptionRoleArn"),
)

Subscription = stand_in(SUBSCRIPTION, "sns", "", "Arn")


@completes(TOPIC)
def tag_topic(r: Resource) -> None:
    r.model._tags = r.tags


@updates(TOPIC)
def update_topic(r: Resource) -> None:
    if unknown := r.changed - {"DisplayName", "KmsMasterKeyId", "Tags", "TracingConfig"}:
        raise CannotUpdate(unknown)
    for name in r.changed - {"Tags"}:
        setattr(r.model, camelcase_to_underscores(name), r.properties.get(name, ""))
    tag_topic(r)


@creates(SUBSCRIPTION)
def subscribe(r: Resource) -> Any:
    p = r.properties
    backend = r.backend("sns")
    subscription = backend.subscribe(p["TopicArn"], p.get("Endpoint", ""), p["Protocol"])
    set_attributes(r, subscription.arn)
    return Subscription(subscription.arn, Arn=subscription.arn)


@updates(SUBSCRIPTION)
def update_subscription(r: Resource) -> None:
    set_attributes(r, r.model.physical_resource_id)


@deletes(SUBSCRIPTION)
def unsubscribe(r: Resource) -> None:
    r.backend("sns").unsubscribe(r.model.physical_resource_id)


def set_attributes(r: Resource, arn: str) -> None:
    for name in ATTRIBUTES:
        if name in r.changed:
            value = r.properties.get(name, "")
            text = value if isinstance(value, str) else json.dumps(value)
            r.backend("sns").set_subscription_attributes(arn, name, text)


moto_attribute = Topic.get_cfn_attribute


def topic_attribute(self: Topic, attribute_name: str) -> str:
    return self.arn if attribute_name == "TopicArn" else moto_attribute(self, attribute_name)


def install() -> None:
    Topic.has_cfn_attr = classmethod(lambda cls, attr: attr in ("TopicName", "TopicArn"))
    Topic.get_cfn_attribute = topic_attribute
