"""Fetching: verification, resumption, offline, full disk, mirrors, unsafe archives."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import random
import resource as limits
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.conftest import FileServer
from zoo.data.named import Piece, Resource, Tree, fetch
from zoo.errors import ZooError

CONTENT = random.Random(0).randbytes(400_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def plain(server: FileServer, sha256: str = SHA256) -> tuple[Resource, ...]:
    server.files["/text.bin"] = CONTENT
    return (Resource(f"{server.address}/text.bin", sha256, (Piece("text.bin", sha256),)),)


def left(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_fetched_once_and_kept(server: FileServer, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    resources = plain(server)
    folder = fetch("mine", "mine", resources)
    assert folder == cache / "mine" and (folder / "text.bin").read_bytes() == CONTENT
    out, err = capsys.readouterr()
    assert out == "" and err.splitlines() == [f"fetching mine: text.bin from {server.address[7:]}, 400.0 kB"]
    fetch("mine", "mine", resources)
    assert len(server.log) == 1 and capsys.readouterr().err == ""
    (folder / "text.bin").write_bytes(CONTENT[:-1])
    fetch("mine", "mine", resources)
    assert len(server.log) == 2 and (folder / "text.bin").read_bytes() == CONTENT, "a damaged cache mends itself"


def test_a_bar_on_a_terminal(server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    fetch("mine", "mine", plain(server))
    assert "fetching mine: text.bin" in screen.getvalue() and "400.0/400.0 kB" in screen.getvalue()


def test_a_server_that_packs_on_the_way(server: FileServer, cache: Path) -> None:
    server.packs = True
    assert (fetch("mine", "mine", plain(server)) / "text.bin").read_bytes() == CONTENT


def test_a_wrong_checksum(server: FileServer, cache: Path) -> None:
    with pytest.raises(ZooError, match=r"data=mine: the download from .*/text.bin has another sha256"):
        fetch("mine", "mine", plain(server, "0" * 64))
    assert left(cache) == ["mine/.lock"]


class TestCutOff:
    def test_it_goes_on_where_it_stopped(self, server: FileServer, cache: Path) -> None:
        resources = plain(server)
        server.cuts = [12 * 8192, 18 * 8192]
        fetch("mine", "mine", resources)
        assert [wanted for _, wanted in server.log] == ["", f"bytes={12 * 8192}-", f"bytes={30 * 8192}-"]
        assert (cache / "mine" / "text.bin").read_bytes() == CONTENT and left(cache) == ["mine/.lock", "mine/text.bin"]

    def test_it_gives_up_and_goes_on_another_time(self, server: FileServer, cache: Path) -> None:
        resources = plain(server)
        server.cuts = [6 * 8192] * 5
        with pytest.raises(ZooError, match=r"cut off after 245.8 kB; the same command resumes it"):
            fetch("mine", "mine", resources)
        fetch("mine", "mine", resources)
        assert server.log[-1][1] == f"bytes={30 * 8192}-" and (cache / "mine" / "text.bin").read_bytes() == CONTENT

    def test_nothing_comes_any_more(self, server: FileServer, cache: Path) -> None:
        resources = plain(server)
        server.cuts = [6 * 8192, 0, 0]
        with pytest.raises(ZooError, match=r"cut off after 49.2 kB"):
            fetch("mine", "mine", resources)
        assert len(server.log) == 2

    @pytest.mark.parametrize("lacking", ["ranges", "tags"])
    def test_servers_that_cannot_go_on_begin_anew(self, server: FileServer, cache: Path, lacking: str) -> None:
        resources = plain(server)
        setattr(server, lacking, False)
        server.cuts = [9 * 8192]
        fetch("mine", "mine", resources)
        assert (cache / "mine" / "text.bin").read_bytes() == CONTENT

    def test_another_file_by_the_same_name_is_not_mixed_with_it(self, server: FileServer, cache: Path) -> None:
        resources = plain(server)
        server.cuts = [6 * 8192, 0]
        with pytest.raises(ZooError):
            fetch("mine", "mine", resources)
        server.files["/text.bin"] = other = CONTENT[::-1]
        sha256 = hashlib.sha256(other).hexdigest()
        fetch("mine", "mine", (Resource(resources[0].address, sha256, (Piece("text.bin", sha256),)),))
        assert (cache / "mine" / "text.bin").read_bytes() == other


def test_offline(server: FileServer, cache: Path) -> None:
    resources = plain(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(ZooError, match=r"data=mine: cannot reach 127.0.0.1:\d+: Connection refused .offline\? ZOO_MIR"):
        fetch("mine", "mine", resources)


def test_a_name_that_is_not_known(cache: Path) -> None:
    with pytest.raises(ZooError, match=r"data=mine: cannot reach no-such-host.invalid: .* .offline\?") as caught:
        fetch("mine", "mine", (Resource("http://no-such-host.invalid/a", "", (Piece("a"),)),))
    assert "\n" not in str(caught.value)


def test_gone(server: FileServer, cache: Path) -> None:
    with pytest.raises(ZooError, match=r"data=mine: http.*/gone: 404 Not Found"):
        fetch("mine", "mine", (Resource(f"{server.address}/gone", "", (Piece("gone"),)),))


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file of this process can grow beyond 100 kB."""
    soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (100_000, hard))
    yield
    limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))


