"""HTML of a page's article as plain Markdown: no directive, no tag, every link whole.

Read by scripts and language models, so what is folded or drawn on the page is written out here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

_VOID = frozenset(["area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"])
_SKIPPED = frozenset(["button", "form", "input", "nav", "script", "style", "template"])
_BLOCKS = frozenset(
    [
        "article",
        "aside",
        "blockquote",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "label",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "svg",
        "table",
        "ul",
    ]
)
_LANGUAGE = re.compile(r"(?:^|\s)language-([\w-]+)")
_SPECIAL = re.compile(r"([\\`*\[\]<>]|(?<!\w)_|_(?!\w))")


@dataclass
class Node:
    """One element of HTML."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The element's classes."""
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        """All text below."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, *tags: str) -> Iterator[Node]:
        """The elements below with one of these tags, in order."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                yield from child.all(*tags)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if any(node.tag == tag for node in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Node:
    """The elements of a piece of HTML, below a node without a tag."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


@dataclass
class Writer:
    """Writes elements as Markdown.

    Args:
        link: the address to write for one found in the page.
        cite: the footnote's name for a link inside of a citation, or nothing if it is none.
    """

    link: Callable[[str], str]
    cite: Callable[[str], str | None]
    cited: list[str] = field(default_factory=list)
    """The footnotes in the order in which the text has them."""

    def markdown(self, node: Node) -> str:
        """The element's content, blocks apart by a blank line."""
        return "\n\n".join(self.blocks(node))

    def blocks(self, node: Node) -> list[str]:
        """The blocks of an element; text beside blocks is a paragraph."""
        found: list[str] = []
        inline: list[Node | str] = []

        def end_of_paragraph() -> None:
            if text := self._paragraph(inline):
                found.append(text)
            inline.clear()

        for child in node.children:
            if isinstance(child, Node) and (child.tag in _BLOCKS or any(child.all(*_BLOCKS))):
                end_of_paragraph()
                found += self._block(child)
            else:
                inline.append(child)
        end_of_paragraph()
        return found

    def _block(self, node: Node) -> list[str]:
        if node.tag in _SKIPPED:
            return []
        if "data-file" in node.attributes:
            return [_fence("".join(_code_lines(node)).lstrip("\n"), _language(node)), *self._notes(node)]
        if "data-copies-file" in node.attributes:  # the whole file follows
            return self._notes(node)
        write = getattr(self, f"_write_{node.tag}", None)
        if write:
            return write(node)
        if re.fullmatch("h[1-6]", node.tag):
            return [f"{'#' * int(node.tag[1])} {self._paragraph(node.children)}"]
        if node.tag in ("div", "td") and "highlight" in node.classes:
            return [block for pre in node.all("pre") for block in self._pre(pre, _language(node))]
        return self.blocks(node)

    def _notes(self, node: Node) -> list[str]:
        notes = [f"{_code(line)}: {self._paragraph(note.children)}" for line, note in _notes(node)]
        return [_listed(notes)] if notes else []

    def _write_p(self, node: Node) -> list[str]:
        text = self._paragraph(node.children)
        return [text] if text else []

    def _write_hr(self, _: Node) -> list[str]:
        return ["---"]

    def _write_pre(self, node: Node) -> list[str]:
        return self._pre(node, _language(node))

    def _write_summary(self, node: Node) -> list[str]:
        text = self._paragraph(node.children).replace("**", "")
        return [f"**{text}**"] if text else []

    _write_dt = _write_label = _write_figcaption = _write_summary

    def _write_svg(self, node: Node) -> list[str]:
        # Those of the picture; a label that is shortened has a title of its own.
        said = [one.text.strip() for one in node.children if _is(one, "title", "desc")]
        said = said or [node.attributes.get("aria-label", "")]
        return [text for text in map(_escaped, said) if text]

    def _write_blockquote(self, node: Node) -> list[str]:
        return ["\n".join(f"> {line}".rstrip() for line in self.markdown(node).split("\n"))]

    def _write_ul(self, node: Node) -> list[str]:
        return self._list(node, "- ")

    def _write_ol(self, node: Node) -> list[str]:
        return self._list(node, "1. ")

    def _list(self, node: Node, mark: str) -> list[str]:
        items = [
            "\n\n".join(self.blocks(one))
            for one in node.children
            if isinstance(one, Node) and one.tag == "li"
        ]
        return [_listed(items, mark)] if items else []

    def _write_dl(self, node: Node) -> list[str]:
        items: list[str] = []
        for one in node.all("dt", "dd"):
            text = self._cell(one)
            if one.tag == "dt":
                items.append(f"**{text}**")
            elif items and text:
                items[-1] += f" — {text}"
        return [_listed(items)] if items else []

    def _write_table(self, node: Node) -> list[str]:
        rows = [
            [self._cell(cell).replace("|", "\\|") for cell in row.children if _is(cell, "td", "th")]
            for row in node.all("tr")
        ]
        rows = [row for row in rows if row]
        if not rows:
            return []
        width = max(map(len, rows))
        if not any(node.all("thead")):
            rows.insert(0, [])
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        return ["\n".join(lines)]

    def _cell(self, node: Node) -> str:
        """A cell in one line: what stood below each other is set apart."""
        parts = [re.sub(r"\s*\n[-\s]*", "; ", block) for block in self.blocks(node)]
        return " · ".join(part for part in parts if part)

    def _pre(self, node: Node, language: str) -> list[str]:
        code = "".join(_code_lines(node)).strip("\n") + "\n"
        if any(node.all("del", "ins")):
            return [_fence(re.sub(r"^(?![-+⋮\n])", " ", code, flags=re.MULTILINE).rstrip(" "), "diff")]
        return [_fence(code, language)]

    # --- text ---------------------------------------------------------------------------------------

    def _paragraph(self, children: list[Node | str]) -> str:
        text = re.sub(r"[ \t\n]+", " ", "".join(map(self._inline, children)))
        return re.sub(r" ?\v ?", "\n", text).strip()

    def _inline(self, node: Node | str) -> str:
        if isinstance(node, str):
            return _escaped(node)
        if (
            node.tag in _SKIPPED
            or "headerlink" in node.classes
            or node.attributes.get("aria-hidden") == "true"
        ):
            return ""
        if node.tag == "br":
            return "\v"
        if node.tag == "img":
            return _escaped(node.attributes.get("alt", ""))
        if node.tag in ("code", "kbd"):
            return _code(node.text)
        if node.tag == "sup":
            names = [self.cite(one.attributes.get("href", "")) for one in node.all("a")]
            if names and all(names):
                self.cited += [name for name in names if name not in self.cited]
                return "".join(f"[^{name}]" for name in names)
        text = "".join(map(self._inline, node.children))
        if node.tag == "a" and node.attributes.get("href") and text.strip():
            return f"[{text.strip()}]({self.link(node.attributes['href'])})"
        mark = {"strong": "**", "b": "**", "em": "*", "i": "*"}.get(node.tag, "")
        return f"{mark}{text}{mark}" if text.strip() else text


