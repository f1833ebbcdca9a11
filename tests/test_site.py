"""Every page of the built site is whole in its language, finds its counterpart and asks no other host."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import material
import pytest
import yaml
from rjsmin import jsmin

import small_site
from conftest import ROOT, SITE_URL, build_site
from lambda_vpc.guide.languages import LANGUAGES
from tour import html_files

# By element, the attributes that name what it loads.
BUNDLES = "templates/assets/javascripts"
LOADING = dict.fromkeys(("script", "iframe", "video", "audio", "embed"), ("src",)) | {
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "object": ("data",),
    "image": ("href",),
    "use": ("href",),
}


class Html(HTMLParser):
    """The elements of a page, in order, with their attributes, and the text of its scripts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline_scripts: list[str] = []
        self._in_script = False
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script and "src" not in dict(attrs) and dict(attrs).get("type") != "application/json":
            self.inline_scripts.append("")
        else:
            self._in_script = False

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.inline_scripts[-1] += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in attributes.items())
        ]

    def alternates(self) -> dict[str, str]:
        return {link["hreflang"]: link["href"] for link in self.all("link") if "hreflang" in link}


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Html]:
    """Every HTML page by its path from the site's root."""
    return {path.relative_to(site).as_posix(): Html(path) for path in html_files(site)}


@pytest.fixture(scope="module")
def content(pages: dict[str, Html]) -> dict[str, Html]:
    """The pages that belong to a language: all but the root page, the 404 page and those for frames."""
    found = {path: page for path, page in pages.items() if path.split("/")[0] in LANGUAGES}
    others = {path for path in set(pages) - set(found) if not path.startswith("embed/")}
    assert others == {"index.html", "404.html"}, f"pages outside the languages: {sorted(others)}"
    return found


def address(path: str) -> str:
    return SITE_URL + path.removesuffix("index.html")


def test_a_page_declares_its_language(content: dict[str, Html]) -> None:
    wrong = [path for path, page in content.items() if page.all("html")[0]["lang"] != path.split("/")[0]]
    assert not wrong, f"<html lang> is not the folder's language: {wrong}; see docs/hooks/language.py"


def test_every_link_within_the_site_stays_in_its_language_except_the_switch(content: dict[str, Html]) -> None:
    strays = []
    for path, page in content.items():
        other = "en" if path.startswith("ja/") else "ja"
        for link in page.all("a") + page.all("link", rel="prev") + page.all("link", rel="next"):
            url = urljoin(address(path), link.get("href") or "")
            if url.startswith(f"{SITE_URL}{other}/") and "data-language-switch" not in link:
                strays.append(f"{path} → {url}")
    assert not strays, f"links that lead into the other language: {strays}"


def test_the_navigation_of_both_languages_has_the_same_pages(site: Path) -> None:
    menus = {}
    for language in LANGUAGES:
        text = (site / language / "index.html").read_text("utf-8")
        menu = text[text.index('data-md-level="0"') : text.index('class="md-content"')]
        urls = [
            urljoin(address(f"{language}/index.html"), href) for href in re.findall(r'href="([^"#]+)"', menu)
        ]
        menus[language] = [url.removeprefix(f"{SITE_URL}{language}/") for url in urls]
    assert len(menus["ja"]) > 3
    assert menus["ja"] == menus["en"]


def test_previous_and_next_pages_are_the_same_in_both_languages(content: dict[str, Html]) -> None:
    neighbors = {}
    for path, page in content.items():
        links = page.all("link", rel="prev") + page.all("link", rel="next")
        language, _, rest = path.partition("/")
        urls = [urljoin(address(path), link["href"]) for link in links]
        neighbors[language, rest] = [url.removeprefix(f"{SITE_URL}{language}/") for url in urls]
    assert any(neighbors.values()), "no page has a previous or next page: has the theme's markup changed?"
    different = [rest for language, rest in neighbors if neighbors["ja", rest] != neighbors["en", rest]]
    assert not different, f"previous and next differ between the languages: {sorted(set(different))}"


