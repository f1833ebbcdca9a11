"""Served as the publishing page says, by real servers with its own configurations, script and function.

nginx and Apache are Debian's; S3 is moto's, with the page's function in Node.js in the place of CloudFront.
The site stands below a path, and everything is asked as a browser asks it.
"""

from __future__ import annotations

import gzip
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from playwright.sync_api import Browser

from conftest import BASE_PATH, ROOT
from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.spec import load
from tour import visitor

PAGE = "reference/publishing"
SITE = BASE_PATH.strip("/")
SNIPPETS = load(ROOT / "snippets")
YAML = next(snippet.raw for snippet in SNIPPETS.values() if snippet.raw.endswith(".yaml"))
EMBED = addresses.embed(next(iter(SNIPPETS)), "en")

# By the end of a file's name, the types that browsers take for it; of an archive none is asked for.
TYPES = {
    ".bin": None,
    ".css": {"text/css"},
    ".gz": None,
    ".html": {"text/html"},
    ".js": {"text/javascript", "application/javascript"},
    ".json": {"application/json"},
    ".md": {"text/plain"},
    ".png": {"image/png"},
    ".svg": {"image/svg+xml"},
    ".txt": {"text/plain"},
    ".wasm": {"application/wasm"},
    ".xml": {"text/xml", "application/xml"},
    ".yaml": {"text/plain"},
}
# Browsers guess the charset of plain text; HTML says its own again for those who read no further.
WITH_CHARSET = {"text/html", "text/plain"}
COMPRESSED = TYPES.keys() - {".bin", ".gz", ".png"}
PINNED_FOLDER = addresses.pinned("", "").rstrip("/") + "/"
PINNED = "public, max-age=31536000, immutable"
OTHERS = "public, max-age=300"


def blocks(language: str) -> dict[str, str]:
    """The code that the page shows, by the language it is fenced as; each stands there once."""
    text = (ROOT / "docs" / language / f"{PAGE}.md").read_text("utf-8")
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names = [name for name, _ in found]
    assert len(set(names)) == len(names) > 0, f"docs/{language}/{PAGE}.md: one block for each of {names}"
    return dict(found)


BLOCKS = blocks("en")


def put(text: str, changes: dict[str, str]) -> str:
    """The page's text with this machine's folders and ports; each place to put them must be there."""
    for old, new in changes.items():
        assert old in text, f"docs/*/{PAGE}.md: {old!r} is no longer there to be replaced"
        text = text.replace(old, new)
    return text


def test_both_languages_show_the_same_configurations() -> None:
    assert all(blocks(language) == BLOCKS for language in LANGUAGES)


# --- servers --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a server answered; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """The content type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


