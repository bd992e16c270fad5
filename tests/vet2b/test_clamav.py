"""The scanner hook, against a daemon that speaks ClamAV's protocol and knows one signature: EICAR's test file."""

import socketserver
import threading

import pytest

from tests.vet2b.test_uploads import pdf, picture, refusal, upload
from vet2b.lib.clamav import ScannerDown, is_clean
from vet2b.lib.uploads import check_upload

# in two parts, so that no scanner takes this file for it
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
        self.server.seen.append(len(content))
        found = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(self.server.answer or found)


@pytest.fixture(params=["tcp", "unix"])
def daemon(request, tmp_path, settings):
    if request.param == "tcp":
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon)
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd.ctl"), Daemon)
        settings.CLAMD_URL = f"unix://{tmp_path}/clamd.ctl"
    server.seen, server.answer = [], b""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_harmless_upload_passes_whole(daemon):
    content = picture(size=(900, 900), format="PNG", compress_level=0)

    assert check_upload(upload(content, "a.png")).content_type == "image/png"
    assert check_upload(upload(pdf(), "a.pdf")).size == len(pdf())

    assert daemon.seen == [len(content), len(pdf())]


@pytest.mark.parametrize("make", [lambda: (picture() + EICAR, "a.jpg"), lambda: (pdf(EICAR), "a.pdf")])
def test_eicar_is_refused(daemon, make):
    assert refusal(*make()) == "virus"


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"stream: OK, perhaps\0"])
def test_an_answer_that_is_no_verdict_lets_nothing_pass(daemon, answer):
    daemon.answer = answer

    assert refusal(picture(), "a.jpg") == "unscanned"


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl", "tcp://", "nonsense"])
def test_while_the_scanner_is_away_nothing_is_kept(url, settings):
    settings.CLAMD_URL = url

    assert refusal(picture(), "a.jpg") == "unscanned"
    with pytest.raises(ScannerDown):
        is_clean(b"", url)


def test_without_a_scanner_nothing_changes(settings):
    settings.CLAMD_URL = ""

    assert check_upload(upload(picture(), "a.jpg")).content_type == "image/jpeg"
