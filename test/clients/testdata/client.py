"""Calls the gateway at a URL as one client does, four times, with its own retries.

The arguments are the client's name and the URL. Standard output is one JSON object: what
came of an invocation, of a stream, of an error of the model, and of a request too large.
"""

import json
import os
import sys
from typing import Any, Callable

kind, url = sys.argv[1:]
LARGE = "x" * 100_000
AWS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIDEXAMPLE",
    "aws_secret_access_key": "a-secret-key",
}


def runtime() -> Any:
    import boto3

    return boto3.client("sagemaker-runtime", endpoint_url=url, **AWS)


def of_boto3() -> dict[str, Callable[[], str]]:
    arguments = {"EndpointName": "predictions", "ContentType": "text/csv"}

    def invoke(body: str) -> str:
        return runtime().invoke_endpoint(Body=body, **arguments)["Body"].read().decode()

    def stream() -> str:
        events = runtime().invoke_endpoint_with_response_stream(Body="stream", **arguments)["Body"]
        return "".join(event["PayloadPart"]["Bytes"].decode() for event in events)

    return {
        "invoke": lambda: invoke("1.5,2.25"),
        "stream": stream,
        "error": lambda: invoke("model"),
        "large": lambda: invoke(LARGE),
    }


def of_predictor() -> dict[str, Callable[[], str]]:
    import boto3
    from sagemaker.predictor import Predictor
    from sagemaker.session import Session

    session = Session(boto_session=boto3.Session(**AWS), sagemaker_runtime_client=runtime())
    predictor = Predictor("predictions", sagemaker_session=session)
    return {
        "invoke": lambda: predictor.predict("1.5,2.25").decode(),
        "stream": lambda: b"".join(predictor.predict_stream("stream")).decode(),
        "error": lambda: predictor.predict("model"),
        "large": lambda: predictor.predict(LARGE),
    }


def of_langchain() -> dict[str, Callable[[], str]]:
    from langchain_aws.llms import SagemakerEndpoint
    from langchain_aws.llms.sagemaker_endpoint import LLMContentHandler

    class Text(LLMContentHandler):
        content_type = "text/csv"
        accepts = "text/csv"

        def transform_input(self, prompt: str, model_kwargs: dict[str, Any]) -> bytes:
            return prompt.encode()

        def transform_output(self, output: Any) -> str:
            return (output if isinstance(output, bytes) else output.read()).decode()

    def model(streaming: bool = False) -> Any:
        return SagemakerEndpoint(
            endpoint_name="predictions", client=runtime(), content_handler=Text(), streaming=streaming
        )

    return {
        "invoke": lambda: model().invoke("1.5,2.25"),
        # It reads lines, and never ends where the last one has no end.
        "stream": lambda: "".join(model(streaming=True).stream("lines")),
        "error": lambda: model().invoke("model"),
        "large": lambda: model().invoke(LARGE),
    }


def said(content: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": content}]


def of_openai() -> dict[str, Callable[[], str]]:
    from openai import OpenAI

    client = OpenAI(base_url=url + "/openai/v1", api_key="any")

    def chat(content: str) -> str:
        reply = client.chat.completions.create(model="predictions", messages=said(content))
        return reply.choices[0].message.content

    def stream() -> str:
        chunks = client.chat.completions.create(
            model="predictions", messages=said("stream"), stream=True
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    return {
        "invoke": lambda: chat("1.5,2.25"),
        "stream": stream,
        "error": lambda: chat("model"),
        "large": lambda: chat(LARGE),
        "completion": lambda: client.completions.create(model="m", prompt="1.5").choices[0].text,
        "embedding": lambda: str(
            client.embeddings.create(model="m", input="1.5", encoding_format="float").data[0].embedding
        ),
    }


def of_litellm(model: str, **more: Any) -> dict[str, Callable[[], str]]:
    import litellm

    litellm.suppress_debug_info = True

    def chat(content: str, stream: bool = False) -> Any:
        target = more
        if stream and "sagemaker_base_url" in more:
            target = more | {"sagemaker_base_url": more["sagemaker_base_url"] + "-response-stream"}
        return litellm.completion(model=model, messages=said(content), stream=stream, **target)

    return {
        "invoke": lambda: chat("1.5,2.25").choices[0].message.content,
        "stream": lambda: "".join(
            chunk.choices[0].delta.content or "" for chunk in chat("stream", stream=True)
        ),
        "error": lambda: chat("model"),
        "large": lambda: chat(LARGE),
    }


def outcome(call: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"reply": call()}
    except Exception as error:  # of any of the clients
        response = getattr(error, "response", None)
        details = response.get("Error", {}) if isinstance(response, dict) else {}
        status = getattr(error, "status_code", None)
        if isinstance(response, dict):
            status = response["ResponseMetadata"]["HTTPStatusCode"]
        code = details.get("Code", getattr(error, "code", None))
        if code is None and "RequestEntityTooLarge" in str(error):  # litellm has it in its text
            code = "RequestEntityTooLarge"
        return {"raised": type(error).__name__, "status": status, "code": code}


os.environ |= {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "a-secret-key",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}
calls = {
    "boto3": of_boto3,
    "predictor": of_predictor,
    "langchain": of_langchain,
    "openai": of_openai,
    "litellm-openai": lambda: of_litellm(
        "openai/predictions", api_base=url + "/openai/v1", api_key="any"
    ),
    "litellm-sagemaker": lambda: of_litellm(
        "sagemaker_chat/predictions",
        sagemaker_base_url=url + "/endpoints/predictions/invocations",
    ),
}[kind]()
print(json.dumps({name: outcome(call) for name, call in calls.items()}))
