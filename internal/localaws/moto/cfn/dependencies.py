"""What a template's resources depend on."""

import re
from typing import Any, Iterator


def references(value: Any) -> Iterator[str]:
    """The logical ids a template fragment refers to, parameters included."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key == "Ref":
            yield item
        elif key == "Fn::GetAtt":
            yield item[0] if isinstance(item, list) else item.split(".")[0]
        elif key == "Fn::Sub":
            text = item[0] if isinstance(item, list) else item
            yield from re.findall(r"\$\{([^!.}]+)[^}]*\}", text)
            yield from references(item[1:] if isinstance(item, list) else None)
        else:
            yield from references(item)


def depends_on(resource: dict[str, Any]) -> list[str]:
    names = resource.get("DependsOn", [])
    return [names] if isinstance(names, str) else names


def in_order(resources: dict[str, Any]) -> list[str]:
    """The logical ids, each after those it depends on."""
    order: dict[str, None] = {}
    seen = set()

    def visit(name: str) -> None:
        if name in seen or name not in resources:
            return
        seen.add(name)
        resource = resources[name]
        for dependency in [*depends_on(resource), *references(resource.get("Properties"))]:
            visit(dependency)
        order[name] = None

    for name in resources:
        visit(name)
    return list(order)
