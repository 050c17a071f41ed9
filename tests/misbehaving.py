"""A local server of one file that can be told to misbehave: to cut, to stall, to send wrong bytes, to refuse."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Misbehaving:
    """What the server does ("well", "cut", "slow", "corrupt", "without ranges", or a number to refuse with), and what
    it was asked for.
    """

    contents: bytes
    manner: str = "well"
    port: int = 0
    ranges: list[str | None] = field(default_factory=list)


@contextmanager
def misbehaving(contents: bytes) -> Iterator[Misbehaving]:
    """The server, for as long as it is needed."""
    told, released = Misbehaving(contents), threading.Event()

    class Answer(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            told.ranges.append(asked)
            if told.manner.isdigit():
                self.send_error(int(told.manner))
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            if told.manner == "without ranges":
                start = 0
            if start >= len(contents):
                self.send_error(416)
                return
            body = contents[start:] if told.manner != "corrupt" else b"x" * (len(contents) - start)
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if told.manner == "cut":
                body = body[: len(body) // 2]
            if told.manner == "slow":
                self.wfile.write(body[:300_000])
                self.wfile.flush()
                released.wait(30)
                return
            self.wfile.write(body)

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    told.port = running.server_port
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield told
    released.set()
    running.shutdown()
    running.server_close()
