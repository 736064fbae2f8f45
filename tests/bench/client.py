"""A cheap client: many visitors in one process and one thread, plain sockets, nothing but HTTP/1.1.

A visit is a generator that yields requests and is sent the replies, so it reads like a list of
what somebody does. Run as a process of its own, it takes a job as JSON on standard input and prints
what it measured: `python -m tests.bench.client`.
"""

from __future__ import annotations

import heapq
import json
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
PATIENCE_SECONDS = 60.0
#: What a browser sends with every request.
_HEADERS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: zh-CN,zh;q=0.9,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Dest: document\r\n"
)


@dataclass(frozen=True)
class Request:
    """One request of a visit."""

    #: under which its time is reported
    name: str
    method: str
    path: str
    body: bytes = b""
    #: what the answer must have
    status: int = 200


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    headers: bytes
    body: bytes


Visit = Generator[Request, Reply, None]


class UnexpectedError(Exception):
    """An answer that no visitor should get."""


@dataclass
class Measured:
    """What a run has measured."""

    seconds: float = 0.0
    #: CPU time of this process during the run
    cpu: float = 0.0
    completed: int = 0
    requests: int = 0
    errors: list[str] = field(default_factory=list)
    #: name of the request → seconds of each; `whole`: of each visit, without thinking
    times: dict[str, list[float]] = field(default_factory=dict)
    #: cookies at the end of each visit, in the order of the visitors
    cookies: list[dict[str, str]] = field(default_factory=list)


