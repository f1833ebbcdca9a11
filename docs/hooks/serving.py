"""While serving: a save renders what it touches, and a mistake is shown in the pages instead of ending all.

What a save touches says docs/hooks/saves.py. The pages that it does not touch stay in the folder of the site,
which is set aside before MkDocs empties it, and keep the titles and contents that navigation, links and lists
of other pages are made of. Where a build stops, the site from before is put back, with the mistake in its
pages (docs/hooks/mistakes.py). A build that is not for a server passes all of this by.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

import mistakes
import saves

log = logging.getLogger("mkdocs.hooks.serving")


@dataclass
class _Run:
    """What is left of the last build."""

    serving: bool = False
    site: Path = Path()
    pages: dict[str, Page] = field(default_factory=dict)
    """By source."""
    static: dict[str, object] = field(default_factory=dict)
    """What says whether a file that is only copied is another one, by source."""
    files: Files | None = None
    """All of this build."""
    static_now: dict[str, object] = field(default_factory=dict)

    @property
    def aside(self) -> Path:
        """Where the site of the last build is while the next one is made."""
        return self.site.with_name(f"{self.site.name}.before")


_run = _Run()


class _Touched(Files):
    """All files, of which MkDocs renders and copies only some."""

    def __init__(self, files: Files, sources: Collection[str]) -> None:
        super().__init__(files)
        self._touched = sources

    def documentation_pages(
        self, *, inclusion: Callable[[InclusionLevel], bool] = InclusionLevel.is_included
    ) -> list[File]:
        """The pages to render."""
        return [
            file for file in super().documentation_pages(inclusion=inclusion) if file.src_uri in self._touched
        ]

    def copy_static_files(
        self,
        dirty: bool = False,
        *,
        inclusion: Callable[[InclusionLevel], bool] = InclusionLevel.is_included,
    ) -> None:
        """Copy what is another one than at the last build."""
        for file in self:
            if file.src_uri in self._touched and not file.is_documentation_page():
                file.copy_file(dirty)


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether this process serves."""
    _run.serving = command == "serve"
    saves.starts(serving=_run.serving)
    mistakes.starts(serving=_run.serving)


def on_config(config: MkDocsConfig) -> None:
    """See what has changed."""
    _run.site = Path(config.site_dir)
    mistakes.begin()
    saves.look(Path(config.config_file_path).parent)


# After docs/hooks/restart.py, which may not come back.
@event_priority(-100)
def on_pre_build(config: MkDocsConfig) -> None:
    """Set the site aside, which MkDocs is about to empty."""
    if _run.serving and _run.site.is_dir():
        shutil.rmtree(_run.aside, ignore_errors=True)
        _run.site.rename(_run.aside)


# After all other hooks: the files are complete.
@event_priority(-200)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Leave out what the save did not touch."""
    if not _run.serving:
        return files
    pages = files.documentation_pages()
    _run.files = files
    _run.static_now = {file.src_uri: _state(file) for file in files if not file.is_documentation_page()}
    if not _run.aside.is_dir():
        saves.forget()
    touched = saves.pages({file.src_uri: file.content_string for file in pages}, mistakes.paths())
    if touched is None:
        return files
    for file in pages:
        if file.src_uri not in touched:
            file.page = _run.pages[file.src_uri]
            file.page.file = file
    _run.aside.rename(_run.site)
    config.theme.static_templates.clear()
    log.info("Rendering %d of %d pages", len(touched), len(pages))
    copied = {uri for uri, state in _run.static_now.items() if _run.static.get(uri) != state}
    return _Touched(files, touched | copied)


def _state(file: File) -> object:
    if file.abs_src_path is None:
        return sha256(file.content_bytes).digest()
    found = Path(file.abs_src_path).stat()
    return file.abs_src_path, found.st_mtime_ns, found.st_size


# When everything else is written.
@event_priority(-300)
def on_post_build(config: MkDocsConfig) -> None:
    """Show the mistakes, and remember the site for the next save."""
    if not _run.serving:
        return
    if not saves.everything():
        # Of the touched pages alone; what docs/hooks/search.py made of the whole one is still there.
        Path(config.site_dir, "search", "search_index.json").unlink(missing_ok=True)
    saves.finished(mistakes.paths())
    _run.pages = {file.src_uri: file.page for file in _run.files.documentation_pages()}
    _run.static = _run.static_now
    shutil.rmtree(_run.aside, ignore_errors=True)
    _show()


def _show() -> None:
    concerned = {path: saves.showing(path) for path in mistakes.paths()}
    mistakes.show(
        _run.site,
        {
            path: {page.url for source, page in _run.pages.items() if sources is None or source in sources}
            for path, sources in concerned.items()
        },
    )


# --- where a build stops ------------------------------------------------------------------------


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[[], None]) -> LiveReloadServer:
    """Have the server go on after a build that stopped: it would keep every open page waiting."""

    def build() -> None:
        mistakes.begin()
        try:
            builder()
        except Exception as error:
            _stopped(error)

    server.builder = build
    return server


def _stopped(error: Exception) -> None:
    """Put the site from before back, and say in it why."""
    for problem in mistakes.of(error):
        mistakes.note(problem)
    if _run.aside.is_dir():
        shutil.rmtree(_run.site, ignore_errors=True)
        _run.aside.rename(_run.site)
    _show()


def on_shutdown() -> None:
    """Leave nothing behind."""
    if _run.serving:
        shutil.rmtree(_run.aside, ignore_errors=True)
