"""What programs read of the guide: its snippets with their addresses and hashes, and every place to link to.

The form of the first is published beside it, as a JSON Schema: `index.schema.json` in this folder. Keys are
only ever added within one version of the form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from lambda_vpc.guide import addresses, releases
from lambda_vpc.guide.cases import CaseResult
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.releases import History, Superseded, Version, Withdrawal
from lambda_vpc.guide.snippet import Snippet

VERSION = 1
"""Of the form of both files."""
SCHEMA = Path(__file__).with_name("index.schema.json")


def index(
    site: str,
    snippets: Mapping[str, Snippet],
    results: Mapping[str, Sequence[CaseResult]],
    histories: Mapping[str, History],
) -> dict[str, object]:
    """All snippets as plain data, in the form of `index.schema.json`.

    Args:
        site: the root of the site, with its closing slash.
        snippets: all of today, by name.
        results: what came out of their cases, by name.
        histories: what was released, by name; nothing of drafts.
    """
    return {
        "$schema": site + addresses.INDEX_SCHEMA,
        "version": VERSION,
        "site": site,
        "snippets": [
            _snippet(site, snippet, results[name], histories.get(name, History(name)))
            for name, snippet in sorted(snippets.items())
        ],
    }


def _snippet(
    site: str, snippet: Snippet, results: Sequence[CaseResult], history: History
) -> dict[str, object]:
    current = history.current(snippet)
    return {
        "name": snippet.name,
        "kind": snippet.kind,
        "title": _text(snippet.title),
        "summary": _text(snippet.summary),
        "addresses": {
            "raw": site + snippet.raw,
            "pinned": site + current.pinned if current else None,
            "page": {
                language: site + addresses.page(addresses.snippet_page(snippet.name), language)
                for language in LANGUAGES
            },
            "embed": {language: site + addresses.embed(snippet.name, language) for language in LANGUAGES},
        },
        "sha256": releases.sha256(snippet),
        "released": current is not None,
        "cases": {"passed": sum(result.passed for result in results), "all": len(results)},
        "changed": history.latest.on.isoformat() if history.latest else None,
        "superseded": _superseded(history.superseded) if history.superseded else None,
        "withdrawn": _withdrawal(current.withdrawn) if current else None,
        "versions": [_version(site, version) for version in history.versions],
    }


def _superseded(superseded: Superseded) -> dict[str, object]:
    return {"by": superseded.by, "date": superseded.on.isoformat(), "why": _text(superseded.why)}


def _version(site: str, version: Version) -> dict[str, object]:
    return {
        "sha256": version.sha256,
        "digits": version.digits,
        "pinned": site + version.pinned,
        "date": version.on.isoformat(),
        "why": _text(version.why),
        "withdrawn": _withdrawal(version.withdrawn),
    }


def _withdrawal(withdrawn: Withdrawal | None) -> dict[str, object] | None:
    return {"date": withdrawn.on.isoformat(), "why": _text(withdrawn.why)} if withdrawn else None


def _text(text: Mapping[str, str]) -> dict[str, str]:
    return {language: text[language] for language in LANGUAGES}


def places(
    pages: Mapping[str, Mapping[str, Sequence[str]]],
    files: Collection[str],
    moved: Mapping[str, str],
) -> dict[str, object]:
    """Every address of the site that may be linked to, beside those of the snippets' files and embeds.

    Args:
        pages: by language, by the page's address below the language, the ids on it in their order.
        files: below the site's root, what is published besides pages.
        moved: where an address leads on, both below the language: `old/page/#id` to `new/page/#id`.

    Returns:
        Pages with the ids that they have in every language.
    """
    first, *others = (pages[language] for language in LANGUAGES)
    return {
        "version": VERSION,
        "pages": {
            path: [id_ for id_ in dict.fromkeys(ids) if all(id_ in other[path] for other in others)]
            for path, ids in sorted(first.items())
            if all(path in other for other in others)
        },
        "moved": dict(sorted(moved.items())),
        "files": sorted(files),
    }
