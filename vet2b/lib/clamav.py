"""Asks a ClamAV daemon about bytes, by its INSTREAM command, over a Unix socket or TCP."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

TIMEOUT = 10
PIECE = 64 * 1024


class ScannerDown(Exception):
    """No answer that could be trusted."""


def is_clean(content: bytes, url: str) -> bool:
    """`url` is `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`; raises ScannerDown unless there is an answer."""
    try:
        with connected(url) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                connection.sendall(len(piece).to_bytes(4, "big") + piece)
            connection.sendall(bytes(4))
            with connection.makefile("rb") as reply:
                answer = reply.read(4096).rstrip(b"\0\n")
    except OSError as error:
        raise ScannerDown(repr(error)) from error
    if answer.endswith(b" FOUND"):
        return False
    if answer != b"stream: OK":
        raise ScannerDown(f"unexpected answer: {answer[:200]!r}")
    return True


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname, parts.port or 3310), TIMEOUT)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection
