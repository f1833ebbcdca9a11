"""A snippet with its spec as a browser gets it: read already, since its Python takes long to read YAML.

MkDocs is not needed: `unpacked` runs in the reader's browser.
"""

from __future__ import annotations

from collections.abc import Mapping

from lambda_vpc.guide import spec
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import Source


def packed(snippet: Snippet) -> dict[str, dict]:
    """A snippet and those that its cases need, by their names, as plain data."""
    managed = [other for other in snippet.others.values() if other.aws_managed]
    needed = [snippet, *snippet.with_companions(), *(managed if snippet.kind == "template" else ())]
    return {
        one.name: {
            "path": one.source.path,
            "text": one.source.text,
            "data": one.source.data,
            "lines": [[*where, line] for where, line in one.source.lines.items()],
            "spec": {"path": one.spec.path, "data": one.spec.data},
        }
        for first in needed
        for one in [first, *first.with_companions()]
    }


def unpacked(files: Mapping[str, dict]) -> dict[str, Snippet]:
    """The snippets, by their names; what stands on which line of a spec is not known any more.

    Args:
        files: as `packed` makes them.
    """
    return spec.of(
        {
            name: (
                Source(
                    one["path"], one["text"], one["data"], {tuple(at): line for *at, line in one["lines"]}
                ),
                Source(one["spec"]["path"], "", one["spec"]["data"], {}),
            )
            for name, one in files.items()
        }
    )
