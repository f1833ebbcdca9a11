"""Where the guide's source is: `{{ repository }}` in a page names it, and the foot of each page leads to it.

The address comes from the environment variable REPOSITORY, which the publishing workflow sets: a copy of the
guide leads to the repository that it was built from. On GitHub and GitLab each page also has a link that
edits its source and one that reports a mistake on it. The name of another server does not tell which of the
two it runs, so FORGE says it. BRANCH is the branch that is edited.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

from directives import expand, without_argument
from lambda_vpc.guide import addresses
from page_links import language_of
from render import render

# Behind the address of a repository: what edits a file, and what begins an issue about a page.
FORGES = {
    "github": ("/edit/{branch}/{source}", "/issues/new?template=wrong-fact.yml&page={page}"),
    "gitlab": ("/-/edit/{branch}/{source}", "/-/issues/new?issue[description]={page}"),
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Refuse a forge that nobody knows."""
    if config.extra["forge"] not in ("", *FORGES):
        raise PluginError(f"FORGE: unknown '{config.extra['forge']}'; set it to one of {', '.join(FORGES)}")
    return config


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Expand this hook's directive."""
    address = config.extra["repository"]

    def repository(page: Page) -> str:
        return render("repository.html", language_of(page), address=address).strip()

    return expand(markdown, page, {"repository": without_argument(repository)})


def on_page_context(context: dict, page: Page, config: MkDocsConfig, **_: object) -> dict:
    """The links at the foot of a page, where it is known what leads to its source."""
    extra = config.extra
    forge = extra["forge"] or _forge(extra["repository"])
    if extra["repository"] and forge:
        edit, report = (extra["repository"].rstrip("/") + form for form in FORGES[forge])
        source = source_of(page)
        context["source_links"] = render(
            "source-links.html",
            language_of(page),
            edit=edit.format(branch=quote(extra["branch"]), source=quote(source)) if source else None,
            report=report.format(page=quote(page.canonical_url or page.url, safe=":/")),
        ).strip()
    return context


def _forge(repository: str) -> str | None:
    """What a server runs whose name says so."""
    host = urlsplit(repository).hostname or ""
    return next((forge for forge in FORGES if forge in host), None)


def source_of(page: Page) -> str | None:
    """The file that a page is written in, from the top of the repository; `None`: no single one.

    The page of a snippet comes from its spec, and the pages of facts come from one file.
    """
    if page.file.generated_by is None:
        return f"docs/{page.file.src_uri}"
    path = page.file.src_uri.partition("/")[2]
    if path.startswith(addresses.below(addresses.FACTS)):
        return "docs/facts.yaml"
    name = path.removeprefix("snippets/").removesuffix(".md")
    is_snippet = addresses.snippet_page(name) == path and name != "index"
    return f"snippets/{name}.spec.yaml" if is_snippet else None
