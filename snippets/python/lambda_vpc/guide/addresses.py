"""Every form of address the guide has, spelled once: pages, raw files, and anchors on them.

Addresses are permanent, so a change here breaks links of readers. Pages are named by their source below
`docs/LANGUAGE`, as `snippets/network/ipv6.md`; the site serves that one as `snippets/network/ipv6/`.
"""

from __future__ import annotations

CHECKER = "reference/checker.md"
FACTS = "reference/facts.md"
GLOSSARY = "reference/glossary.md"
RULES = "reference/rules.md"
SNIPPETS = "snippets/index.md"
TROUBLESHOOTING = "troubleshooting.md"

INDEX = "snippets/index.json"
"""What programs read of all snippets, below the site's root."""
INDEX_SCHEMA = "snippets/index.schema.json"
ANSWERS_SCHEMA = "reference/checker.schema.json"
"""The form of the answers that the checker gives as JSON, below the site's root."""
PLACES = "snippets/addresses.json"
"""Every page and every place on it, below the site's root."""
PINNED = "snippets/sha256/"
EMBEDS = "embed/"
PIN = "pin"
"""In the query of a snippet's page: the digits of the version that the link was made for."""

HOW_CHECKED = "how-checked"
"""Anchor on the facts page: the ways in which facts are checked."""


def raw(name: str, suffix: str) -> str:
    """The file of a snippet below the site's root; `name` is `TOPIC/NAME`, `suffix` begins with a dot."""
    return f"snippets/{name}{suffix}"


def pinned(digits: str, file: str) -> str:
    """The bytes of one released version below the site's root: `digits` of its hash, and `NAME.ext`."""
    return f"{PINNED}{digits}/{file}"


def embed(name: str, language: str) -> str:
    """The light page of a snippet for frames, below the site's root."""
    return f"{EMBEDS}{language}/{name}/"


def page(path: str, language: str) -> str:
    """A page below the site's root, by its source below the language: `snippets/network/ipv6.md`."""
    return f"{language}/{below(path).removesuffix('index/')}"


def feed(language: str | None = None) -> str:
    """What changed among the snippets, in one language or in all, below the site's root."""
    return f"{language}/snippets/feed.xml" if language else "snippets/feed.xml"


def oembed(name: str, language: str) -> str:
    """What a wiki asks for to show a snippet where its address was pasted, below the site's root."""
    return f"oembed/{language}/{name}.json"


def version(digits: str) -> str:
    """The anchor of a released version on its snippet's page."""
    return f"version-{digits}"


def snippet_page(name: str) -> str:
    """The page of a snippet."""
    return f"snippets/{name}.md"


def picture(name: str, anchor: str, language: str) -> str:
    """The picture of a case or wrong variant below the site's root, by its anchor on the snippet's page."""
    return f"pictures/{name}/{anchor}.{language}.svg"


def proof(name: str) -> str:
    """What a browser needs to run a snippet's cases again, below the site's root."""
    return f"assets/proof/{name}.bin"


def card(page: str, language: str) -> str:
    """The picture of a page that others show beside a link to it, below the site's root."""
    return f"cards/{language}/{page.removesuffix('.md')}.png"


def case(case_id: str) -> str:
    """The anchor of a case on its snippet's page."""
    return f"case-{case_id}"


def wrong(variant: str) -> str:
    """The anchor of a wrong variant on its snippet's page."""
    return f"wrong-{variant}"


def pin(digits: str) -> str:
    """What follows a snippet's page in a link that says which released version it means."""
    return f"?pin={digits}"


def symptom(key: str) -> str:
    """The page of a symptom; the id of a problem is its anchor there."""
    return f"troubleshooting/{key}.md"


def rule(rule_id: str) -> str:
    """The anchor of a lint rule on the rules page: the heading's id."""
    return rule_id.lower()


def facts(topic: str) -> str:
    """The page of a topic's facts. A topic may change: the address to give out is that on the facts page."""
    return below(FACTS) + f"{topic}.md"


def fact(fact_id: str) -> str:
    """The anchor of a fact on the facts page, which leads on, and on the page of its topic."""
    return fact_id.lower()


def below(page: str) -> str:
    """The folder in which a page's parts stand, also the end of the page's own address."""
    return page.removesuffix(".md") + "/"


def split(written: str) -> tuple[str, str]:
    """A snippet and a part of it as they are written in pages and rules: `TOPIC/NAME#PART`, or no part."""
    name, _, part = written.partition("#")
    return name, part