def test_a_page_names_its_counterparts_and_they_name_it(content: dict[str, Html]) -> None:
    for path, page in content.items():
        rest = path.partition("/")[2]
        expected = {language: address(f"{language}/{rest}") for language in LANGUAGES}
        expected["x-default"] = SITE_URL if rest == "index.html" else expected["en"]
        assert page.alternates() == expected, f"{path}: hreflang links"
        for language in LANGUAGES:
            assert f"{language}/{rest}" in content, f"{path}: no page {language}/{rest}"


def test_no_alternate_link_makes_the_theme_fetch_a_sitemap(pages: dict[str, Html]) -> None:
    fetched = [path for path, page in pages.items() if page.all("link", rel="alternate")]
    assert not fetched, f'write rel="alternate " with its space in docs/theme: {fetched}'


def test_the_language_switch_leads_to_the_same_page(content: dict[str, Html]) -> None:
    for path, page in content.items():
        language, _, rest = path.partition("/")
        other = "en" if language == "ja" else "ja"
        switches = [link for link in page.all("a") if "data-language-switch" in link]
        assert [urljoin(address(path), link["href"]) for link in switches] == [address(f"{other}/{rest}")], (
            path
        )


def test_the_root_page_offers_both_languages(pages: dict[str, Html]) -> None:
    root = pages["index.html"]
    assert [link["href"] for link in root.all("a")] == ["ja/", "en/"]
    assert root.alternates() == {"ja": f"{SITE_URL}ja/", "en": f"{SITE_URL}en/", "x-default": SITE_URL}


def test_the_404_page_speaks_both_languages_and_works_at_any_depth(pages: dict[str, Html]) -> None:
    page = pages["404.html"]
    assert {section["lang"] for section in page.all("section")} == set(LANGUAGES)
    deep = f"{SITE_URL}ja/no/such/page"
    for link in page.all("a") + page.all("link") + page.all("script"):
        href = link.get("href") or link.get("src")
        if href and not href.startswith("#"):
            assert urljoin(deep, href).startswith(SITE_URL), f"404.html: {href} depends on the page's depth"
            assert "/no/such/" not in urljoin(deep, href), f"404.html: {href} depends on the page's depth"


def test_the_sitemap_lists_every_page_with_its_alternates(site: Path, content: dict[str, Html]) -> None:
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    listed = {
        url.findtext("s:loc", namespaces=spaces): {
            link.attrib["hreflang"]: link.attrib["href"] for link in url.findall("x:link", spaces)
        }
        for url in ET.parse(site / "sitemap.xml").getroot().findall("s:url", spaces)
    }
    assert listed == {address(path): page.alternates() for path, page in content.items()}


def test_below_a_path_a_page_and_what_lists_pages_give_the_whole_address(
    site: Path, pages: dict[str, Html], content: dict[str, Html]
) -> None:
    assert urlsplit(SITE_URL).path.strip("/")
    named = {
        path: [link["href"] for link in page.all("link", rel="canonical")] for path, page in pages.items()
    }
    # What is missing has no address of its own.
    pages_of_guide = {path: urls for path, urls in named.items() if not path.startswith("embed/")}
    assert pages_of_guide == {path: [address(path)] for path in [*content, "index.html"]} | {"404.html": []}
    # A page for frames is another view of a snippet's page.
    framed = {path: [address(path.removeprefix("embed/").replace("/", "/snippets/", 1))]
              for path in named if path.startswith("embed/")}  # fmt: skip
    assert framed and named == pages_of_guide | framed
    assert f"\nSitemap: {SITE_URL}sitemap.xml" in (site / "robots.txt").read_text("utf-8")
    listed = re.findall(r"\]\((\S+)\)", (site / "llms.txt").read_text("utf-8"))
    assert listed and all(url.startswith(SITE_URL) for url in listed)