@dataclass
class Server:
    """A server of this machine with the site below `BASE_PATH`."""

    name: str
    host: str
    """With its port."""

    @property
    def root(self) -> str:
        """The address of the site, with the closing slash."""
        return f"http://{self.host}{BASE_PATH}"

    def get(self, path: str, **headers: str) -> Answer:
        """Ask once, without following a redirect; `path` begins at the host's root."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            asked = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers=asked)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()


def missing(what: str) -> None:
    """A writer may go without; where a change is accepted, nobody may."""
    # The skip is for a machine with Python alone, as the README promises; .ci/run installs the servers.
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what} is missing")


def program(name: str, package: str) -> str:
    """The path of a server, which may stand where only the administrator's PATH leads."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        missing(f"{name} (apt-get install {package})")
    return str(found)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(name: str, command: list[str], port: int, folder: Path) -> Iterator[Server]:
    """A server from its first answer on; what it says stands in the failure."""
    said = folder / f"{name}.said"
    with said.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            end = time.monotonic() + 30
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > end:
                        pytest.fail(
                            f"{name} does not start with the page's configuration:\n{said.read_text()}",
                            pytrace=False,
                        )
                    time.sleep(0.05)
            yield Server(name, f"127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    executable, port = program("nginx", "nginx"), free_port()
    settings = folder / "nginx"
    settings.mkdir()
    shutil.copy("/etc/nginx/mime.types", settings)
    page = put(
        BLOCKS["nginx"], {"listen 80;": f"listen 127.0.0.1:{port};", "root /srv/www;": f"root {folder};"}
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    written = "\n".join(
        [
            *(["user root;"] if os.getuid() == 0 else []),
            f"daemon off; pid {settings}/pid; error_log stderr; events {{}}",
            "http {",
            "access_log off;",
            "default_type application/octet-stream;",  # as in the nginx.conf of Debian
            *(f"{kind}_temp_path {settings}/{kind};" for kind in kinds),
            page,
            "}\n",
        ]
    )
    (settings / "nginx.conf").write_text(written, "utf-8")
    command = [executable, "-e", "stderr", "-p", str(settings), "-c", str(settings / "nginx.conf")]
    with running("nginx", command, port, folder) as server:
        yield server


MODULES = ("mpm_event", "authz_core", "dir", "mime", "headers", "filter", "deflate")


@contextmanager
def apache(folder: Path, **more: str) -> Iterator[Server]:
    """Apache with the page's configuration; `more` replaces words of it."""
    executable, port = program("apache2", "apache2-bin media-types"), free_port()
    settings = Path(tempfile.mkdtemp(prefix="apache-", dir=folder.parent))
    changes = {"*:80": f"127.0.0.1:{port}", "/srv/www": str(folder)} | more
    # Without a configuration of its own, Apache loads and says nothing by itself.
    written = "\n".join(
        [
            f"ServerRoot {settings}",
            f"DefaultRuntimeDir {settings}",
            f"PidFile {settings}/pid",
            f"Listen 127.0.0.1:{port}",
            "ServerName 127.0.0.1",
            "ErrorLog /dev/stderr",
            *(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES),
            "TypesConfig /etc/mime.types",
            *(["User www-data", "Group www-data"] if os.getuid() == 0 else []),
            put(BLOCKS["apache"], changes),
        ]
    )
    (settings / "apache.conf").write_text(written, "utf-8")
    command = [executable, "-D", "FOREGROUND", "-f", str(settings / "apache.conf")]
    try:
        with running("apache", command, port, settings) as server:
            yield server
    finally:
        shutil.rmtree(settings)


LOOP = """
require("readline").createInterface({ input: process.stdin })
  .on("line", (line) => console.log(JSON.stringify(handler(JSON.parse(line)))));
"""
BUCKET = "example-guide"


@contextmanager
def viewer_function() -> Iterator[Callable[[dict], dict]]:
    """The page's CloudFront function: from a request to the request or the response it makes of it."""
    node = shutil.which("node")
    if node is None:
        missing("node (apt-get install nodejs)")
    lock = threading.Lock()
    command = [str(node), "-e", BLOCKS["javascript"] + LOOP]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def call(request: dict) -> dict:
            with lock:
                process.stdin.write(json.dumps({"version": "1.0", "request": request}) + "\n")
                process.stdin.flush()
                return json.loads(process.stdout.readline())

        try:
            yield call
        finally:
            process.terminate()


def viewer_request(address: str) -> dict:
    """What CloudFront hands to a function: the query apart from the path."""
    url = urlsplit(address)
    query = {name: {"value": value} for name, value in parse_qsl(url.query, keep_blank_values=True)}
    # No urlsplit for the path: it takes the host out of `//host/…`.
    path = address.partition("?")[0]
    return {"method": "GET", "uri": path, "querystring": query, "headers": {}, "cookies": {}}


@contextmanager
def cloudfront(folder: Path) -> Iterator[Server]:
    """The page's function in front of a bucket filled by the page's script."""
    page: dict = {}
    exec(compile(BLOCKS["python"], f"docs/en/{PAGE}.md", "exec"), page)
    with mock_aws(), viewer_function() as call:
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        page["upload"](s3, BUCKET, str(folder / SITE), f"{SITE}/")

        class Edge(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                made = call(viewer_request(self.path))
                if "statusCode" in made:
                    headers = {name: one["value"] for name, one in made["headers"].items()}
                    return self.answer(made["statusCode"], headers, b"")
                try:
                    return self.object(200, made["uri"])
                except ClientError as error:
                    assert error.response["Error"]["Code"] == "NoSuchKey"
                    # As the page has its custom error response.
                    return self.object(404, f"{BASE_PATH}404.html")

            def object(self, status: int, uri: str) -> None:
                found = s3.get_object(Bucket=BUCKET, Key=uri.removeprefix("/"))
                names = ("content-type", "cache-control", "etag")
                headers = found["ResponseMetadata"]["HTTPHeaders"]
                self.answer(status, {name: headers[name] for name in names}, found["Body"].read())

            def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in (headers | {"content-length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        edge = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Edge)
        threading.Thread(target=edge.serve_forever, daemon=True).start()
        yield Server("cloudfront", f"127.0.0.1:{edge.server_port}")
        edge.shutdown()
        edge.server_close()


START = {"nginx": nginx, "apache": apache, "cloudfront": cloudfront}
REAL = ("nginx", "apache")


def link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy(source, target)


@pytest.fixture(scope="module")
def folder(site: Path) -> Iterator[Path]:
    """What is published: the site below `BASE_PATH`, where a server may read that is not of this user."""
    above = Path(tempfile.mkdtemp(prefix="servers-"))
    try:
        place = above / "www"
        shutil.copytree(site, place / SITE, copy_function=link)
        for closed in (above, place, place / SITE):
            closed.chmod(0o755)
        embedded = place / SITE / EMBED / "index.html"
        if not embedded.exists():
            embedded.parent.mkdir(parents=True)
            embedded.write_text("<!doctype html><title>Embedded</title>\n", "utf-8")
        yield place
    finally:
        shutil.rmtree(above)


@pytest.fixture(scope="module")
def published(folder: Path) -> dict[str, Path]:
    """Every file of the site, by its path from the host's root."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"/{path.relative_to(folder).as_posix()}": path for path in paths}


@pytest.fixture(scope="module")
def started(folder: Path) -> Iterator[Callable[[str], Server]]:
    """Each server, started when first asked for."""
    running: dict[str, Server] = {}
    with ExitStack() as stack:

        def start(name: str) -> Server:
            if name not in running:
                running[name] = stack.enter_context(START[name](folder))
            return running[name]

        yield start


@pytest.fixture(params=START)
def server(request: pytest.FixtureRequest, started: Callable[[str], Server]) -> Server:
    return started(request.param)


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest, started: Callable[[str], Server]) -> Server:
    """A server that is not imitated here, so that what it does by itself is shown."""
    return started(request.param)


# --- what every server must do --------------------------------------------------------------------------


def test_every_file_is_served_unchanged_with_its_type(server: Server, published: dict[str, Path]) -> None:
    wrong = []
    for path, file in published.items():
        address = path.removesuffix("index.html")
        answer = server.get(address)
        types = TYPES[file.suffix]
        if answer.status != 200 or answer.body != file.read_bytes():
            wrong.append(f"{address}: {answer.status}, {len(answer.body)} bytes")
        elif types and answer.type not in types:
            wrong.append(f"{address}: {answer.type}")
        elif answer.type in WITH_CHARSET and "charset=utf-8" not in answer.headers["content-type"].lower():
            wrong.append(f"{address}: {answer.headers['content-type']}")
    assert len(published) > 500
    assert not wrong, f"{len(wrong)}: {wrong[:10]}"


def test_pinned_files_are_kept_for_a_year_and_everything_else_for_minutes(
    server: Server, published: dict[str, Path]
) -> None:
    pinned = [path for path in published if path.startswith(BASE_PATH + PINNED_FOLDER)]
    assert pinned
    for path in (pinned[0], pinned[-1]):
        assert server.get(path).headers["cache-control"] == PINNED, path
    for path in ("", "ja/", YAML, "assets/site.css", "assets/site.js", "sitemap.xml", "llms.txt"):
        assert server.get(BASE_PATH + path).headers["cache-control"] == OTHERS, path


@pytest.mark.parametrize("path", ["", "ja", "en/network/ipv6", EMBED.rstrip("/")])
def test_a_folder_without_its_slash_leads_to_the_address_with_it(server: Server, path: str) -> None:
    address = (BASE_PATH + path).rstrip("/")
    answer = server.get(f"{address}?pin=0123456789abcdef")
    assert answer.status == 301
    led = urljoin(f"http://{server.host}{address}", answer.headers["location"])
    assert led == f"http://{server.host}{address}/?pin=0123456789abcdef"


@pytest.mark.parametrize("path", ["ja/no/such/page/", "en/no-such-page", "snippets/network/no-such.yaml"])
def test_what_does_not_exist_is_answered_with_the_404_page(server: Server, folder: Path, path: str) -> None:
    answer = server.get(BASE_PATH + path)
    if answer.status == 301:  # the function of CloudFront cannot know what exists
        answer = server.get(answer.headers["location"])
    assert answer.status == 404
    assert answer.type == "text/html"
    assert answer.body == (folder / SITE / "404.html").read_bytes()
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_a_pinned_file_that_does_not_exist_is_not_remembered_for_a_year(server: Server) -> None:
    answer = server.get(BASE_PATH + addresses.pinned("0" * 16, "no-such.json"))
    assert answer.status == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_text_is_compressed_for_those_who_take_it(real: Server, published: dict[str, Path]) -> None:
    # Python for the browser comes with Node.js, which a writer may be without; CI may not.
    with_python = "CI" in os.environ or (ROOT / "docs/runtime/node_modules").is_dir()
    for suffix in sorted(set(COMPRESSED) - (set() if with_python else {".wasm"})):
        files = [path for path, file in published.items() if file.suffix == suffix]
        assert files or suffix == ".png", f"the site has no {suffix}"
        path = max(files, key=lambda path: published[path].stat().st_size)
        answer = real.get(path, Accept_Encoding="gzip")
        assert answer.headers.get("content-encoding") == "gzip", path
        assert "accept-encoding" in answer.headers["vary"].lower(), path
        assert gzip.decompress(answer.body) == published[path].read_bytes(), path
        assert "content-encoding" not in real.get(path).headers, path


def test_a_page_that_has_not_changed_is_not_sent_again(real: Server) -> None:
    for encoding in ("identity", "gzip"):
        first = real.get(f"{BASE_PATH}ja/", Accept_Encoding=encoding)
        asked = {"If_Modified_Since": first.headers["last-modified"]}
        if "etag" in first.headers:
            asked["If_None_Match"] = first.headers["etag"]
        again = real.get(f"{BASE_PATH}ja/", Accept_Encoding=encoding, **asked)
        assert (again.status, again.body) == (304, b""), encoding


def test_a_folder_without_a_page_shows_the_404_page_and_lists_nothing(server: Server, folder: Path) -> None:
    answer = server.get(BASE_PATH + PINNED_FOLDER)
    assert answer.status in (403, 404)
    assert answer.body == (folder / SITE / "404.html").read_bytes()


def test_other_sites_can_frame_the_embedded_snippets_and_nothing_else(real: Server) -> None:
    embedded, other = real.get(BASE_PATH + EMBED), real.get(f"{BASE_PATH}en/")
    assert embedded.status == other.status == 200
    assert other.headers["content-security-policy"] == "frame-ancestors 'self'"
    assert embedded.headers.keys().isdisjoint({"content-security-policy", "x-frame-options"})
    assert {one.headers["x-content-type-options"] for one in (embedded, other)} == {"nosniff"}


@pytest.mark.parametrize("name", ["nginx", "cloudfront"])
def test_behind_a_proxy_that_ends_tls_a_redirect_stays_there(
    name: str, started: Callable[[str], Server]
) -> None:
    led = started(name).get(f"{BASE_PATH}ja", Host="docs.example.com").headers["location"]
    assert urljoin(f"https://docs.example.com{BASE_PATH}ja", led) == f"https://docs.example.com{BASE_PATH}ja/"


def test_behind_a_proxy_that_ends_tls_apache_redirects_to_https(folder: Path) -> None:
    page = (ROOT / "docs" / "en" / f"{PAGE}.md").read_text("utf-8")
    named, canonical = "ServerName https://docs.example.com", "UseCanonicalName On"
    assert f"`{named}` and `{canonical}`" in page
    with apache(folder, **{"ServerName docs.example.com": f"{named}\n{canonical}"}) as server:
        led = server.get(f"{BASE_PATH}ja", Host="docs.example.com").headers["location"]
    assert led == f"https://docs.example.com{BASE_PATH}ja/"


# --- as a reader sees it --------------------------------------------------------------------------------


def test_a_browser_sees_pages_without_an_error(server: Server, browser: Browser) -> None:
    said: list[str] = []
    with visitor(browser) as page:
        page.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and said.append(answer.url))
        for path in ("", "ja/", "en/network/internet-nat/", "ja/snippets/", f"en/{PAGE}/"):
            page.goto(server.root + path, wait_until="networkidle")
            assert page.url.startswith(server.root)
        page.goto(f"{server.root}en/")
        page.locator(".md-search__input").click()
        page.keyboard.type("lambda")
        page.locator(".md-search-result__link").first.click()
        page.wait_for_load_state("networkidle")
        assert page.url.startswith(f"{server.root}en/")
    assert not said


def test_a_browser_shows_a_snippets_file_and_does_not_download_it(server: Server, browser: Browser) -> None:
    text = (ROOT / YAML).read_text("utf-8")
    with visitor(browser) as page:
        page.goto(server.root + YAML)  # fails on a download
        assert page.locator("pre").inner_text().rstrip() == text.rstrip()


def test_the_404_page_has_its_style_at_any_depth(server: Server, browser: Browser) -> None:
    with visitor(browser) as page:
        answer = page.goto(f"{server.root}ja/no/such/page/", wait_until="networkidle")
        assert answer.status == 404
        assert page.evaluate("[...document.styleSheets].every((sheet) => sheet.cssRules.length > 100)")
        page.get_by_role("link", name="Troubleshooting").first.click()
        page.wait_for_url(f"{server.root}en/**")


# --- CloudFront's function, GitLab's script ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ("/", "/index.html"),
        ("/guide/", "/guide/index.html"),
        ("/guide/ja/network/ipv6/", "/guide/ja/network/ipv6/index.html"),
        ("/guide/snippets/network/ipv6.yaml", "/guide/snippets/network/ipv6.yaml"),
        ("/v1.2/guide/ja/", "/v1.2/guide/ja/index.html"),
    ],
)
def test_the_function_turns_a_folder_into_its_index(asked: str, made: str) -> None:
    with viewer_function() as call:
        assert call(viewer_request(asked))["uri"] == made


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/guide/ja", "/guide/ja/"),
        ("/v1.2/guide", "/v1.2/guide/"),
        ("/guide/ja?pin=0123&lines=a", "/guide/ja/?pin=0123&lines=a"),
        ("//example.net/x", "/example.net/x/"),
        ("/\\example.net/x", "/example.net/x/"),
    ],
)
def test_the_function_redirects_within_its_host(asked: str, led: str) -> None:
    with viewer_function() as call:
        made = call(viewer_request(asked))
    assert (made["statusCode"], made["headers"]["location"]["value"]) == (301, led)


def test_the_script_refuses_a_kind_of_file_that_it_does_not_know() -> None:
    page: dict = {}
    exec(compile(BLOCKS["python"], f"docs/en/{PAGE}.md", "exec"), page)
    assert page["TYPES"].keys() == TYPES.keys()
    with pytest.raises(KeyError):
        page["headers"]("assets/film.webm")


def test_the_script_for_gitlab_compresses_each_text_beside_itself(folder: Path, tmp_path: Path) -> None:
    (command,) = [line for line in BLOCKS["sh"].splitlines() if line.startswith("find ")]
    shutil.copytree(folder / SITE, tmp_path / "public")
    files = [path for path in (tmp_path / "public").rglob("*") if path.is_file()]
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    for file in files:
        beside = file.with_name(f"{file.name}.gz")
        assert beside.exists() == (file.suffix in COMPRESSED), file
        if beside.exists():
            assert gzip.decompress(beside.read_bytes()) == file.read_bytes()
