"""Hands the guide's running text to textlint and brings its messages back to file and line.

textlint reads Markdown; here it gets one file per source and language in which directives, heading ids and
what is no prose are taken out. Of a page every line stays where it is; of a YAML file each text stands by
itself, and a list remembers its line.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

import writing
from lambda_vpc.guide.directives import Directive, expand

SETTINGS = Path(__file__).parents[1] / "prose"
"""What npm installs, locked, and which rules are on: `ja.yaml` and `en.yaml`, with the reason for each."""

_HEADING_ID = re.compile(r"\s*\{[^{}]*#[a-z0-9-]+[^{}]*\}\s*$")
_NO_PROSE = re.compile(r"\s*(?:</?div\b[^>]*>|::: .*)\s*$")
_BOX = re.compile(r"(?:!!!|\?\?\?\+?|===)(?: [\w -]+)?(?: *\"(.*)\")? *$")
_FRONT_MATTER = re.compile(r"(title|description): *(.*)")
_CODE = re.compile(r"(`[^`]+`)")
_MARKUP = re.compile(r"([\\*_\[\]<>|#~])")


@dataclass(frozen=True)
class Text:
    """What textlint reads of one source; `lines[n]` is the source's line of its line n, both from 1."""

    path: str
    language: str
    markdown: str
    lines: Mapping[int, int]


@dataclass(frozen=True)
class Finding:
    """One message, with its place in the source."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} ({self.rule})"


# --- from sources to Markdown -------------------------------------------------------------------------


def of_page(path: str, language: str, markdown: str) -> Text:
    """A page without what is not prose, line by line."""
    lines = expand(markdown, lambda directive: _instead(directive, language)).split("\n")
    if lines[0] == "---":
        end = lines.index("---", 1)
        lines[: end + 1] = [_front_matter(line) for line in lines[: end + 1]]
    lines = _without_boxes(lines)
    lines = [
        "" if _NO_PROSE.match(line) else _HEADING_ID.sub("", line) if line.startswith("#") else line
        for line in lines
    ]
    return Text(path, language, "\n".join(lines), {number: number for number in range(1, len(lines) + 1)})


def _without_boxes(lines: Sequence[str]) -> Iterator[str]:
    """Admonitions and tabs as headings with text below; their indent would be code to textlint."""
    inside = False
    for line in lines:
        box = _BOX.match(line)
        inside = bool(box) or (inside and (line.startswith("    ") or not line.strip()))
        if box:
            yield f"# {box[1]}" if box[1] else ""
        else:
            yield line.removeprefix("    ") if inside else line


def _instead(directive: Directive, language: str) -> str:
    """What stands for a directive: the page's own words, a title in quotes, a word, or nothing."""
    if directive.name == "case":
        return directive.argument.partition(" ")[2] or {"ja": "「ケース」", "en": '"Case"'}[language]
    return {"ja": "用語", "en": "term"}[language] if directive.name == "term" else ""


def _front_matter(line: str) -> str:
    found = _FRONT_MATTER.match(line)
    if not found:
        return ""
    text = found[2].strip("\"'")
    return f"# {text}" if found[1] == "title" else text


def of_yaml(path: str, text: str) -> Iterator[Text]:
    """The texts of a YAML file, by language, each a paragraph; one without a full stop is a heading."""
    source = text.split("\n")
    written: dict[str, list[str]] = {}
    lines: dict[str, dict[int, int]] = {}
    for language, line, value in writing.texts(yaml.compose(text, Loader=yaml.SafeLoader)):
        blocks, numbers = written.setdefault(language, []), lines.setdefault(language, {})
        sentence = re.search(r"[。.!?]($|\s|\")" if language == "en" else "。", value)
        at = line
        for part in value.strip().split("\n"):
            at = _line(source, at, part)
            blocks += [_escaped(part) if sentence else f"# {_escaped(part)}", ""]
            numbers[len(blocks) - 1] = at + 1
    for language, blocks in written.items():
        yield Text(path, language, "\n".join(blocks), lines[language])


def _line(source: Sequence[str], start: int, text: str) -> int:
    """The line, from 0, at or after `start` where a text begins; a folded one ends elsewhere."""
    for number in range(start, min(start + 12, len(source))):
        if text[:12] in source[number]:
            return number
    return start


def _escaped(text: str) -> str:
    parts = _CODE.split(text)
    parts[::2] = [_MARKUP.sub(r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


# --- textlint -----------------------------------------------------------------------------------------


def installed(folder: Path) -> bool:
    """Whether a folder holds what the lock names; `npm ci` writes down what it has installed."""
    done = folder / "node_modules" / ".package-lock.json"
    if not done.is_file():
        return False
    wanted = json.loads((SETTINGS / "package-lock.json").read_text("utf-8"))["packages"]
    have = json.loads(done.read_text("utf-8"))["packages"]
    return {name: one["version"] for name, one in wanted.items() if name} == {
        name: one["version"] for name, one in have.items()
    }


def install(folder: Path) -> str | None:
    """Install what the lock names into a folder; says what went wrong, or nothing."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is missing"
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SETTINGS / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return f"npm ci fails:\n{run.stderr}" if run.returncode else None


def findings(texts: Sequence[Text], language: str, folder: Path, scratch: Path) -> list[Finding]:
    """What textlint says of the texts of one language.

    Args:
        texts: texts of this language; others are left out.
        language: names the settings.
        folder: where textlint is installed.
        scratch: an empty folder, for the Markdown files.

    Raises:
        RuntimeError: textlint did not run to its end.
    """
    by_file: dict[str, Text] = {}
    for number, text in enumerate(text for text in texts if text.language == language):
        file = scratch / f"{number}.md"
        file.write_text(text.markdown, "utf-8")
        by_file[file.name] = text
    modules = folder / "node_modules"
    command = ["node", str(modules / "textlint" / "bin" / "textlint.js"), "--format", "json"]
    command += ["--config", str(SETTINGS / f"{language}.yaml"), "--rules-base-directory", str(modules)]
    run = subprocess.run(
        [*command, *by_file], cwd=scratch, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if run.returncode not in (0, 1) or not run.stdout.startswith("["):
        raise RuntimeError(f"textlint ended with {run.returncode}:\n{run.stdout}{run.stderr}")
    found = []
    for result in json.loads(run.stdout):
        text = by_file[Path(result["filePath"]).name]
        for message in result["messages"]:
            line = text.lines.get(message["line"], 0)
            found.append(Finding(text.path, line, message["ruleId"], " ".join(message["message"].split())))
    return sorted(found, key=lambda one: (one.path, one.line))