def test_every_page_has_a_policy_that_allows_its_own_scripts_and_nothing_else(pages: dict[str, Html]) -> None:
    for path, page in pages.items():
        metas = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
        assert len(metas) == 1, f"{path}: {len(metas)} policies"
        policy = dict(part.strip().split(" ", 1) for part in metas[0]["content"].split(";"))
        hashes = {
            f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
            for script in page.inline_scripts
        }
        if not path.startswith("embed/"):
            assert page.inline_scripts, f"{path}: no inline script found; the theme has some"
        # Only where a reader can run the checker; its worker is under the page's policy.
        runs = any({"data-change", "data-own"} & found.keys() for _, found in page.elements)
        hashes |= {"'wasm-unsafe-eval'"} if runs else set()
        assert set(policy.pop("script-src").split()) == {"'self'", *hashes}, path
        assert policy.pop("worker-src", None) == ("'self' blob:" if runs else None), path
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "connect-src": "'self'",
            "img-src": "'self' data:",
            "base-uri": "'none'",
            "form-action": "'none'",
        }, path


def test_nothing_is_loaded_from_another_host(site: Path, pages: dict[str, Html]) -> None:
    loaded = []
    for path, page in pages.items():
        for tag, attributes in page.elements:
            names = LOADING.get(tag, ())
            if tag == "link" and (attributes.get("rel") or "").strip() not in (
                "canonical",
                "alternate",
                "prev",
                "next",
            ):
                names = ("href",)
            loaded += [(path, attributes[name]) for name in names if attributes.get(name)]
    for sheet in site.rglob("*.css"):
        urls = re.findall(r"url\(\s*[\"']?([^)\"']+)|@import\s+[\"']([^\"']+)", sheet.read_text("utf-8"))
        loaded += [(sheet.relative_to(site).as_posix(), one or other) for one, other in urls]
    assert len(loaded) > 3 * len(pages), "the test no longer finds what pages load"
    foreign = [f"{path}: {url}" for path, url in loaded if urlsplit(url).netloc]
    assert not foreign, f"loaded from another host; put the file under docs/theme/assets: {foreign}"


def test_every_address_within_the_site_exists(site: Path, pages: dict[str, Html]) -> None:
    missing = set()
    for path, page in pages.items():
        base = f"{SITE_URL}{path}"
        for _, attributes in page.elements:
            for name in ("href", "src"):
                url = urljoin(base, attributes.get(name) or "").split("#")[0].split("?")[0]
                if urlsplit(url).netloc == urlsplit(SITE_URL).netloc:
                    assert url.startswith(SITE_URL), f"{path}: {attributes[name]} leads out of {SITE_URL}"
                    target = site / url.removeprefix(SITE_URL)
                    if not (target / "index.html" if url.endswith("/") else target).is_file():
                        missing.add(f"{path}: {attributes[name]}")
    assert not missing, f"links to nothing: {sorted(missing)}"


def test_what_belongs_to_the_workshop_is_not_published(site: Path) -> None:
    published = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    workshop = [
        path
        for path in published
        if re.match(r"hooks/|theme/|parts/|[^/]*\.ya?ml$|released\.txt$|.*\.(?:py|map|spec\.yaml)$", path)
    ]
    assert not workshop, f"add to exclude_docs in mkdocs.yml, or remove: {workshop}"
    unused = [path for path in published if re.search(r"lunr|workers/|search_index", path)]
    assert not unused, f"the theme's own search is published though unused: {unused}; see docs/hooks/site.py"


def test_every_page_loads_the_merged_style_sheet_and_script(site: Path, content: dict[str, Html]) -> None:
    sheet = (site / "assets/site.css").read_text("utf-8")
    script = (site / "assets/site.js").read_text("utf-8")
    for own in (ROOT / "docs/theme/assets").glob("*.[cj]s*"):
        text = own.read_text("utf-8")
        if own.suffix == ".js":
            assert jsmin(text) in script, f"{own.name} is not in the merged file"
        elif own.name != "root.css":  # only what pages use of it
            named = set(re.findall(r"(?<=[.\s(])\.?(?:[a-z]+-)+[a-z]+", text))
            assert any(name in sheet for name in named), f"{own.name} is not in the merged file"
    for path, page in content.items():
        sheets = [link["href"] for link in page.all("link", rel="stylesheet")]
        assert any(href.endswith("assets/site.css") for href in sheets), path
        merged = [href for href in sheets if "assets/pages/" not in href]
        assert len(merged) == 1, f"{path}: style sheets that could be merged: {merged}"
        blocking = [
            script["src"] for script in page.all("script") if "src" in script and "defer" not in script
        ]
        assert not blocking, f"{path}: scripts that hold up the page: {blocking}"


