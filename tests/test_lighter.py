"""A page in less HTML is the same page."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import material
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

from lighter import (
    _HTML_ALONE,
    plain_code,
    plain_config,
    plain_pictures,
    plain_signatures,
    titles_once,
    unmarked,
    without_idle_scripts,
    without_indentation,
)


@pytest.mark.parametrize(
    ("html", "lighter"),
    [
        ("<p>\n    a\n  \n  b c</p>\n\n<p>d</p>", "<p>\na\nb c</p>\n<p>d</p>"),
        ("<p>\n  a</p><pre>b\n\n    c</pre>\n  <p>d</p>", "<p>\na</p><pre>b\n\n    c</pre>\n<p>d</p>"),
        ("<script>\n  a\n</script>\n  <p>", "<script>\n  a\n</script>\n<p>"),
        ("  no line break  ", "  no line break  "),
    ],
)
def test_indentation_goes_where_it_is_not_shown(html: str, lighter: str) -> None:
    assert without_indentation(html) == lighter


@given(st.text("a \n\r\t\x0b\u3000\u2028<>"))
def test_no_blank_is_left_around_a_line_break(html: str) -> None:
    assert without_indentation(html) == re.sub(r"\s*\n\s*", "\n", html)


@pytest.mark.parametrize(
    ("code", "lighter"),
    [
        ('<span class="nt">a</span><span class="p">:</span><span class="w"> </span><span class="s2">b</span>',
         '<span class="nt">a</span>: <span class="s2">b</span>'),
        ('<span class="l l-Scalar l-Scalar-Plain">a &lt;b</span>', "a &lt;b"),
        ('<span class="s2">a</span> <span class="s2">b</span><span class="s2">c</span>',
         '<span class="s2">a bc</span>'),
        ('<span class="s2">a</span>\n<span class="s2">b</span>',
         '<span class="s2">a</span>\n<span class="s2">b</span>'),
        ('<span></span><span class="code-note">a</span>', '<span class="code-note">a</span>'),
    ],
)  # fmt: skip
def test_code_has_an_element_only_where_a_color_begins(code: str, lighter: str) -> None:
    assert plain_code(f"<pre><code>{code}</code></pre>") == f"<pre><code>{lighter}</code></pre>"
    assert plain_code(code) == code  # it is not code


def test_a_signature_is_no_code_block() -> None:
    code = '<pre><code>a: <span class="nb">str</span>\n</code></pre></div>'
    signature = '<div class="language-python doc-signature highlight">'
    assert plain_signatures(signature + code) == f'{signature}<pre>a: <span class="nb">str</span></pre></div>'
    example = '<div class="language-python highlight">' + code
    assert plain_signatures(example) == example


def test_only_the_first_link_to_a_fact_has_its_text() -> None:
    def link(fact: str, title: str = "") -> str:
        return f'<a href="../facts/#{fact}" aria-label="{fact}"{title}>{fact}</a>'

    text, elsewhere = ' title="x &gt; y"', '<a href="z/" title="z">z</a>'
    before = link("a1", text) + link("b2", text) + elsewhere + link("a1", text) + elsewhere
    after = link("a1", text) + link("b2", text) + elsewhere + link("a1") + elsewhere
    assert titles_once(before, "facts/#") == after


def test_the_theme_s_script_is_told_nothing_that_it_never_asks_for() -> None:
    told = {"features": ["navigation.top", "toc.follow"], "translations": {"select.version": "Version"}}
    versions = told | {"version": {"provider": "mike"}}
    for config, words in ((told | {"version": None}, {}), (versions, told["translations"])):
        html = f'<script id="__config" type="application/json">{json.dumps(config)}</script>'
        after = plain_config(html)
        found = json.loads(after[after.index("{") : after.rindex("}") + 1])
        assert found == config | {"features": ["toc.follow"], "translations": words}
    (script,) = (Path(material.__file__).parent / "templates/assets/javascripts").glob("bundle.*.js")
    asked = [feature for feature in _HTML_ALONE if f'"{feature}"' in script.read_text("utf-8")]
    assert not asked, f"docs/hooks/lighter.py: the theme's script asks for {asked}"


def test_marks_for_the_search_index_are_left_out_of_the_page() -> None:
    assert unmarked('<h2 data-search-exclude id="a">b</h2><p class="c" data-search-exclude>d</p>') == (
        '<h2 id="a">b</h2><p class="c">d</p>'
    )
    assert unmarked("<code>a data-search-exclude b</code>") == "<code>a data-search-exclude b</code>"


def test_a_picture_in_a_page_needs_no_name_of_its_language() -> None:
    name = ' xmlns="http://www.w3.org/2000/svg"'
    assert plain_pictures(f'<svg{name} viewBox="0 0 24 24"><path/></svg>') == (
        '<svg viewBox="0 0 24 24"><path/></svg>'
    )
    assert plain_pictures(f'<svg class="diagram"{name}>') == '<svg class="diagram">'
    assert plain_pictures(f"<code>&lt;svg{name}></code>") == f"<code>&lt;svg{name}></code>"


def test_the_theme_s_script_is_told_the_same_in_fewer_bytes() -> None:
    told = {
        "base": "..",
        "features": ["toc.follow"],
        "translations": {"copy": "コピー", "end": "</script>"},
        "version": None,
    }
    before = f'<script id="__config" type="application/json">{json.dumps(told)}</script>'
    before = before.replace('</script>"', '<\\/script>"')
    after = plain_config(f"<p>{before}</p>")
    assert after.count("</script>") == 1 and "コピー" in after
    assert len(after.encode()) < len(before.encode())
    assert json.loads(after[after.index("{") : after.rindex("}") + 1]) == told


TABS = '<script>var tabs=__md_get("__tabs");open(tabs)</script>'
TARGET = "<script>var target=document.getElementById(location.hash.slice(1));open(target)</script>"
FOLLOWS = 'if("(prefers-color-scheme)"===palette.color.media){var media=1}'
HASH = "__md_hash=e=>[...e].reduce(((e,_)=>_),0),"


def page_with(*parts: str) -> str:
    return (
        f"<p>a</p>{TABS}\n<script>{HASH}__md_get=1</script>{TARGET}<script>{FOLLOWS}for(;;)x</script>"
        + "".join(parts)
    )


def test_a_page_runs_nothing_for_parts_that_it_has_not() -> None:
    assert without_idle_scripts(page_with()) == "<p>a</p><script>__md_get=1</script><script>for(;;)x</script>"
    parts = (
        '<div class="tabbed-set tabbed-alternate">',
        '<input data-md-color-media="(prefers-color-scheme)">',
        '<script>__md_get("__announce")</script>',
    )
    assert without_idle_scripts(page_with(*parts)) == page_with(*parts)
    assert TABS in without_idle_scripts(page_with(parts[0])) and HASH not in without_idle_scripts(
        page_with(parts[0])
    )


@pytest.mark.parametrize("idle", ["__tabs", "__md_hash", '"(prefers-color-scheme)"==='])
def test_no_page_of_the_site_runs_anything_in_vain(site: Path, idle: str) -> None:
    running = [
        path.relative_to(site).as_posix() for path in site.rglob("*.html") if idle in path.read_text("utf-8")
    ]
    assert not running, f"used now, or the theme's markup has changed; mend docs/hooks/lighter.py: {running}"
