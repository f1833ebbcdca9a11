"""The pages' own tables: a look of their own, and on a narrow screen each row is a card.

A card stacks the cells of its row. Each cell therefore carries the name of its column, and roles say what the
style sheet (docs/theme/assets/tables.css) takes away: to assistive software, a table that is not laid out as
one is none. A long identifier breaks at its joints, so that a table is never wider than its page.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from mkdocs.config.defaults import MkDocsConfig

from render import joints

# After all other steps: the inline Markdown of the cells is read by then, and escapes are resolved.
_LAST = -10


class _Tables(Treeprocessor):
    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            if "class" in table.attrib:
                continue  # of a template under docs/theme/parts, which says itself how it looks
            table.attrib |= {"class": "rows", "role": "table"}
            columns = [_text(cell) for cell in table.iterfind("thead/tr/th")]
            for row in table.iterfind("tbody/tr"):
                row.set("role", "row")
                _name_cells(row, columns)
            for code in table.iter("code"):
                _break_at_joints(code)


def _name_cells(row: Element, columns: list[str]) -> None:
    for number, (cell, column) in enumerate(zip(row, columns, strict=True)):
        cell.set("role", "cell")
        # The first cell is the card's title.
        if number and column:
            cell.set("data-column", column)


def _text(cell: Element) -> str:
    """What a reader reads of a cell; markup that Markdown has put aside is none of it."""
    return " ".join(HTML_PLACEHOLDER_RE.sub("", "".join(cell.itertext())).split())


def _break_at_joints(code: Element) -> None:
    if len(code) or not code.text:
        return
    code.text, *others = joints(code.text)
    for part in others:
        SubElement(code, "wbr").tail = part


class Tables(Extension):
    """Marks every table that is written in Markdown."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the step."""
        md.treeprocessors.register(_Tables(md), "guide-tables", _LAST)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Have every page read with this extension, too."""
    config.markdown_extensions.append(Tables())
    return config
