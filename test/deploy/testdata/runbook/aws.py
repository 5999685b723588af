"""The AWS CLI's part that docs/runbook.md and docs/local-aws.md use, on botocore, which comes with moto.

It takes "aws SERVICE OPERATION --option value ...", holds names and parameters to AWS's
service models, and calls what AWS_ENDPOINT_URL names. Exit statuses are the AWS CLI's: 252
for a command that is wrong, 254 for an error of the service. 90 is its own: the local AWS
does not have the operation; all else about the command is right.
"""

import json
import os
import sys

import botocore.exceptions
import botocore.session
import jmespath
from botocore import xform_name

INVALID, REFUSED, MISSING = 252, 254, 90


class Wrong(Exception):
    """The command is not one of the AWS CLI's."""


def shorthand(text, shape):
    """The value of an option in the CLI's shorthand, for a shape of the model."""
    kind = shape.type_name
    if text.startswith("fileb://"):
        with open(text.removeprefix("fileb://"), "rb") as file:
            return file.read()
    if text[:1] in "[{" and kind in ("structure", "list", "map"):
        return json.loads(text)
    if kind == "structure":
        found = {}
        for pair in text.split(","):
            name, equals, value = pair.partition("=")
            if not equals or name not in shape.members:
                raise Wrong(f"{pair!r}: it is NAME=VALUE, with a name of {', '.join(shape.members)}")
            found[name] = shorthand(value, shape.members[name])
        return found
    if kind in ("integer", "long"):
        return int(text)
    if kind in ("double", "float"):
        return float(text)
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    return text


def parameters(words, shape):
    """The parameters of an operation, and --query and --output, from a command's options."""
    names = {xform_name(name, "-"): name for name in (shape.members if shape else {})}
    found, own = {}, {"query": None, "output": "json", "max-items": None}
    while words:
        option, values = words.pop(0), []
        while words and not words[0].startswith("--"):
            values.append(words.pop(0))
        if not option.startswith("--"):
            raise Wrong(f"{option!r}: this is no option")
        option = option[2:]
        if option in own:
            (own[option],) = values
            continue
        negated = option.startswith("no-") and names.get(option[3:])
        name = negated or names.get(option)
        if not name:
            raise Wrong(f"--{option}: there is no such option; there are {', '.join(sorted(names))}")
        member = shape.members[name]
        if member.type_name == "boolean" and not values:
            found[name] = not negated
        elif member.type_name == "list":
            if len(values) == 1 and values[0].startswith("["):
                found[name] = json.loads(values[0])
            else:
                found[name] = [shorthand(value, member.member) for value in values]
        elif len(values) == 1:
            found[name] = shorthand(values[0], member)
        else:
            raise Wrong(f"--{option}: got {len(values)} values, want 1")
    return found, own


def text(value):
    """A value as the CLI's output format text has it."""
    if isinstance(value, dict):
        return "\t".join(text(v) for v in value.values())
    if isinstance(value, list):
        nested = any(isinstance(v, (dict, list)) for v in value)
        return ("\n" if nested else "\t").join(text(v) for v in value)
    return "None" if value is None else str(value)


def wait(client, words):
    """aws SERVICE wait WAITER: the waiter's name and options, and one look at the state."""
    name = words.pop(0).replace("-", "_")
    if name not in client.waiter_names:
        raise Wrong(f"there is no waiter {name}; there are {', '.join(client.waiter_names)}")
    waiter = client.get_waiter(name)
    shape = client.meta.service_model.operation_model(waiter.config.operation).input_shape
    found, _ = parameters(words, shape)
    waiter.wait(WaiterConfig={"Delay": 1, "MaxAttempts": 2}, **found)


def main(words):
    session = botocore.session.get_session()
    if len(words) < 2 or words[0] not in session.get_available_services():
        raise Wrong(f"{words[:1]}: there is no such service")
    client = session.create_client(words[0], config=botocore.config.Config(retries={"max_attempts": 0}))
    if words[1] == "wait":
        wait(client, words[2:])
        return
    operations = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    if words[1] not in operations:
        raise Wrong(f"{words[1]}: {words[0]} has no such operation")
    model = client.meta.service_model.operation_model(operations[words[1]])
    # A body is written to the file that is named before the options.
    into = words.pop(2) if model.has_streaming_output else None
    found, own = parameters(words[2:], model.input_shape)
    method = xform_name(operations[words[1]])
    query = jmespath.compile(own["query"]) if own["query"] else None
    if client.can_paginate(method) and own["max-items"] is None:
        answer = client.get_paginator(method).paginate(**found).build_full_result()
    else:
        answer = getattr(client, method)(**found)
    answer.pop("ResponseMetadata", None)
    if into:
        with open(into, "wb") as file:
            file.write(answer.pop(model.output_shape.serialization["payload"]).read())
    value = query.search(answer) if query else answer
    print(text(value) if own["output"] == "text" else json.dumps(value, indent=4, default=str))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except botocore.exceptions.ClientError as e:
        print(e, file=sys.stderr)
        page = e.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 501) and "Message" not in e.response["Error"]
        missing = page or "not been implemented" in str(e) or "Not yet implemented" in str(e)
        sys.exit(MISSING if missing else REFUSED)
    except botocore.exceptions.WaiterError as e:
        print(e, file=sys.stderr)
        sys.exit(255)
    except botocore.parsers.ResponseParserError as e:
        # Where moto does not have an operation of XML, its answer is a page.
        print(e, file=sys.stderr)
        sys.exit(MISSING)
    except (Wrong, KeyError, ValueError, botocore.exceptions.BotoCoreError,
            jmespath.exceptions.JMESPathError) as e:
        print(f"{' '.join(sys.argv[1:])}: {e}", file=sys.stderr)
        sys.exit(INVALID)