@dataclass(frozen=True)
class Written:
    """A page's Markdown."""

    text: str
    cited: list[str]
    """The facts that it cites, in the order in which it does."""


def write(html: str, address: str, root: str, name: str, facts: Mapping[str, tuple[str, str]]) -> Written:
    """The article of a page as Markdown.

    Args:
        html: the article's content.
        address: of the page, whole.
        root: of the site, whole; links to its pages lead to their Markdown.
        name: what the Markdown of a page is called, beside it.
        facts: by their anchors, the id of each and how the address of its page ends.
    """

    def fact(link: str) -> str | None:
        page, anchor = urldefrag(urljoin(address, link))
        id_, end = facts.get(anchor, ("", ""))
        return id_ if id_ and page.endswith(end) else None

    def whole(link: str) -> str:
        if link.startswith("#"):
            return link
        page, anchor = urldefrag(urljoin(address, link))
        if page.startswith(root) and page.endswith("/") and page != root:
            page += name
        return page + (f"#{anchor}" if anchor else "")

    writer = Writer(whole, fact)
    return Written(writer.markdown(read(html)), writer.cited)


def _is(node: Node | str, *tags: str) -> bool:
    return isinstance(node, Node) and node.tag in tags


def _language(node: Node) -> str:
    for one in (node, *node.all("pre", "code")):
        if found := _LANGUAGE.search(one.attributes.get("class", "")):
            return found[1]
    return ""


def _code_lines(node: Node, mark: str = "") -> Iterator[str]:
    """The text of code; in a comparison the lines that go and come are marked."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag in ("del", "ins"):
            yield f"{'-' if child.tag == 'del' else '+'}{child.text}"
        elif "code-note" not in child.classes and child.tag != "button":
            yield from _code_lines(child)


def _notes(node: Node) -> Iterator[tuple[str, Node]]:
    """The notes beside code, each with the line that it follows."""
    before = ""
    for child in node.children:
        if isinstance(child, str):
            before += child
        elif "code-note" in child.classes:
            yield before.rstrip().rpartition("\n")[2].strip(), child
        elif any("code-note" in one.classes for one in child.all("span")):
            yield from _notes(child)
        else:
            before += child.text


def _fence(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"


def _code(text: str) -> str:
    text = " ".join(text.split())
    return f"`` {text} ``" if "`" in text else f"`{text}`" if text else ""


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\u200b", ""))


def _listed(items: list[str], mark: str = "- ") -> str:
    apart = "\n\n" if any("\n\n" in item for item in items) else "\n"
    return apart.join(mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), item) for item in items)
