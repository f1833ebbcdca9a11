"""A link to any page is pleasant to paste: it has a title, a description, and a picture card of its own."""

from __future__ import annotations

import html
import os
import re
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path
from unicodedata import name as name_of

import pytest

import small_site
from conftest import ROOT, SITE_URL, build_site
from geometry import overlap, within
from lambda_vpc import diagram
from lambda_vpc.diagram.shapes import Box, Layout
from lambda_vpc.guide import addresses
from lambda_vpc.guide.cases.trace import TraceCase
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.network import from_template
from tour import html_files

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

import card_contents
from card_drawing import draw
from card_layout import HEIGHT, MARGIN, WIDTH, Card, Row, placed
from card_text import FONT_PATH, UNKNOWN, fitted, phrases, shown, width
from described import MOST, described, shortened

SNIPPETS = load(ROOT / "snippets")
ONCE = {
    "description", "og:title", "og:description", "og:type", "og:url", "og:site_name", "og:locale",
    "og:locale:alternate", "og:image", "og:image:type", "og:image:width", "og:image:height", "og:image:alt",
    "twitter:card",
}  # fmt: skip
LARGEST, USUAL = 40_000, 25_000
"""Bytes of one card, and of all on average."""
LOCALES = {"ja": "ja_JP", "en": "en_US"}


def figure(snippet: Snippet, language: str) -> Layout | tuple[Row, ...]:
    """The picture of a template's first trace case, otherwise the lines that a card shows."""
    case = next((case for case in snippet.cases if isinstance(case, TraceCase)), None)
    if case is None:
        return card_contents.rows(snippet)
    networks = from_template.networks(snippet.subject(snippet.source).template_with(dict(case.parameters)))
    asked = case.function, case.destination, case.without_az
    return diagram.drawn(diagram.scene(networks, language, *asked)).layout


_NOINDEX = '<meta name="robots" content="noindex">'
_META = re.compile(r'<meta (?:name|property)="([\w:-]+)" content="([^"]*)">')


def tags(path: Path) -> list[tuple[str, str]]:
    """What a page says of itself, by name, in order."""
    head = path.read_text("utf-8").partition("<body")[0]
    return [(name, html.unescape(content)) for name, content in _META.findall(head) if name in ONCE]


@pytest.fixture(scope="module")
def said(site: Path) -> dict[str, dict[str, str]]:
    """The tags of each page, the root page included, by its path; each is found once."""
    found = {}
    for path in html_files(site):
        place = path.relative_to(site).as_posix()
        # A page that moved leads on, and what others show in a frame is no page to link.
        of_a_language = place.split("/")[0] in LANGUAGES
        if (place != "index.html" and not of_a_language) or _NOINDEX in path.read_text("utf-8"):
            continue
        counted = Counter(name for name, _ in tags(path))
        wrong = {name: counted[name] for name in ONCE if counted[name] != 1}
        assert not wrong, f"{place}: not once: {wrong}; see docs/hooks/cards.py"
        found[place] = dict(tags(path))
    return found


def own(said: dict[str, dict[str, str]], language: str) -> dict[str, dict[str, str]]:
    """The pages of a language."""
    return {place: one for place, one in said.items() if place.startswith(f"{language}/")}


# --- tags ---------------------------------------------------------------------------------------


def test_every_page_has_every_tag_once_and_none_is_empty(said: dict[str, dict[str, str]]) -> None:
    empty = [f"{place}: {name}" for place, one in said.items() for name in one if not one[name].strip()]
    assert not empty
    assert len(own(said, "ja")) == len(own(said, "en")) > 2 * len(SNIPPETS) / 2


