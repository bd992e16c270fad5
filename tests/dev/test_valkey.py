import pytest

from vet2b.dev.valkey import Valkey, ValkeyError


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """installed(words) puts a server on the path that says so of itself, and cannot do more."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))

    def install(words):
        program = path / "redis-server"
        program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{words}"\n')
        program.chmod(0o755)

    return install


def test_an_installed_server_and_the_one_of_the_wheel_keep_their_own_files(installed, tmp_path):
    from_the_wheel = Valkey(tmp_path)
    installed("Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64 build=0")

    assert from_the_wheel.folder == tmp_path / "valkey-9"
    assert Valkey(tmp_path).folder == tmp_path / "redis-7"


def test_server_that_does_not_start_is_said_with_its_log(installed, tmp_path):
    installed("Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64 build=0")

    with pytest.raises(ValkeyError, match="redis-7/valkey.log"):
        Valkey(tmp_path).start()


def test_server_answers_until_it_is_stopped(tmp_path):
    server = Valkey(tmp_path)

    process = server.start(durable=False)

    assert server._answers()
    process.stop()
    assert not server._answers()