def test_no_room(server: FileServer, cache: Path, little_room: None) -> None:
    with pytest.raises(ZooError, match=r"data=mine: cannot write .*text.bin.part: File too large; 400.0 kB are needed"):
        fetch("mine", "mine", plain(server))
    assert "mine/text.bin.part" not in left(cache), "what fills the disk up must not stay there"


@pytest.mark.slow
def test_a_full_disk(server: FileServer, cache: Path) -> None:
    cache.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(cache)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        with pytest.raises(
            ZooError, match=r"cannot write .*: No space left on device; 400.0 kB are needed .ZOO_CACHE="
        ):
            fetch("mine", "mine", plain(server))
    finally:
        subprocess.run(["umount", "-l", str(cache)], check=True)


def test_a_cache_that_cannot_be_written_to(
    server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(ZooError, match=r"cannot write to .*/mine: Not a directory .ZOO_CACHE=FOLDER"):
        fetch("mine", "mine", plain(server))


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(members: dict[str, bytes], link: str = "") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        if link:
            info = tarfile.TarInfo("data/link")
            info.type, info.linkname = tarfile.SYMTYPE, link
            archive.addfile(info)
    return stream.getvalue()


PIECES = (Piece("one.txt", hashlib.sha256(b"1").hexdigest(), "data/1.txt"),)
TREES = (Tree("pictures/all", "data/pictures"),)
MEMBERS = {"data/1.txt": b"1", "data/pictures/a.png": b"A", "data/pictures/deep/b.png": b"B", "other": b"not wanted"}


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
class TestArchives:
    def pack(self, name: str, members: dict[str, bytes]) -> bytes:
        return zipped(members) if name.endswith("zip") else tarred(members)

    def get(self, server: FileServer, name: str, content: bytes) -> Path:
        server.files[f"/{name}"] = content
        return fetch("mine", "mine", (Resource(f"{server.address}/{name}", "", PIECES, TREES),))

    def test_what_is_wanted_is_unpacked(self, server: FileServer, cache: Path, name: str) -> None:
        folder = self.get(server, name, self.pack(name, MEMBERS))
        assert left(folder) == [".lock", "one.txt", "pictures/all/a.png", "pictures/all/deep/b.png"]
        self.get(server, name, b"not fetched again")
        assert len(server.log) == 1

    @pytest.mark.parametrize(
        "bad", ["../evil", "/tmp/evil", "data/../../evil", "..\\evil", "C:\\evil", "data/pictures/../../../evil"]
    )
    def test_nothing_lands_elsewhere(self, server: FileServer, cache: Path, name: str, bad: str) -> None:
        with pytest.raises(ZooError, match=r"a\..*: refused: its member .* would be unpacked outside the folder"):
            self.get(server, name, self.pack(name, {**MEMBERS, bad: b"evil"}))
        assert not list(cache.parent.rglob("*evil*")) and left(cache) == ["mine/.lock"]

    def test_damaged(self, server: FileServer, cache: Path, name: str) -> None:
        whole = self.pack(name, {**MEMBERS, "data/pictures/c.png": CONTENT})
        for content in (whole[: len(whole) // 2], b"no archive at all"):
            with pytest.raises(ZooError, match=rf"{name}: damaged"):
                self.get(server, name, content)
        with pytest.raises(ZooError, match=rf"{name}: damaged: it has no data/1.txt"):
            self.get(server, name, self.pack(name, {"data/pictures/a": b"A"}))
        with pytest.raises(ZooError, match=r"one.txt is not the expected file"):
            self.get(server, name, self.pack(name, {**MEMBERS, "data/1.txt": b"2"}))
        assert left(self.get(server, name, self.pack(name, MEMBERS)))[1] == "one.txt", "nothing bad was kept"

    def test_a_mirror_in_a_folder(
        self, cache: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mirror" / "mine").mkdir(parents=True)
        monkeypatch.setenv("ZOO_MIRROR", str(tmp_path / "mirror"))
        resources = (Resource(f"http://no-such-host.invalid/{name}", "", PIECES, TREES),)
        with pytest.raises(ZooError, match=rf"data=mine: the mirror has neither .*/mine/{name} nor mine/one.txt"):
            fetch("mine", "mine", resources)
        (tmp_path / "mirror" / "mine" / name).write_bytes(self.pack(name, MEMBERS))
        assert left(fetch("mine", "mine", resources))[1] == "one.txt"
        (tmp_path / "mirror" / "mine" / "one.txt").write_bytes(b"1")
        (tmp_path / "mirror" / "mine" / "pictures" / "all").mkdir(parents=True)
        assert fetch("mine", "mine", resources) == tmp_path / "mirror" / "mine", "unpacked, it is used where it stands"
        (tmp_path / "mirror" / "mine" / "one.txt").write_bytes(b"2")
        with pytest.raises(ZooError, match=r"mirror/mine/one.txt is not the expected file"):
            fetch("mine", "mine", resources)


def test_links_are_refused(server: FileServer, cache: Path) -> None:
    server.files["/a.tar.gz"] = tarred(MEMBERS, link="/etc")
    with pytest.raises(ZooError, match=r"a.tar.gz: refused: contains 'data/link', which is neither a file nor a fol"):
        fetch("mine", "mine", (Resource(f"{server.address}/a.tar.gz", "", PIECES),))


def test_a_packed_file(server: FileServer, cache: Path) -> None:
    packed = gzip.compress(CONTENT)
    server.files["/text.gz"] = packed
    sha256 = hashlib.sha256(packed).hexdigest()
    folder = fetch("mine", "mine", (Resource(f"{server.address}/text.gz", sha256, (Piece("text", SHA256),)),))
    assert (folder / "text").read_bytes() == CONTENT and left(folder) == [".lock", "text"]
    server.files["/b.gz"] = packed[:-5]
    with pytest.raises(ZooError, match=r"b.gz: damaged"):
        fetch("mine", "other", (Resource(f"{server.address}/b.gz", "", (Piece("text", SHA256),)),))


def test_a_mirror_on_a_server(server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_MIRROR", f"{server.address}/all/")
    server.files["/all/mine/text.bin"] = CONTENT
    resources = (Resource("http://no-such-host.invalid/text.bin", SHA256, (Piece("text.bin", SHA256),)),)
    assert (fetch("mine", "mine", resources) / "text.bin").read_bytes() == CONTENT
    server.files["/all/other/one.txt"] = b"1"
    folder = fetch("other", "other", (Resource("http://no-such-host.invalid/a.zip", "", PIECES),))
    assert (folder / "one.txt").read_bytes() == b"1", "a mirror may hold the pieces unpacked"