def test_a_card_is_of_the_page_and_its_language(site: Path, said: dict[str, dict[str, str]]) -> None:
    for place, one in said.items():
        canonical = re.search(r'<link rel="canonical" href="([^"]*)">', (site / place).read_text("utf-8"))
        assert canonical and one["og:url"] == canonical[1] == SITE_URL + place.removesuffix("index.html")
        language = place.split("/")[0] if "/" in place else "en"
        assert one["og:locale"] == LOCALES[language], place
        assert {one["og:locale"], one["og:locale:alternate"]} == set(LOCALES.values())
        assert one["og:type"] == ("website" if place.count("/") < 2 else "article"), place
        assert one["og:image:alt"] == one["og:title"] and one["twitter:card"] == "summary_large_image"
        assert one["og:description"] == one["description"]
        assert one["og:image"].startswith(f"{SITE_URL}cards/{language}/"), f"{place}: {one['og:image']}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_pages_of_a_language_say_the_same(said: dict[str, dict[str, str]], language: str) -> None:
    for name in ("description", "og:url", "og:image"):
        counted = Counter(one[name] for one in own(said, language).values())
        assert not (alike := [text for text, number in counted.items() if number > 1]), f"{name}: {alike}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_description_is_of_whole_sentences_or_says_that_it_goes_on(
    said: dict[str, dict[str, str]], language: str
) -> None:
    for place, one in own(said, language).items():
        text = one["description"]
        assert len(text) <= MOST[language], place
        assert text.endswith(("。", ".", "…", "?", "!", "」")), f"{place}: {text}"
        assert "<" not in text and "{{" not in text and "  " not in text, f"{place}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_snippet_s_page_says_what_its_spec_says(said: dict[str, dict[str, str]], language: str) -> None:
    for name, snippet in SNIPPETS.items():
        one = said[f"{language}/snippets/{name}/index.html"]
        assert one["og:title"] == snippet.title[language].replace("`", "")
        summary = " ".join(snippet.summary[language].replace("`", "").split())
        assert summary.startswith(one["description"].removesuffix("…")), name


def test_llms_txt_says_of_a_page_what_its_head_says(site: Path, said: dict[str, dict[str, str]]) -> None:
    listed = dict(
        re.findall(r"^- \[.+\]\((\S+)index\.md\): (.+)$", (site / "llms.txt").read_text("utf-8"), re.M)
    )
    for language in LANGUAGES:
        for one in own(said, language).values():
            assert listed[one["og:url"]] == one["description"]


@pytest.mark.parametrize(
    ("paragraphs", "text"),
    [
        ("<p>One. Two.</p><p>Three.</p>", "One. Two."),
        ("<p> </p><ul><li>a</li></ul><p>One<sup>1</sup>. See <a href='#'>two</a>.</p>", "One. See two."),
        ("<p>関数を\n接続します。\n次に待ちます。</p>", "関数を接続します。次に待ちます。"),
        (f"<p>One. {'Long ' * 40}end.</p>", "One."),
        ("<template><p>Perhaps.</p></template><p>One.</p>", "One."),
        ("<p>Do three things:</p><ul><li>One.</li></ul>", "Do three things."),
        ("<ul><li>nothing</li></ul>", "Title"),
    ],
)
def test_a_description_is_how_a_page_begins(paragraphs: str, text: str) -> None:
    assert described(paragraphs, "Title", "en") == text


def test_a_long_first_sentence_is_cut_at_a_word_and_in_japanese_where_it_must() -> None:
    assert shortened("", 30) == ""
    assert shortened("word " * 40, 30) == "word word word word word…"
    assert shortened("関数" * 40, 30) == "関数" * 14 + "関…"
    assert shortened("関数を接続し、" + "待" * 40, 9) == "関数を接続し…"


# --- cards --------------------------------------------------------------------------------------


def test_every_page_has_a_card_of_its_own_that_is_small(site: Path, said: dict[str, dict[str, str]]) -> None:
    named = {one["og:image"].removeprefix(SITE_URL) for one in said.values()}
    made = {path.relative_to(site).as_posix(): path.read_bytes() for path in (site / "cards").rglob("*.*")}
    assert named == made.keys()
    for one in said.values():
        assert (one["og:image:width"], one["og:image:height"]) == (str(WIDTH), str(HEIGHT)) == ("1200", "630")
        assert one["og:image:type"] == "image/png"
    for place, png in made.items():
        assert png.startswith(b"\x89PNG\r\n\x1a\n"), place
        assert struct.unpack(">II", png[16:24]) == (WIDTH, HEIGHT), place
    large = {place: len(png) for place, png in made.items() if len(png) > LARGEST}
    assert not large, f"over {LARGEST} bytes: {large}"
    assert sum(map(len, made.values())) / len(made) <= USUAL, (
        "cards have become larger; see docs/hooks/card_drawing.py"
    )