def test_two_builds_are_identical(site: Path, site_again: Path) -> None:
    one, two = (
        {p.relative_to(r): p.read_bytes() for p in r.rglob("*") if p.is_file()} for r in (site, site_again)
    )
    assert sorted(one) == sorted(two)
    different = [str(path) for path in one if one[path] != two[path]]
    assert not different, f"the same input gave other bytes: {different}"


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """The site's configuration, hooks and theme with one page per language."""
    root = tmp_path / "project"
    small_site.write(root)
    return root


def test_the_smallest_site_builds(small_project: Path, tmp_path: Path) -> None:
    built = build_site(tmp_path / "out", root=small_project)
    assert built.returncode == 0, built.stderr


@pytest.mark.parametrize(
    ("written", "missing"),
    [("ja/eni/lifecycle.md", "en/eni/lifecycle.md"), ("en/troubleshooting.md", "ja/troubleshooting.md")],
)
def test_a_page_without_its_counterpart_fails_the_build_by_name(
    small_project: Path, tmp_path: Path, written: str, missing: str
) -> None:
    page = small_project / "docs" / written
    page.parent.mkdir(exist_ok=True)
    page.write_text("# Alone {#alone}\n", "utf-8")
    built = build_site(tmp_path / "out", root=small_project)
    assert built.returncode != 0
    assert f"docs/{written} has no counterpart: write docs/{missing}, or remove the page" in built.stderr


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ('<p style="color: red">x</p>', "blocks inline styles and handlers"),
        ('<p onclick="x()">x</p>', "blocks inline styles and handlers"),
        ('<img alt="" src="https://example.net/x.png">', "loads from another host"),
        ("[x](missing.md)", "missing.md"),
        ("[x](#missing)", "#missing"),
        ("{{ nonsense }}", "unknown directive 'nonsense'"),
    ],
)
def test_a_page_that_would_break_for_a_reader_fails_the_build_by_name(
    small_project: Path, tmp_path: Path, markdown: str, message: str
) -> None:
    (small_project / "docs/en/index.md").write_text(f"# Home {{#home}}\n\n{markdown}\n", "utf-8")
    built = build_site(tmp_path / "out", root=small_project)
    assert built.returncode != 0
    assert "en/index.md" in built.stderr
    assert message in built.stderr
    assert "Traceback" not in built.stderr


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://example.com/team/guide",
            '<a href="https://example.com/team/guide">this guide\'s repository</a>',
        ),
        ("", "<p>In this guide's repository.</p>"),
    ],
)
def test_a_page_leads_to_the_repository_that_the_site_was_built_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, shown: str
) -> None:
    small_site.write(tmp_path / "project", hooks=("repository", *small_site.WITHOUT_DATA))
    (tmp_path / "project/docs/en/index.md").write_text("# Home {#home}\n\nIn {{ repository }}.\n", "utf-8")
    monkeypatch.setenv("REPOSITORY", address)
    built = build_site(tmp_path / "out", root=tmp_path / "project")
    assert built.returncode == 0, built.stderr
    assert shown in html.unescape((tmp_path / "out/en/index.html").read_text("utf-8"))


def test_a_changed_theme_fails_the_build_and_says_where_to_mend_it(
    small_project: Path, tmp_path: Path
) -> None:
    partial = small_project / "docs/theme/partials/search.html"
    partial.write_text('<form class="md-search__form"></form>', "utf-8")
    built = build_site(tmp_path / "out", root=small_project)
    assert built.returncode != 0
    assert "the theme's markup has changed" in built.stderr
    assert "mend MENDS in docs/hooks/site.py" in built.stderr


