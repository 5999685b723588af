"""InvokeEndpointWithResponseStream, which moto does not have.

It answers what InvokeEndpoint would, in two parts.
"""

import struct
from binascii import crc32
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.sagemakerruntime import urls
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

STREAM = "-response-stream"
PATH = "{0}/endpoints/(?P<name>[^/]+)/invocations" + STREAM + "$"

moto_infer = DomainDispatcherApplication.infer_service_region_host


def infer_service_region_host(self: Any, environ: dict[str, Any], path: str) -> str | None:
    """moto tells the runtime from SageMaker's other API by the end of the path."""
    short = environ["PATH_INFO"].removesuffix(STREAM)
    return moto_infer(self, {**environ, "PATH_INFO": short}, path)


def invoke_endpoint_with_response_stream(self: Any) -> Any:
    status, headers, body = self.invoke_endpoint()
    if status != 200:
        return status, headers, body
    data = body if isinstance(body, bytes) else body.encode()
    half = len(data) // 2
    parts = [part(piece) for piece in (data[:half], data[half:])]
    headers["X-Amzn-SageMaker-Content-Type"] = headers["Content-Type"]
    headers["Content-Type"] = "application/vnd.amazon.eventstream"
    return status, headers, b"".join(parts)


def part(payload: bytes) -> bytes:
    """A PayloadPart as a message of AWS's event streams."""
    described = {
        ":message-type": "event",
        ":event-type": "PayloadPart",
        ":content-type": "application/octet-stream",
    }
    headers = b""
    for name, value in described.items():
        text = 7  # the type of a header's value
        headers += struct.pack("!B", len(name)) + name.encode()
        headers += struct.pack("!BH", text, len(value)) + value.encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack("!I", crc32(prelude)) + headers + payload
    return message + struct.pack("!I", crc32(message))


def install() -> None:
    DomainDispatcherApplication.infer_service_region_host = infer_service_region_host
    urls.url_paths[PATH] = urls.response.dispatch
    SageMakerRuntimeResponse.invoke_endpoint_with_response_stream = (
        invoke_endpoint_with_response_stream
    )