def test_no_two_cards_look_the_same(site: Path) -> None:
    counted = Counter(path.read_bytes() for path in (site / "cards").rglob("*.png"))
    assert set(counted.values()) == {1}


CARD = Card("Guide", "Section", "A title", "What it says.", "snippets/x.json", (Row("Deny X", "deny"),))


def test_a_card_is_the_same_whatever_the_machine_s_fonts_language_and_place() -> None:
    script = f"""
import sys
from card_drawing import draw
from card_layout import Card, Row
sys.stdout.buffer.write(draw({CARD!r}))
"""
    environment = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "FONTCONFIG_FILE": os.devnull,
        "PYTHONHASHSEED": "7",
    }
    elsewhere = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd="/", capture_output=True, check=True
    )
    assert elsewhere.stdout == draw(CARD)


def test_a_card_shows_what_the_snippet_is() -> None:
    template = SNIPPETS["network/nat-per-az"]
    drawn = figure(template, "ja")
    assert isinstance(drawn, Layout)
    assert {"NatGatewayA", "NatGatewayC"} <= {label.text for label in drawn.labels}
    scp = figure(SNIPPETS["condition-keys/approved-vpc-scp"], "en")
    assert {Row("Deny DenyOtherVpcs", "deny"), Row("if lambda:SubnetIds", "minor", 1)} <= set(scp)
    allowing = figure(SNIPPETS["permissions/aws-lambda-vpc-access-execution-role"], "en")
    assert allowing[0].style == "allow" and allowing[0].text.startswith("Allow")
    given = figure(SNIPPETS["network/attach-function"], "en")
    assert Row('"FunctionName": "orders-api",', "code", 1) in given


def test_what_has_no_room_in_a_policy_is_counted() -> None:
    statement = {"Sid": "S", "Effect": "Allow", "Action": [f"ec2:Do{n}" for n in range(30)], "Resource": "*"}
    one = card_contents._policy([statement])
    assert one[-1] == Row("+24", "minor", 1) and len(one) == 8
    many = card_contents._policy([statement] * 30)
    shown_ones = sum(row.style == "allow" for row in many)
    assert 1 < shown_ones < 30 and many[-1] == Row(f"+{30 - shown_ones}", "minor")


HOSTILE = {
    "html": "</title><script>alert(1)</script> \"quoted\" 'single' & <b>",
    "long": "An endless title about functions in a network " * 11,
    "long Japanese": "関数を VPC に接続するための、とても長い題名です" * 20,
    "one word": "x" * 500,
    "direction": "abc \u202edcba\u202c \u200f\u05d0\u05d1 \u2066x\u2069",
    "emoji": "\U0001f469\u200d\U0001f680 rocket \U0001f680\ufe0f",
    "controls": "a\x00b\x07c\x1b[31m\x7f",
    "letters of the world": "Ünïcödé Ελληνικά Русский 한국어 עברית हिन्दी",
    "nothing": " ",
}
FIGURES = {
    "nothing": None,
    "rows": tuple(Row(text, style, 40) for text in HOSTILE.values() for style in ("deny", "code", "minor")),
    "picture": figure(SNIPPETS["network/nat-existing-vpc"], "ja"),
}
WHOLE = Box(MARGIN, 0, WIDTH - 2 * MARGIN, HEIGHT)


