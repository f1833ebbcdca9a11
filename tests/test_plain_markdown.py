"""HTML becomes Markdown that says the same: each kind of element, and what is left out."""

from __future__ import annotations

import sys

import pytest

from conftest import ROOT

sys.path.append(str(ROOT / "docs" / "hooks"))

from plain_markdown import Writer, read


def written(html: str) -> str:
    writer = Writer(
        lambda address: f"https://example.com/{address}", lambda address: address.lstrip("#").upper()
    )
    return writer.markdown(read(html))


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ('<h2 id="x">A <code>b</code><a class="headerlink" href="#x">¶</a></h2>', "## A `b`"),
        ("<p>one\n two <strong>three</strong> <em>four</em></p>", "one two **three** *four*"),
        ("<p>a<br>b</p>", "a\nb"),
        ('<p><a href="x/#y">a <code>b</code></a></p>', "[a `b`](https://example.com/x/#y)"),
        ("<p>a &lt;b&gt; *c* [d] _e_ f_g</p>", r"a \<b\> \*c\* \[d\] \_e\_ f_g"),
        ("<p><code>a ` b</code></p>", "`` a ` b ``"),
        ('<p>a <sup class="fact"><a href="#k01">K01</a> <a href="#k02">K02</a></sup></p>', "a [^K01][^K02]"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n\n  - b\n\n- c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n1. b"),
        ("<dl><dt>a</dt><dd>b</dd><dd>c</dd></dl>", "- **a** — b — c"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<details><summary>a</summary><p>b</p></details>", "**a**\n\nb"),
        (
            "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
            "<tr><td>c|d<br>e</td><td><p>f</p><ul><li>g</li><li>h</li></ul></td></tr></table>",
            "| a | b |\n| --- | --- |\n| c\\|d; e | f · - g; h |",
        ),
        ("<table><tr><th colspan=2>a</th></tr><tr><td>b</td><td>c</td></tr></table>",
         "|  |  |\n| --- | --- |\n| a |  |\n| b | c |"),
        ('<div class="language-yaml highlight"><pre><code>a: 1</code></pre></div>', "```yaml\na: 1\n```"),
        ("<pre><code>```\n</code></pre>", "````\n```\n````"),
        (
            "<pre><code>a\n<del>b</del>\n<ins>c</ins>\n\nd\n</code></pre>",
            "```diff\n a\n-b\n+c\n\n d\n```",
        ),
        (
            '<div class="language-json highlight" data-file><pre><code>{}\n'
            '<span class="code-note">why <code>x</code></span></code></pre></div>',
            "```json\n{}\n```\n\n- `{}`: why `x`",
        ),
        ('<svg role="img"><title>Two zones</title><path d=""/></svg>', "Two zones"),
        ('<p>a</p><button>b</button><nav>c</nav><script>d</script><p aria-hidden="true"></p>', "a"),
    ],
)  # fmt: skip
def test_an_element_is_written_as_markdown(html: str, markdown: str) -> None:
    assert written(html) == markdown


def test_what_is_cited_is_listed_once_in_order() -> None:
    writer = Writer(str, lambda address: address.lstrip("#").upper())
    writer.markdown(
        read('<p>a<sup><a href="#b">B</a></sup> <sup><a href="#a">A</a><a href="#b">B</a></sup></p>')
    )
    assert writer.cited == ["B", "A"]
    assert Writer(str, lambda _: None).markdown(read("<p>x<sup>2</sup></p>")) == "x2"
