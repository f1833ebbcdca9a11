"""A page in less HTML is the same page."""

from __future__ import annotations

import sys

import pytest

from conftest import ROOT

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

from lighter import plain_code, plain_signatures, titles_once, without_indentation


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
