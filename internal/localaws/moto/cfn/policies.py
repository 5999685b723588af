"""AWS::S3::BucketPolicy, SQS::QueuePolicy and SNS::TopicPolicy.

moto has the API of each and no CloudFormation. Nobody is held to the policies:
moto would hold callers to a bucket's, without its conditions, and "nothing but
TLS" would be nothing at all.
"""

import json
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from . import Resource, creates, deletes, updates
from .standin import stand_in

BUCKET = "AWS::S3::BucketPolicy"
QUEUE = "AWS::SQS::QueuePolicy"
TOPIC = "AWS::SNS::TopicPolicy"

BucketPolicy = stand_in(BUCKET, "s3")
QueuePolicy = stand_in(QUEUE, "sqs", "", "Id")
TopicPolicy = stand_in(TOPIC, "sns", "", "Id")


@creates(BUCKET)
def create_bucket_policy(r: Resource) -> Any:
    put_bucket_policy(r)
    return BucketPolicy(r.properties["Bucket"])


@updates(BUCKET)
def put_bucket_policy(r: Resource) -> None:
    r.backend("s3").put_bucket_policy(r.properties["Bucket"], document(r).encode())


@deletes(BUCKET)
def delete_bucket_policy(r: Resource) -> None:
    r.backend("s3").delete_bucket_policy(r.properties["Bucket"])


@creates(QUEUE)
def create_queue_policy(r: Resource) -> Any:
    put_queue_policy(r)
    return QueuePolicy(r.name, Id=r.name)


@updates(QUEUE)
def put_queue_policy(r: Resource) -> None:
    set_queue_policy(r, r.before.get("Queues", []), "")
    set_queue_policy(r, r.properties["Queues"], document(r))


@deletes(QUEUE)
def delete_queue_policy(r: Resource) -> None:
    set_queue_policy(r, r.properties["Queues"], "")


def set_queue_policy(r: Resource, urls: list[str], policy: str) -> None:
    backend = r.backend("sqs")
    for url in urls:
        backend.get_queue(url.split("/")[-1]).policy = policy


@creates(TOPIC)
def create_topic_policy(r: Resource) -> Any:
    put_topic_policy(r)
    return TopicPolicy(r.name, Id=r.name)


@updates(TOPIC)
def put_topic_policy(r: Resource) -> None:
    for arn in r.properties["Topics"]:
        r.backend("sns").get_topic(arn).policy = document(r)


@deletes(TOPIC)
def delete_topic_policy(r: Resource) -> None:
    """A topic keeps its last policy: it goes with the topic, or is replaced."""


def install() -> None:
    FakeBucket.get_permission = lambda self, action, resource: PermissionResult.NEUTRAL


def document(r: Resource) -> str:
    return json.dumps(r.properties["PolicyDocument"])
