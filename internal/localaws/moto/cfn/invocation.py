"""InvokeEndpoint, which sends a request to a model where no result is queued for it.

moto answers for endpoints that do not exist, without a queued result always the
same, and takes no body that is not UTF-8.
"""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from moto.core.exceptions import JsonRESTError
from moto.sagemaker import models
from moto.sagemakerruntime.models import SageMakerRuntimeBackend
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
TIMEOUT = 60  # seconds that a container has (fact F2)

# The URL of the model. None: there is none.
model_url: str | None = None

moto_setup = SageMakerRuntimeResponse.setup_class
moto_invoke_endpoint = SageMakerRuntimeResponse.invoke_endpoint
moto_queued_result = SageMakerRuntimeBackend.invoke_endpoint


class NothingQueuedError(Exception):
    """No result is queued for a request."""


def setup(self: Any, request: Any, full_url: str, headers: Any, **_: Any) -> None:
    body = request.get_data()  # before moto takes it for a form
    moto_setup(self, request, full_url, headers, use_raw_body=True)
    self.raw_body = body
    self.body = body.decode("latin-1")  # every byte is a character: equal where the bytes are


def queued_result(self: Any, endpoint_name: str, unique_repr: bytes) -> Any:
    known = self.results.get(endpoint_name, {})
    if model_url and not self.results_queue and unique_repr not in known:
        raise NothingQueuedError
    return moto_queued_result(self, endpoint_name, unique_repr)


def invoke_endpoint(self: Any) -> Any:
    name = self.path.split("/")[2]
    endpoints = models.sagemaker_backends[self.current_account][self.region].endpoints
    if name not in endpoints:
        raise JsonRESTError(
            "ValidationError", f"Endpoint {name} of account {self.current_account} not found."
        )
    try:
        return moto_invoke_endpoint(self)
    except NothingQueuedError:
        return forward(self, endpoints[name])


def forward(self: Any, endpoint: Any) -> Any:
    """The model's reply, or SageMaker's ModelError."""
    accept = self.headers.get("X-Amzn-SageMaker-Accept") or self.headers.get("Accept")
    wanted = {
        "Content-Type": self.headers.get("Content-Type"),
        "Accept": accept,
        ATTRIBUTES: self.headers.get(ATTRIBUTES),
    }
    headers = {key: value for key, value in wanted.items() if value}
    at = urlsplit(model_url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=TIMEOUT)
    try:
        connection.request("POST", "/invocations", self.raw_body, headers)
        reply = connection.getresponse()
        body = reply.read()
    except (OSError, http.client.HTTPException) as error:
        return model_error(endpoint, 0, f"the model does not answer: {error}")
    finally:
        connection.close()
    if reply.status // 100 != 2:
        return model_error(endpoint, reply.status, body.decode("utf-8", "replace"))
    variants = [v["VariantName"] for v in endpoint.production_variants]
    answered = {
        "Content-Type": reply.getheader("Content-Type") or "application/octet-stream",
        "x-Amzn-Invoked-Production-Variant": self.headers.get(
            "X-Amzn-SageMaker-Target-Variant", variants[0]
        ),
    }
    if attributes := reply.getheader(ATTRIBUTES):
        answered[ATTRIBUTES] = attributes
    return 200, answered, body


def model_error(endpoint: Any, status: int, message: str) -> Any:
    kind = "client" if 400 <= status < 500 else "server"
    said = {
        "ErrorCode": f"{kind.upper()}_ERROR_FROM_MODEL",
        "LogStreamArn": endpoint.arn.split(":endpoint/")[0].replace(":sagemaker:", ":logs:")
        + f":log-group:/aws/sagemaker/Endpoints/{endpoint.endpoint_name}",
        "Message": f'Received {kind} error ({status}) from primary with message "{message}".',
        "OriginalMessage": message,
        "OriginalStatusCode": status,
    }
    # moto takes the status of a reply from its headers.
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "ModelError", "status": 424}
    return headers["status"], headers, json.dumps(said)


def install() -> None:
    SageMakerRuntimeResponse.setup_class = setup
    SageMakerRuntimeResponse.invoke_endpoint = invoke_endpoint
    SageMakerRuntimeBackend.invoke_endpoint = queued_result