def test_a_changed_script_of_the_theme_fails_the_build_and_says_where_to_mend_it(
    small_project: Path, tmp_path: Path
) -> None:
    (small_project / "docs/theme/assets/javascripts").mkdir(parents=True, exist_ok=True)
    (name,) = {path.name for path in (Path(material.__file__).parent / BUNDLES).glob("bundle.*.js")}
    (small_project / "docs/theme/assets/javascripts" / name).write_text("// another one\n", "utf-8")
    built = build_site(tmp_path / "out", root=small_project)
    assert built.returncode != 0
    assert f"assets/javascripts/{name}: the theme's script has changed" in built.stderr
    assert "mend _SCHEME in docs/hooks/site.py" in built.stderr


def test_every_name_in_the_navigation_exists_in_both_languages() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!ENV", lambda loader, node: None)
    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)
    config = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader)
    names = {name for item in config["nav"] if isinstance(item, dict) for name in item}
    assert names
    # Topics of snippets are named, too.
    names |= {path.name for path in (ROOT / "snippets").iterdir() if any(path.glob("*.spec.yaml"))}
    assert {name: set(words) for name, words in config["extra"]["sections"].items()} == {
        name: set(LANGUAGES) for name in names
    }
    assert set(config["extra"]["languages"]["ja"]) == set(config["extra"]["languages"]["en"])


LINKED = {
    "github": (
        {"REPOSITORY": "https://github.com/team/guide"},
        [
            "https://github.com/team/guide/edit/main/docs/en/index.md",
            f"https://github.com/team/guide/issues/new?template=wrong-fact.yml&page={SITE_URL}en/",
        ],
    ),
    "gitlab": (
        {"REPOSITORY": "https://gitlab.example.com/team/guide/", "BRANCH": "trunk"},
        [
            "https://gitlab.example.com/team/guide/-/edit/trunk/docs/en/index.md",
            f"https://gitlab.example.com/team/guide/-/issues/new?issue[description]={SITE_URL}en/",
        ],
    ),
    "named": (
        {"REPOSITORY": "https://git.example.com/guide", "FORGE": "gitlab"},
        [
            "https://git.example.com/guide/-/edit/main/docs/en/index.md",
            f"https://git.example.com/guide/-/issues/new?issue[description]={SITE_URL}en/",
        ],
    ),
    "not named": ({"REPOSITORY": "https://git.example.com/guide"}, []),
    "nowhere": ({"FORGE": "github"}, []),
}


@pytest.mark.parametrize("case", LINKED)
def test_a_page_can_be_edited_and_reported_where_it_is_known_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    variables, links = LINKED[case]
    for name in ("REPOSITORY", "BRANCH", "FORGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    small_site.write(tmp_path / "project", hooks=("repository", *small_site.WITHOUT_DATA))
    built = build_site(tmp_path / "out", root=tmp_path / "project")
    assert built.returncode == 0, built.stderr
    text = (tmp_path / "out/en/index.html").read_text("utf-8")
    footer = html.unescape(text[text.index("<footer") : text.index("</footer>")])
    assert re.findall(r'href="(https://git[^"]*)"', footer) == links
    assert "MIT-0" in footer


def test_a_forge_that_nobody_knows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORGE", "gitea")
    small_site.write(tmp_path / "project", hooks=("repository", *small_site.WITHOUT_DATA))
    built = build_site(tmp_path / "out", root=tmp_path / "project")
    assert built.returncode != 0
    assert "FORGE: unknown 'gitea'; set it to one of github, gitlab" in built.stderr


def test_the_form_that_a_page_links_to_exists_and_asks_for_the_page() -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "wrong-fact.yml").read_text("utf-8"))
    assert "page" in [field.get("id") for field in form["body"]]
    hook = (ROOT / "docs" / "hooks" / "repository.py").read_text("utf-8")
    assert "template=wrong-fact.yml&page={page}" in hook
