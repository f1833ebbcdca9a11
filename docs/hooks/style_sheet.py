"""Style sheets without the rules that no page can use.

The theme ships rules for everything it can do. A rule goes when one part of each of its selectors describes
an element that no page has and no script makes; how the parts stand to each other is not looked at, so a
rule may stay that nothing uses, and none goes that something does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache

import tinycss2
from cssselect2 import SelectorError, parser
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

_TAG = re.compile(r"""<([a-z][\w-]*)((?:[^<>"']++|"[^"]*"|'[^']*')*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")
# What makes nearly every element another one: not looked at, so that any element may have it.
_UNREAD = frozenset(["href", "title", "content", "d", "aria-label", "alt", "value", "data-column", "for"])
_IGNORED = re.compile(rf"""\s(?:{"|".join(sorted(_UNREAD))})=(?:"[^"]*"|'[^']*')""")
_WORD = re.compile(r"[A-Za-z_][\w-]{2,}|(?<=[\"'`])[a-z]{1,2}(?=[\"'`])")
_CAPITAL = re.compile(r"(?<=[a-z])[A-Z]")
# Set by the browser itself while a reader uses the page.
_STATES = frozenset(["open", "hidden"])
_GROUPS = frozenset(["media", "supports", "layer", "container"])
# The theme's script gives these to the elements of parts that a page may have; without such a part no page
# has a class of this kind.
_PARTS = (
    "footnote",
    "md-annotation",
    "md-mermaid",
    "md-source",
    "md-status",
    "md-tag",
    "md-tooltip",
    "md-version",
    "mermaid",
    "tabbed",
)
# Kinds of boxes: their names are words of scripts as well, and only a page has such a box.
_BOXES = frozenset(
    ["abstract", "bug", "danger", "example", "failure", "info", "note", "question", "quote", "success", "tip"]
)
# Set on the whole page and taken off again while it loads: a rule that asks for it has every element looked
# at twice, only to keep colors from fading over.
_COSTLY = ("data-md-color-switching",)
# Of features that mkdocs.yml does not turn on: the theme's script knows them all the same.
_OFF = frozenset([("data-md-type", "select")])
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
# What may go because nothing refers to it: a custom property, an animation, and a rule with nothing else.
_REFERRED_TO = re.compile(r"[{;]--|keyframes|\{\}")
_ANIMATION = re.compile(r"(?:-webkit-)?animation(?:-name)?")


@dataclass(frozen=True)
class _Element:
    """One kind of element: what a selector can ask of it."""

    tag: str
    classes: frozenset[str]
    id: str
    attributes: tuple[tuple[str, str], ...]


@dataclass
class Elements:
    """The kinds of elements that pages have, and the names that scripts may give to others."""

    kinds: set[_Element] = field(default_factory=set)
    scripted: set[str] = field(default_factory=set)

    def add_page(self, html: str) -> None:
        """Take in the elements of a page."""
        for tag, attributes in set(_TAG.findall(_IGNORED.sub("", html))):
            self.kinds.add(_element(tag, attributes))

    def add_script(self, script: str) -> None:
        """Take in the words of a script: each may be a class, an attribute or its value, or an element."""
        for word in _WORD.findall(script):
            self.scripted.add(word)
            # element.dataset.someName
            self.scripted.add("data-" + _CAPITAL.sub(lambda found: f"-{found[0].lower()}", word))


@cache
def _element(tag: str, attributes: str) -> _Element:
    found = {name: a or b or c for name, a, b, c in _ATTRIBUTE.findall(attributes)}
    classes, id_ = frozenset(found.pop("class", "").split()), found.pop("id", "")
    return _Element(tag, classes, id_, tuple(sorted(found.items())))


def used(css: str, elements: Elements) -> str:
    """The style sheet with the rules that these elements can use, written as short as it can be.

    Raises:
        ValueError: the style sheet cannot be read.
    """
    classes = {one for kind in elements.kinds for one in kind.classes}
    absent = tuple(part for part in _PARTS if not any(one.startswith(part) for one in classes))
    scripted = {word for word in elements.scripted if not word.startswith((*absent, *_COSTLY))}
    scripted -= _BOXES - classes
    rules = list(_used_rules(css, _Question(Elements(elements.kinds, scripted))))
    while True:
        known = _referenced("".join(rules), scripted)
        shorter = list(_with_references(rules, known))
        if shorter == rules:
            return "".join(rules)
        rules = shorter


# --- rules ----------------------------------------------------------------------------------------


def _read(css: str | list[Node]) -> list[Node]:
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"line {rule.source_line}: {rule.message}")
    return rules


def _used_rules(css: str | list[Node], question: _Question) -> Iterator[str]:
    for rule in _read(css):
        if isinstance(rule, QualifiedRule):
            selectors = [one for one in _selectors(rule.prelude) if question.can_match(one)]
            if selectors:
                yield f"{','.join(map(_short, selectors))}{{{_block(rule.content)}}}"
        elif isinstance(rule, AtRule):
            head = f"@{rule.at_keyword} {_short(rule.prelude)}".rstrip()
            if rule.content is None:
                yield f"{head};"
            elif rule.lower_at_keyword in _GROUPS:
                if inside := "".join(_used_rules(rule.content, question)):
                    yield f"{head}{{{inside}}}"
            else:
                yield f"{head}{{{_short(rule.content)}}}"


def _selectors(prelude: list[Node]) -> Iterator[list[Node]]:
    """The selectors of a list, apart."""
    one: list[Node] = []
    for token in prelude:
        if token == ",":
            yield one
            one = []
        else:
            one.append(token)
    yield one


def _block(content: list[Node], known: set[str] | None = None) -> str:
    """What stands in a rule, of custom properties only the known ones; a nested rule stays as it is."""
    parts = []
    for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if one.type == "error":
            raise ValueError(f"line {one.source_line}: {one.message}")
        if not isinstance(one, Declaration):
            parts.append(_short([one]))
        elif known is None or not one.name.startswith("--") or one.name in known:
            parts.append(f"{one.name}:{_short(one.value)}{'!important' * one.important}")
    return ";".join(parts)


def _short(tokens: list[Node]) -> str:
    """Tokens without comments and with one space where there were several."""
    return re.sub(r"\s+", " ", tinycss2.serialize([one for one in tokens if one.type != "comment"])).strip()


# --- what nothing refers to -----------------------------------------------------------------------


def _referenced(css: str, scripted: set[str]) -> set[str]:
    """Custom properties that are read, and animations that run."""
    names = set(_VARIABLE.findall(css)) | {f"--{word}" for word in scripted}
    for _, value in re.findall(rf"({_ANIMATION.pattern}):([^;}}]+)", css):
        names.update(value.replace(",", " ").split())
    return names


def _with_references(rules: list[str], known: set[str]) -> Iterator[str]:
    for text in rules:
        if _REFERRED_TO.search(text):
            (rule,) = _read(text)
            yield from _with_reference(rule, known, text)
        else:
            yield text


def _with_reference(rule: Node, known: set[str], text: str) -> Iterator[str]:
    if isinstance(rule, QualifiedRule):
        if kept := _block(rule.content, known):
            yield f"{_short(rule.prelude)}{{{kept}}}"
    elif rule.lower_at_keyword.endswith("keyframes"):
        if _short(rule.prelude) in known:
            yield text
    elif rule.lower_at_keyword in _GROUPS and rule.content is not None:
        inside = "".join(
            part
            for one in _read(rule.content)
            for part in _with_reference(one, known, tinycss2.serialize([one]))
        )
        if inside:
            yield f"@{rule.at_keyword} {_short(rule.prelude)}".rstrip() + f"{{{inside}}}"
    else:
        yield text


# --- selectors ------------------------------------------------------------------------------------


class _Question:
    """Asks whether a selector can match, and remembers the answer for each of its parts."""

    def __init__(self, elements: Elements) -> None:
        self._scripted = elements.scripted
        self._kinds = elements.kinds
        self._by: dict[tuple[str, str], list[_Element]] = {}
        self._values: dict[str, set[str]] = {}
        for kind in elements.kinds:
            known = [("class", one) for one in kind.classes]
            known += [("attribute", name) for name, _ in kind.attributes]
            for one in (*known, ("tag", kind.tag), ("id", kind.id)):
                self._by.setdefault(one, []).append(kind)
            for name, value in kind.attributes:
                self._values.setdefault(name, set()).add(value)
        self._tags = {kind.tag for kind in elements.kinds}
        self._known: dict[str, bool] = {}

    def can_match(self, selector: list[Node]) -> bool:
        try:
            found = list(parser.parse([one for one in selector if one.type != "comment"]))
        except SelectorError:
            return True  # a browser may know what this parser does not
        return any(self._tree(one.parsed_tree) for one in found)

    def _tree(self, tree: object) -> bool:
        if isinstance(tree, parser.CombinedSelector):
            return self._tree(tree.left) and self._tree(tree.right)
        key = repr(tree)
        if key not in self._known:
            self._known[key] = self._compound(tree.simple_selectors)
        return self._known[key]

    def _compound(self, parts: list[object]) -> bool:
        """Whether some element is all that is asked, what scripts may set left aside."""
        asked = []
        for part in parts:
            if isinstance(part, parser.MatchesAnySelector | parser.SpecificityAdjustmentSelector):
                if not any(self._tree(one.parsed_tree) for one in part.selector_list):
                    return False
            elif isinstance(part, parser.ClassSelector):
                if part.class_name not in self._scripted:
                    asked.append(part)
            elif isinstance(part, parser.LocalNameSelector):
                # An element that a script makes carries what scripts set, so it is asked for by itself.
                if part.local_name not in self._tags | self._scripted:
                    return False
                if part.local_name not in self._scripted:
                    asked.append(part)
            elif (isinstance(part, parser.IDSelector) and part.ident not in self._scripted) or (
                isinstance(part, parser.AttributeSelector) and not self._settable(part)
            ):
                asked.append(part)
        if not asked:
            return True
        candidates = min((self._with(part) for part in asked), key=len)
        return any(all(_has(kind, part) for part in asked) for kind in candidates)

    def _with(self, part: object) -> Collection[_Element]:
        """The elements that may have what a part asks for, without those that surely have not."""
        if isinstance(part, parser.ClassSelector):
            return self._by.get(("class", part.class_name), ())
        if isinstance(part, parser.LocalNameSelector):
            return self._by.get(("tag", part.local_name), ())
        if isinstance(part, parser.IDSelector):
            return self._by.get(("id", part.ident), ())
        if part.name in _UNREAD or part.name in ("class", "id"):
            return self._kinds
        return self._by.get(("attribute", part.name), ())

    def _settable(self, part: parser.AttributeSelector) -> bool:
        """Whether a script or the browser may give an element this attribute with this value."""
        if part.name in _STATES:
            return True
        if not part.name.startswith(("data-", "aria-")) or part.name not in self._scripted:
            return False
        if (part.name, part.value) in _OFF:
            return False
        values = self._values.get(part.name, set())
        return part.operator != "=" or part.value in self._scripted | values


def _has(kind: _Element, part: object) -> bool:
    if isinstance(part, parser.ClassSelector):
        return part.class_name in kind.classes
    if isinstance(part, parser.LocalNameSelector):
        return part.local_name == kind.tag
    if isinstance(part, parser.IDSelector):
        return part.ident == kind.id
    found = dict(kind.attributes).get(part.name)
    if part.name in ("class", "id"):
        found = " ".join(kind.classes) if part.name == "class" else kind.id
        # The order of the classes is not kept.
        return bool(found) and (part.operator != "=" or part.value == found)
    if found is None:
        return part.name in _UNREAD
    return {
        None: True,
        "=": found == part.value,
        "~=": part.value in found.split(),
        "|=": found == part.value or found.startswith(f"{part.value}-"),
        "^=": found.startswith(part.value or "\0"),
        "$=": found.endswith(part.value or "\0"),
        "*=": (part.value or "\0") in found,
    }[part.operator]