def check_geometry(card: Card) -> None:
    """Every text stands inside the card, in its own column, over no other."""
    found = placed(card)
    boxes = [text.box for text in found.texts]
    for text, box in zip(found.texts, boxes, strict=True):
        assert within(box, WHOLE, 1), f"leaves the card: {text}"
        if found.panel and box.x >= found.panel.x:
            assert within(box, found.panel, 1), f"leaves the panel: {text}"
        elif card.figure is not None:
            assert box.right <= 640, f"runs into the right side: {text}"
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            # Between lines a tenth of an em may be shared: what reaches above and below a letter.
            assert not overlap(one, other, 7), f"{one} lies over {other}"
    if found.picture:
        left, top = found.at
        picture = Box(left, top, found.picture.width * found.scale, found.picture.height * found.scale)
        assert within(picture, WHOLE) and picture.x >= 640
        for label in found.picture.labels:
            wide = width(label.text, label.size, bold="strong" in label.style or "zone-name" in label.style)
            x = label.x - wide / 2 if label.middle else label.x
            assert x >= label.inside.x and x + wide <= label.inside.right, f"leaves its box: {label}"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("figure", FIGURES)
def test_whatever_a_page_is_called_its_card_can_be_drawn_and_nothing_leaves_it(
    name: str, figure: str
) -> None:
    text = HOSTILE[name]
    card = Card(text, text, text, text, text.strip() and f"snippets/{text}", FIGURES[figure])
    check_geometry(card)
    assert draw(card).startswith(b"\x89PNG")


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_snippet_s_card_everything_has_room(language: str) -> None:
    for snippet in SNIPPETS.values():
        drawn = figure(snippet, language)
        check_geometry(
            Card("Guide", "Snippets", snippet.title[language], snippet.summary[language], snippet.path, drawn)
        )


def test_what_cannot_be_drawn_is_shown_as_a_sign() -> None:
    assert shown(HOSTILE["controls"]) == f"a{UNKNOWN}b{UNKNOWN}c{UNKNOWN}[31m{UNKNOWN}"
    assert shown(HOSTILE["emoji"]) == f"{UNKNOWN} rocket {UNKNOWN}"
    assert shown(HOSTILE["html"]) == HOSTILE["html"]
    assert shown("a\n \tb\u3000c") == "a b c"
    assert "\u202e" not in shown(HOSTILE["direction"])


def letters_of_the_font() -> set[int]:
    """What the font has a sign for, read from its table of characters (cmap, format 12)."""
    data = Path(str(FONT_PATH)).read_bytes()

    def number(form: str, at: int) -> tuple[int, ...]:
        return struct.unpack(f">{form}", data[at : at + struct.calcsize(f">{form}")])

    tables = (12 + 16 * one for one in range(*number("H", 4)))
    (start,) = (number("I", one + 8)[0] for one in tables if data[one : one + 4] == b"cmap")
    found: set[int] = set()
    for one in range(number("H", start + 2)[0]):
        part = start + number("I", start + 8 + 8 * one)[0]
        if number("H", part)[0] == 12:
            for group in range(number("I", part + 12)[0]):
                first, last, _ = number("III", part + 16 + 12 * group)
                found |= set(range(first, last + 1))
    return found


def test_the_font_has_every_letter_that_a_card_shows(said: dict[str, dict[str, str]]) -> None:
    known = letters_of_the_font()
    assert len(known) > 20_000
    told = {one[name] for one in said.values() for name in ("og:title", "description", "og:site_name")}
    for language in LANGUAGES:
        for snippet in SNIPPETS.values():
            drawn = figure(snippet, language)
            found = drawn.labels if isinstance(drawn, Layout) else drawn
            told |= {one.text for one in found} | {snippet.path}
    missing = {letter: name_of(letter, "?") for letter in set("".join(told)) if ord(letter) not in known}
    assert not missing, f"the font of the cards lacks {missing}"
    assert all(shown(letter) == letter for letter in set("".join(told)) - {" ", "\n"})
    # The same answer for what it lacks, which is found otherwise.
    assert all((shown(letter) == letter) == (ord(letter) in known) for letter in "é한א\U0001f680→\u0e01")


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("関数を VPC に接続する", ["関数を", " VPC に", "接続する"]),
        ("1 つの NAT ゲートウェイを共有する", ["1 つの", " NAT ゲートウェイを", "共有する"]),
        ("根拠: 条件キー", ["根拠: ", "条件キー"]),
        ("Two sets of groups", ["Two ", "sets ", "of ", "groups"]),
        ("", []),
    ],
)
def test_a_line_ends_between_phrases(title: str, parts: list[str]) -> None:
    assert phrases(title) == parts


