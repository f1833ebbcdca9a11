"""Files are read strictly: no duplicate keys, the line of every value, and an end for anything at all."""

from __future__ import annotations

import json
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_vpc import reading
from lambda_vpc.reading import BadInput

# --- JSON ---------------------------------------------------------------------------------------


def parsed(text, **options):
    return reading.parse(text, "t.json", is_json=True, **options)


texts = st.text(st.characters(exclude_categories=()), max_size=6)
values = st.recursive(
    st.one_of(
        texts, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=20,
)


def key_lines(value, path, line):
    """Lines of a value as `json.dumps(indent=0)` prints it: one line for each opening, item and closing."""
    yield path, line
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        line += 1
        for key, item in items:
            found = list(key_lines(item, (*path, key), line))
            yield from found
            line += len(json.dumps(item, indent=0).split("\n"))


@given(value=values, ascii_=st.booleans())
def test_any_json_is_read_as_json_reads_it_with_the_line_of_every_key(value, ascii_):
    text = json.dumps(value, indent=0, ensure_ascii=ascii_)
    found = parsed(text)
    assert json.dumps(found.data) == json.dumps(json.loads(text))
    assert found.lines == dict(key_lines(json.loads(text), (), 1))


def test_an_escape_that_only_json_has_hides_no_duplicate_and_moves_no_line():
    text = '{"Description": "\\ud83d\\ude00 \x7f",\n "a": 1,\n "b": {"a": 2},\n "\\u0061": 3}'
    with pytest.raises(BadInput) as error:
        parsed(text)
    assert str(error.value) == "t.json:4: duplicate key 'a' (first on line 2); keep one of them"
    found = parsed(text.replace("\\u0061", "c"))
    assert found.line(("b", "a")) == 3
    assert found.line(("c",)) == 4


def test_a_key_may_stand_in_several_maps_of_a_list():
    found = parsed('[{"a": 1},\n{"a": []},\n {"a": {}}]')
    assert [found.line((place, "a")) for place in range(3)] == [1, 2, 3]


REFUSED_JSON = {
    "nothing": ("", "t.json:1: is empty; write a document into it"),
    "white space": ("\n \n", "t.json:1: is empty"),
    "a comma too many": ('{"a": 1,\n}', "t.json:2: is not JSON: "),
    "two documents": ("{}\n{}", "t.json:2: is not JSON: Extra data"),
    "NaN": ('{"a": 1,\n"b": NaN}', "t.json:2: NaN is not JSON; put it in quotes"),
    "infinity": ('[1,\n\n-Infinity]', "t.json:3: -Infinity is not JSON; put it in quotes"),
    "a long number": ('[1,\n' + "9" * 5000 + "]", "t.json:2: a number of 5,000 digits; put it in quotes"),
    "a long fraction": ('[1,\n0.' + "9" * 5000 + "]", "t.json:2: a number of 5,002 digits; put it in quotes"),
    "depth": ('[\n' * 101 + "]" * 101, "t.json:101: is nested deeper than 100 levels; nest less"),
    "great depth": ('[' * 100_000, "t.json:1: is n"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_JSON)
def test_json_that_cannot_be_used_is_refused_with_line_and_mend(name):
    text, message = REFUSED_JSON[name]
    with pytest.raises(BadInput) as error:
        parsed(text, tabs=True)
    assert str(error.value).startswith(message)
    assert len(str(error.value)) < 200


def test_a_hundred_levels_are_read():
    assert parsed("[" * 100 + "]" * 100).line(()) == 1


# --- YAML ---------------------------------------------------------------------------------------

REFUSED_YAML = {
    "nothing": ("", "t.yaml:1: is empty; write a document into it"),
    "a comment": ("# x\n", "t.yaml:1: is empty"),
    "an open quote": ('a: 1\nb: "x\n', "t.yaml:3: is not YAML: found unexpected end of stream; check"),
    "a tab": ("a:\n\tb: 1\n", "t.yaml:2: is not YAML: found character that cannot start any token; check"),
    "NUL": ("a: 1\nb: \0\n", "t.yaml:2: holds the character #x0000, which YAML does not allow; remove it"),
    "a long number": ("a: 1\nb: " + "9" * 5000, "t.yaml:2: '99999"),
    "a long key twice": (f"{'k' * 90}: 1\n{'k' * 90}: 1\n", "t.yaml:2: duplicate key 'kkkkk"),
    "a long tag": ("a: !" + "-" * 1000 + " b\n", "t.yaml:1: tag !---"),
    "an alias without anchor": ("a: 1\nb: *c\n", "t.yaml:2: alias *c has no anchor; write &c at a value"),
    "an anchor inside itself": ("a: &b [*b]\n", "t.yaml:1: alias *b has no anchor"),
    "many tag directives": (
        "".join(f"%TAG !a{n}! t:{n}\n" for n in range(102)) + "---\na: 1\n",
        "t.yaml:1: holds more than 100 %TAG directives; remove them",
    ),
    "two documents": ("a: 1\n---\nb: 1\n", "t.yaml:2: holds a second document; keep one"),
    "a map as a key": ("{a: 1}: 1\n", "t.yaml:1: a key must be a text; put it in quotes"),
}


@pytest.mark.parametrize("name", REFUSED_YAML)
def test_yaml_that_cannot_be_used_is_refused_with_line_and_mend(name):
    text, message = REFUSED_YAML[name]
    with pytest.raises(BadInput) as error:
        reading.parse(text, "t.yaml", tabs=True)
    assert str(error.value).startswith(message)
    assert len(str(error.value)) < 250
    assert len(str(error.value).splitlines()) == 1


def test_a_tag_says_what_a_value_is():
    found = reading.parse('b: !!str 12\nc: "12"\nd: 12\ne: !Ref 12\nf: on\n', "t.yaml").data
    assert found == {"b": "12", "c": "12", "d": 12, "e": {"Ref": "12"}, "f": True}


def test_the_same_word_in_and_out_of_quotes_is_not_the_same_value():
    found = reading.parse("- 1\n- '1'\n- 1\n- true\n- 'true'\n- ~\n- '~'\n", "t.yaml")
    assert found.data == [1, "1", 1, True, "true", None, "~"]
    assert found.line((6,)) == 7


def test_aliases_count_as_often_as_they_are_followed(monkeypatch):
    monkeypatch.setattr(reading, "MAX_VALUES", 12)
    reading.parse("a: &a [1, 2]\nb: *a\n", "t.yaml")
    with pytest.raises(BadInput, match=r"t.yaml:3: holds more than"):
        reading.parse("a: &a [1, 2]\nb: *a\nc: *a\n", "t.yaml")


# --- files --------------------------------------------------------------------------------------


def test_a_file_that_never_ends_is_refused_before_it_is_read(tmp_path):
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    link = tmp_path / "link.json"
    link.symlink_to("/dev/zero")
    for path in (pipe, link, tmp_path):
        with pytest.raises(BadInput, match="is not a regular file; name a file that holds a document"):
            reading.read(path)


ENCODINGS = {
    "another encoding": (b"a: 1\nb: \xff\n", "t.yaml:2: is not UTF-8; save it as UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbfa: 1\n", "t.yaml:1: begins with a byte order mark; save as UTF-8"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_file_in_another_encoding_is_refused_at_its_line(tmp_path, name):
    content, message = ENCODINGS[name]
    path = tmp_path / "t.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInput) as error:
        reading.read(path, "t.yaml")
    assert str(error.value).startswith(message)


def test_a_file_is_measured_before_it_is_read(tmp_path):
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)
    start = time.monotonic()
    with pytest.raises(BadInput, match=r"large.yaml:1: larger than 10,000,000 bytes; split it"):
        reading.read(path)
    assert time.monotonic() - start < 5, "what is too large is read to its end"


def test_the_largest_file_is_read_and_one_byte_more_is_not(tmp_path, monkeypatch):
    path = tmp_path / "t.yaml"
    path.write_text("a: bcd\n", "utf-8")
    monkeypatch.setattr(reading, "MAX_BYTES", 7)
    assert reading.read(path).data == {"a": "bcd"}
    monkeypatch.setattr(reading, "MAX_BYTES", 6)
    with pytest.raises(BadInput, match="larger than 6 bytes"):
        reading.read(path)