class _Seat:
    """One of the clients that are there at the same time; takes one visitor after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.socket: socket.socket | None = None
        self.received = bytearray()
        self.visit: Visit
        self.visitor = 0
        self.request: Request
        self.sent_at = 0.0
        self.busy = 0.0

    def send(self, cookies: dict[str, str]) -> None:
        """Send the present request, opening a connection where there is none."""
        if self.socket is None:
            self.socket = socket.create_connection((HOST, self._port), PATIENCE_SECONDS)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one = self.request
        head = f"{one.method} {one.path} HTTP/1.1\r\nHost: {HOST}:{self._port}\r\n{_HEADERS}"
        if cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
            head += f"Cookie: {pairs}\r\n"
        if one.method == "POST":
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
            head += f"Content-Length: {len(one.body)}\r\n"
        self.received.clear()
        self.socket.sendall(head.encode() + b"\r\n" + one.body)

    def receive(self) -> Reply | None:
        """Take what has come; return the answer when it is complete."""
        if self.socket is None:
            raise UnexpectedError("no connection")
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise UnexpectedError("the connection was closed")
        self.received += piece
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        headers = bytes(self.received[:end])
        length = int(_header(headers, b"content-length") or b"0")
        if len(self.received) < end + 4 + length:
            return None
        body = bytes(self.received[end + 4 :])
        return Reply(int(headers[9:12]), headers, body)

    def hang_up(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            self.socket.close()
        self.socket = None


class Run:
    """Lets visitors come until all have been there."""

    def __init__(self, port: int, visits: list[Visit], cookies: list[dict[str, str]]) -> None:
        self._port = port
        self._visits = visits
        self._waiting = deque(range(len(visits)))
        self._selector = selectors.DefaultSelector()
        #: when somebody who thinks goes on, and the seat
        self._thinking: list[tuple[float, int, _Seat]] = []
        self._seated = 0
        self.result = Measured(cookies=[dict(own) for own in cookies])

    def run(self, clients: int, think: float) -> Measured:
        """Let `clients` visitors be there at a time, each with `think` seconds between requests."""
        self._think = think
        began, cpu = time.perf_counter(), time.process_time()
        for number in range(min(clients, len(self._visits))):
            self._seat_next(_Seat(self._port), late=think * number / clients)
        while self._seated:
            self._step()
        self.result.seconds = time.perf_counter() - began
        self.result.cpu = time.process_time() - cpu
        return self.result

    def _step(self) -> None:
        thinks = bool(self._thinking)
        wait = self._thinking[0][0] - time.perf_counter() if thinks else PATIENCE_SECONDS
        ready = self._selector.select(max(0.0, wait))
        for key, _ in ready:
            self._take(key.data)
        now = time.perf_counter()
        while self._thinking and self._thinking[0][0] <= now:
            self._send(heapq.heappop(self._thinking)[2])
        if not ready and not thinks:
            raise TimeoutError(f"no answer within {PATIENCE_SECONDS} seconds")

    def _seat_next(self, seat: _Seat, late: float = 0.0) -> None:
        """Give the seat to the next visitor; everybody brings a connection of their own."""
        if not self._waiting:
            return
        seat.visitor = self._waiting.popleft()
        seat.visit = self._visits[seat.visitor]
        seat.busy = 0.0
        seat.request = next(seat.visit)
        self._seated += 1
        self._later(seat, late) if late else self._send(seat)

    def _later(self, seat: _Seat, seconds: float) -> None:
        heapq.heappush(self._thinking, (time.perf_counter() + seconds, id(seat), seat))

    def _send(self, seat: _Seat) -> None:
        seat.sent_at = time.perf_counter()
        is_new = seat.socket is None
        try:
            seat.send(self.result.cookies[seat.visitor])
        except OSError as error:
            self._end(seat, type(error).__name__)
            return
        if is_new and seat.socket is not None:
            self._selector.register(seat.socket, selectors.EVENT_READ, seat)

    def _take(self, seat: _Seat) -> None:
        try:
            reply = seat.receive()
        except (OSError, UnexpectedError) as error:
            self._end(seat, f"{seat.request.name}: {error}")
            return
        if reply is not None:
            self._note(seat, reply)
            self._go_on(seat, reply)

    def _note(self, seat: _Seat, reply: Reply) -> None:
        took = time.perf_counter() - seat.sent_at
        seat.busy += took
        self.result.requests += 1
        self.result.times.setdefault(seat.request.name, []).append(took)
        self.result.cookies[seat.visitor].update(_cookies(reply.headers))
        if _header(reply.headers, b"connection") == b"close":
            self._hang_up(seat)

    def _go_on(self, seat: _Seat, reply: Reply) -> None:
        if reply.status != seat.request.status:
            self._end(seat, f"{seat.request.name}: status {reply.status}")
            return
        try:
            seat.request = seat.visit.send(reply)
        except StopIteration:
            self._end(seat)
        except UnexpectedError as error:
            self._end(seat, str(error))
        else:
            self._later(seat, self._think) if self._think else self._send(seat)

    def _end(self, seat: _Seat, error: str = "") -> None:
        if error:
            self.result.errors.append(error)
        else:
            self.result.completed += 1
            self.result.times.setdefault("whole", []).append(seat.busy)
        self._hang_up(seat)
        self._seated -= 1
        self._seat_next(seat)

    def _hang_up(self, seat: _Seat) -> None:
        if seat.socket is not None:
            self._selector.unregister(seat.socket)
        seat.hang_up()


def _header(headers: bytes, name: bytes) -> bytes | None:
    for line in headers.split(b"\r\n")[1:]:
        found, _, value = line.partition(b":")
        if found.lower() == name:
            return value.strip()
    return None


def _cookies(headers: bytes) -> dict[str, str]:
    found = {}
    for line in headers.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"set-cookie":
            key, _, content = value.strip().partition(b";")[0].decode("latin-1").partition("=")
            found[key] = content
    return found


def main() -> None:
    """Do the job on standard input."""
    from tests.bench.visits import VISITS

    job: dict[str, Any] = json.load(sys.stdin)
    visits = [VISITS[job["visit"]](who, number) for number, who in enumerate(job["visitors"])]
    cookies = [who.get("cookies", {}) for who in job["visitors"]]
    measured = Run(job["port"], visits, cookies).run(job["clients"], job["think"])
    json.dump(vars(measured), sys.stdout)


if __name__ == "__main__":
    main()