# What belongs to the word before it: particles, and marks that no line begins with.
_NO_START = re.compile(
    r"[をがはへ、。」）ー:]|[のにでともや](?=[ァ-ヶ一-龠A-Z ])|[ァィゥェォッャュョぁぃぅぇぉっゃゅょ]"
)


def test_no_line_of_a_japanese_title_begins_within_a_word(said: dict[str, dict[str, str]]) -> None:
    titles = [one["og:title"] for one in own(said, "ja").values()]
    several = 0
    for title in titles:
        lines = fitted(shown(title), 560, (62, 54, 46, 38, 30), (3, 3, 4, 4, 6), bold=True).lines
        several += len(lines) > 1
        begin = [line for line in lines if _NO_START.match(line)]
        assert not begin, f"{title}: a line begins with {begin}"
        assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", title)
    assert several > 50


def test_short_lines_stand_together_and_long_words_are_broken_only_where_they_must() -> None:
    two = fitted("aaaa aaaa aaaa aaaa", 300, (40,), (2,))
    assert two.lines == ("aaaa aaaa", "aaaa aaaa") and two.whole
    broken = fitted("a" * 100, 300, (40, 30), (2, 2))
    assert broken.size == 30 and not broken.whole and broken.lines[-1].endswith("…")
    assert all(width(line, 30) <= 300 for line in broken.lines)


# --- a build ------------------------------------------------------------------------------------


def test_hostile_titles_are_text_in_the_tags_and_never_break_a_build(tmp_path: Path) -> None:
    root = tmp_path / "project"
    small_site.write(root, hooks=(*small_site.WITHOUT_DATA, "cards"), nav=["index.md", *_hostile_pages()])
    for path, title in _hostile_pages().items():
        for language in LANGUAGES:
            shown_title = html.escape(title).replace("\x00", "").replace("\n", " ")
            (root / "docs" / language / path).write_text(f"# {shown_title}\n\n{shown_title}\n", "utf-8")
    built = build_site(tmp_path / "out", root=root)
    assert built.returncode == 0, built.stderr
    for path, title in _hostile_pages().items():
        for language in LANGUAGES:
            page = tmp_path / "out" / language / path.removesuffix(".md") / "index.html"
            one = dict(tags(page))
            assert len(tags(page)) == len(ONCE)
            assert re.sub(r"\W+", "", one["og:title"]) == re.sub(r"\W+", "", title.replace("\x00", "")), path
            assert not re.search(
                "[\x00-\x1f\u202a-\u202e\u2066-\u2069\u200f]", one["og:title"] + one["description"]
            )
            assert (tmp_path / "out" / addresses.card(path, language)).read_bytes().startswith(b"\x89PNG")
            text = page.read_text("utf-8")
            assert text.count("<title>") == text.count("</title>") == 1 and "<script>alert" not in text


def _hostile_pages() -> dict[str, str]:
    # A page without a title is called by its file.
    return {f"{name.replace(' ', '-')}.md": text for name, text in HOSTILE.items() if text.strip()}


def test_a_card_that_cannot_be_drawn_fails_the_build_by_the_page_s_name(tmp_path: Path) -> None:
    root = tmp_path / "project"
    small_site.write(root, hooks=(*small_site.WITHOUT_DATA, "cards"))
    drawing = root / "docs/hooks/card_drawing.py"
    text = drawing.read_text("utf-8")
    assert "def draw(card: Card) -> bytes:\n" in text
    drawing.write_text(
        text.replace("    image = _empty().copy()\n", "    raise OSError('no font')\n", 1), "utf-8"
    )
    built = build_site(tmp_path / "out", root=root)
    assert built.returncode != 0 and "Traceback" not in built.stderr
    assert re.search(
        r"docs/(ja|en)/index\.md: its picture card cannot be drawn: OSError\('no font'\)", built.stderr
    )
