#!/usr/bin/env python3
"""A local AWS: moto, with what its CloudFormation lacks (see cfn/).

Listens on 127.0.0.1, prints one line of JSON when it is ready, and ends when
its standard input closes: with its parent, however that one ends. The log goes
to standard error. A line on standard input comes back there, after everything
that was logged before.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib.metadata
import json
import logging
import os
import re
import socket
import sys
import threading
import warnings
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().with_name("requirements.txt")


def unmet() -> list[str]:
    """What this Python lacks of requirements.txt."""
    lacking = []
    for line in REQUIREMENTS.read_text().splitlines():
        if not (pin := re.fullmatch(r"([\w-]+)(?:\[\w+\])?==([\w.]+)", line)):
            continue
        name, version = pin.groups()
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "none"
        if found != version:
            lacking.append(f"{name} {version} is needed, found {found}")
    # Comes with moto[server] only.
    for name in ("flask", "flask-cors"):
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            lacking.append(f"{name} is needed, found none")
    return lacking


def log(line: str) -> None:
    # In one piece: threads write to the log.
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def fail(message: str) -> None:
    log(f"local AWS: {message}")
    sys.exit(1)


def listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        fail(f"cannot listen on 127.0.0.1:{port}: {error}; choose another port, or 0 for a free one")


def certificate_arn(text: str) -> str:
    if not re.fullmatch(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/\S+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the ARN of an ACM certificate")
    return text


def model_url(text: str) -> str:
    if not re.fullmatch(r"http://[^/?#@]+:\d+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a URL such as http://127.0.0.1:8080")
    return text


def serve(
    listener: socket.socket,
    certificate_arns: list[str],
    vpcs: list[dict],
    zones: list[dict],
    model: str | None,
) -> None:
    host, port = listener.getsockname()
    # moto reads its settings from the environment, partly when imported.
    os.environ["MOTO_PORT"] = str(port)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    warnings.simplefilter("ignore")

    # moto makes a session for each service and partition. Each would read the same files.
    from botocore.loaders import JSONFileLoader

    read = functools.cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda self, path: read(path)

    import moto
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.exceptions import InternalServerError
    from werkzeug.serving import WSGIRequestHandler, make_server

    import standing
    from cfn import (  # noqa: F401, the services register themselves
        acm,
        alarmstate,
        applicationautoscaling,
        awslambda,
        cloudwatch,
        ec2,
        ecs,
        elbv2,
        endpoint,
        events,
        functions,
        iam,
        inferencecomponent,
        invocation,
        ipv6,
        kms,
        logs,
        policies,
        protection,
        resources,
        responsestream,
        sagemaker,
        scheduler,
        servicequotas,
        sns,
        sqs,
        stacks,
        wafv2,
    )

    class RequestHandler(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            if int(code) >= 400:
                log(f"{code} {self.command} {self.path}")

    moto_app = DomainDispatcherApplication(create_backend_app)

    def app(environ, start_response):
        """Logs what moto raises before the caller has an answer: the log is then complete."""
        try:
            return moto_app(environ, start_response)
        except Exception:
            logging.exception("%s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            error = InternalServerError("moto has raised an exception, see its log")
            return error(environ, start_response)

    for module in (
        *(functions, resources, stacks, protection),
        *(applicationautoscaling, awslambda, elbv2, endpoint, inferencecomponent, policies),
        *(sagemaker, invocation, ipv6, responsestream, alarmstate, kms, servicequotas, sns),
    ):
        module.install()
    invocation.model_url = model
    for arn in certificate_arns:
        standing.certificate(arn)
    for vpc in vpcs:
        standing.vpc(vpc)
    for zone in zones:
        standing.hosted_zone(zone)
    server = make_server(
        host,
        port,
        app,
        threaded=True,
        request_handler=RequestHandler,
        fd=listener.fileno(),
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ready = {"port": port, "url": f"http://{host}:{port}", "moto": moto.__version__}
    print(json.dumps(ready), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        for line in sys.stdin:
            log(line.rstrip("\n"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument(
        "--certificate-arn",
        action="append",
        type=certificate_arn,
        default=[],
        help="an ACM certificate that the account has; repeatable",
    )
    parser.add_argument(
        "--vpc",
        action="append",
        type=json.loads,
        default=[],
        help="a VPC that the account has, as JSON: see standing.py; repeatable",
    )
    parser.add_argument(
        "--hosted-zone",
        action="append",
        type=json.loads,
        default=[],
        help="a hosted zone that the account has, as JSON: see standing.py; repeatable",
    )
    parser.add_argument(
        "--model-url",
        type=model_url,
        help="where the endpoints' model answers POST /invocations; default: there is none",
    )
    parser.add_argument("--check", action="store_true", help="check the requirements and end")
    options = parser.parse_args()
    if lacking := unmet():
        command = f"{sys.executable} -m pip install -r {REQUIREMENTS}"
        fail(f"{'; '.join(lacking)}; run: {command}")
    if not options.check:
        listener = listen(options.port)
        serve(
            listener,
            options.certificate_arn,
            options.vpc,
            options.hosted_zone,
            options.model_url,
        )


if __name__ == "__main__":
    main()
