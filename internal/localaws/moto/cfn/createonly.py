"""The properties that CloudFormation cannot change in place: it replaces the resource.

They come from CloudFormation's resource schemas, which cfn-lint ships.
"""

import functools
import importlib.util
import json
from pathlib import Path


@functools.cache
def create_only(type: str) -> frozenset[str]:
    name = schema_names().get(type)
    if name is None:
        return frozenset()
    schema = json.loads((schemas() / "resources" / f"{name}.json").read_text())
    # A nested property has a longer path; CloudFormation has few.
    paths = [path.split("/")[2:] for path in schema.get("createOnlyProperties", [])]
    return frozenset(path[0] for path in paths if len(path) == 1)


@functools.cache
def schema_names() -> dict[str, str]:
    """The names of the schemas' files, by resource type."""
    return json.loads((schemas() / "providers" / "us-east-1.json").read_text())


def schemas() -> Path:
    # Importing cfn-lint would take seconds.
    return Path(importlib.util.find_spec("cfnlint").origin).parent / "data" / "schemas"
