"""A name server on loopback, so that domains are looked up as they are in the world."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


class NameServer(threading.Thread):
    """Answers TXT questions from `records`; a name it does not have does not exist. Silent, it answers nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.records: dict[str, list[str]] = {}
        self.silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def run(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            if not self.silent:
                self._socket.sendto(self._answer(data), peer)

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self.join()
        self._socket.close()

    def _answer(self, data: bytes) -> bytes:
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name = question.question[0].name
        texts = self.records.get(name.to_text(omit_final_dot=True))
        if texts is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif texts:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *[f'"{text}"' for text in texts]))
        return answer.to_wire()


@contextmanager
def running() -> Iterator[NameServer]:
    """The server, and this process' resolver pointed at it."""
    server = NameServer()
    server.start()
    before = dns.resolver.default_resolver
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    dns.resolver.default_resolver = resolver
    try:
        yield server
    finally:
        dns.resolver.default_resolver = before
        server.stop()
