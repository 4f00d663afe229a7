"""A host on 127.0.0.1 that serves what it is given, and misbehaves as it is told."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Play = Callable[[BaseHTTPRequestHandler], None]
WAIT = 0.005  # seconds a request waits unanswered, so that one sent beside it is seen


@dataclass
class Host:
    """What is served: path to what is done at the first, second, … request; the last repeats."""

    base: str
    plays: dict[str, list[Play]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def put(self, path: str, *plays: Play) -> None:
        self.plays[path] = list(plays)

    def count_open_requests(self) -> None:
        """Count requests that arrive while another still waits for its first byte.

        Counted before the answer is written: a client that waits for each answer may send its next
        request sooner than this thread learns that the last one is done.
        """
        with self._counting:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(WAIT)
        with self._counting:
            self.at_once -= 1

    def paths(self) -> list[str]:
        return [urlsplit(path).path for path, _ in self.asked]

    def ranges(self) -> list[str]:
        return [headers.get("Range", "") for _, headers in self.asked]


class Server(ThreadingHTTPServer):
    """A server that says nothing of clients that went away; they were killed on purpose."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def hosting() -> Iterator[Host]:
    """Run a host for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            host.asked.append((self.path, dict(self.headers)))
            host.count_open_requests()
            path = urlsplit(self.path).path
            plays = host.plays.get(path, [status(404)])
            play = plays.pop(0) if len(plays) > 1 else plays[0]
            try:
                play(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    host = Host(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(
    handler: BaseHTTPRequestHandler, code: int, body: bytes = b"", **headers: str | int | None
) -> None:
    """Send a whole answer; a header of None is left out, an underscore in a name is a hyphen."""
    said = {"Content-Length": len(body), **{k.replace("_", "-"): v for k, v in headers.items()}}
    handler.send_response(code)
    for name, value in said.items():
        if value is not None:
            handler.send_header(name, str(value))
    if said["Content-Length"] is None or "Content_Length" in headers:
        handler.close_connection = True
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, **headers: str | int) -> Play:
    return lambda handler: send(handler, code, **headers)


def whole(body: bytes, **headers: str | int | None) -> Play:
    """Send the body, and of it what a Range asks for, as a host with an ETag does."""
    etag = headers.setdefault("ETag", '"one"')

    def play(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        same = handler.headers.get("If-Range") == etag
        if not asked or not same:
            send(handler, 200, body, **headers)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body):
            send(handler, 416, Content_Range=f"bytes */{len(body)}")
            return
        said = f"bytes {start}-{len(body) - 1}/{len(body)}"
        send(handler, 206, body[start:], Content_Range=said, **headers)

    return play


def deaf(body: bytes, **headers: str | int | None) -> Play:
    """Send the whole body whatever Range asks for."""
    return lambda handler: send(handler, 200, body, **headers)


def cut(body: bytes, at: int, **headers: str | int | None) -> Play:
    """Promise the whole body and send its beginning."""
    said = {"ETag": '"one"', **headers, "Content_Length": len(body)}
    return lambda handler: send(handler, 200, body[:at], **said)


def drip(body: bytes, every: float) -> Play:
    """Send a byte at a time."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, b"", Content_Length=len(body), ETag='"one"')
        for i in range(len(body)):
            handler.wfile.write(body[i : i + 1])
            handler.wfile.flush()
            time.sleep(every)

    return play


def silent(seconds: float) -> Play:
    """Say nothing for a while."""
    return lambda handler: time.sleep(seconds)


def to(place: str, code: int = 302) -> Play:
    """Redirect."""
    return status(code, Location=place)
