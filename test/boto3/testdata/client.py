"""Calls SageMaker's runtime at the URL given, with boto3.

Each line of standard input is a call as JSON; its outcome is one line on
standard output, after one for each part of a response stream. A call with a mode of
retries makes no pauses between them.
"""

import functools
import json
import sys
import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


@functools.cache
def client(attempts: int, mode: str) -> Any:
    return boto3.client(
        "sagemaker-runtime",
        endpoint_url=sys.argv[1],
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="a-secret-key",
        config=Config(
            read_timeout=20, retries={"mode": mode, "total_max_attempts": attempts}
        ),
    )


def say(said: dict[str, Any]) -> None:
    print(json.dumps(said), flush=True)


def plain(response: dict[str, Any]) -> dict[str, Any]:
    """What the caller sees of a response, but for its date."""
    said = {k: v for k, v in response.items() if isinstance(v, (str, int, dict))}
    metadata = said.pop("ResponseMetadata", {})
    said |= {k: metadata[k] for k in ("HTTPStatusCode", "RequestId", "RetryAttempts") if k in metadata}
    return said


def call(operation: str, attempts: int, mode: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if mode:
        time.sleep = lambda seconds: None
    try:
        response = getattr(client(attempts, mode or "standard"), operation)(**arguments)
        said = plain(response)
        body = response["Body"]
        if operation == "invoke_endpoint":
            return said | {"Body": body.read().decode()}
        for event in body:
            say({"part": event["PayloadPart"]["Bytes"].decode()})
        return said
    except ClientError as error:
        return {"raised": type(error).__name__} | plain(error.response)


for line in sys.stdin:
    asked = json.loads(line)
    say(call(asked["Operation"], asked["Attempts"], asked.get("Mode", ""), asked["Arguments"]))
