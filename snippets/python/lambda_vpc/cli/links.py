"""The command `lambda-vpc links`: which links to the guide in a reader's own pages need a look."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from lambda_vpc import links, reading
from lambda_vpc.cli import inputs
from lambda_vpc.cli.printing import listed, print_json, visible, write
from lambda_vpc.cloudformation.values import shown
from lambda_vpc.reading import BadInput, Problem, WrongUsage

MOST_LINKS = 1_000
"""Links that are printed as text."""


def run(options: argparse.Namespace) -> int:
    """Say what has become of each link."""
    failing = _failing(options.fail_on)
    texts = _texts(options.files)
    if options.index is None:
        guess = next(filter(None, map(links.guessed, texts.values())), None)
        raise WrongUsage([Problem("--index", 1, _no_index(guess))])
    published = links.load(options.index)
    sites = _sites(options, published)
    judge = links.Judge(published, options.lang)
    found = [(link, judge(link)) for name, text in texts.items() for link in links.find(text, name, sites)]
    answers = Counter(answer.answer for _, answer in found)
    code = 1 if answers.keys() & failing else 2 if answers["unchecked"] else 0
    remarks = [] if found else [_no_link(sites.roots, texts.values())]
    if options.format == "json":
        data = [_link_as_data(link, answer) for link, answer in found]
        counted = {name: answers[name] for name in links.ANSWERS}
        return print_json({"exit-code": code, "links": data, "counts": counted, "remarks": remarks}, code)
    lines = [line for link, answer in found[:MOST_LINKS] for line in _link_as_text(link, answer)]
    if len(found) > MOST_LINKS:
        remarks.append(f"{len(found) - MOST_LINKS:,} more links are not listed; --json lists all")
    if found:
        counted = ", ".join(f"{answers[name]:,} {name}" for name in links.ANSWERS if answers[name])
        lines.append(f"links      {len(found):,}: {counted}")
    return write("\n".join([*lines, *(visible(f"note       {remark}") for remark in remarks)]), code)


def _failing(written: str) -> set[str]:
    names = {name.strip() for name in written.split(",")} - {"", "none"}
    for name in sorted(names):
        if name not in links.ANSWERS:
            known = reading.suggestion(name, [*links.ANSWERS, "none"])
            raise WrongUsage([Problem("--fail-on", 1, f"'{name}' is not an answer{known}")])
    return names


def _texts(files: Sequence[str]) -> dict[str, str]:
    """The files by name; every one that cannot be read is named."""
    found, problems = {}, []
    for name in dict.fromkeys(files):
        try:
            raw = inputs.standard_input() if name == "-" else reading.read_bytes(Path(name))
            if b"\0" in raw:
                message = "holds NUL bytes, so it is no text; save it as UTF-8"
                raise BadInput([Problem(name, 1, message)])
            # Addresses are ASCII, whatever the text around them is written in.
            found[name] = raw.decode("utf-8", "replace")
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return found


def _no_index(guess: str | None) -> str:
    such = guess or "https://docs.example.com/guide/"
    said = "the files link to one that looks like the guide's: " if guess else "as in "
    return f"say which site to check the links against; {said}--index {such}"


def _no_link(roots: Sequence[str], texts: Iterable[str]) -> str:
    guess = next(filter(None, map(links.guessed, texts)), None)
    said = f": --site {guess}" if guess else ""
    return f"no link begins with {listed(roots)}; name another site with --site{said}"


def _sites(options: argparse.Namespace, published: links.Published) -> links.Sites:
    roots = options.site or [published.site]
    if not options.site and links.is_address(options.index):
        roots.append(links.root_of(options.index))
    try:
        return links.Sites(roots)
    except ValueError as error:
        raise WrongUsage(
            [Problem("--site", 1, f"'{error}' is not a site; write one like https://docs.example.com/")]
        ) from None


def _link_as_data(link: links.Link, answer: links.Answer) -> dict[str, object]:
    return {
        "answer": answer.answer, "file": link.file, "line": link.line, "address": link.address,
        "snippet": answer.snippet, "sentence": answer.why,
        "instead": link.root + answer.instead if answer.instead else "",
    }  # fmt: skip


def _link_as_text(link: links.Link, answer: links.Answer) -> list[str]:
    lines = [f"{answer.answer:<9}  {link.file}:{link.line}: {shown(link.address, 200)}"]
    if answer.why:
        lines.append(f"           {shown(answer.why, 400)}")
    if answer.instead:
        lines.append(f"           link to: {link.root}{answer.instead}")
    return [visible(line) for line in lines]
