"""Token stores: what went in comes out, and a file that is not whole is never read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs import ByteCodec, CharacterCodec
from zoo.codecs.document import Document
from zoo.data.storage.token_store import TokenStore
from zoo.errors import ZooError


def fitted(*texts: str) -> CharacterCodec:
    codec = CharacterCodec()
    codec.fit(texts)
    return codec


@tried(100)
@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_documents(texts: list[str]) -> None:
    documents = [Document.of_text(text) for text in texts]
    codec = ByteCodec()
    with tempfile.TemporaryDirectory() as folder, TokenStore.build(documents, codec, Path(folder, "tokens")) as store:
        with TokenStore.open(Path(folder, "tokens")) as again:
            assert again.fingerprint == store.fingerprint
            assert np.array_equal(again.offsets, store.offsets)
            assert np.array_equal(again.read(0, len(again)), store.read(0, len(store)))
        whole = codec.decode_bytes(store.read(0, len(store)))
        assert whole == "".join(texts).encode()
        assert store.documents == sum(bool(text) for text in texts)
        assert store.characters == sum(map(len, texts))
        ends = np.cumsum([0] + [len(text.encode()) for text in texts if text])
        assert store.offsets.tolist() == ends.tolist()


@pytest.mark.parametrize(("alphabet", "dtype"), [(50, "uint8"), (255, "uint8"), (256, "uint16"), (70_000, "int32")])
def test_the_smallest_type_that_holds_the_vocabulary(alphabet: int, dtype: str) -> None:
    text = "".join(chr(code) for code in range(0x10000, 0x10000 + alphabet))
    codec = fitted(text)
    store = TokenStore.build([Document.of_text(text)], codec)
    assert store.dtype == dtype
    assert codec.decode(store.read(0, len(store))) == text
    assert store.vocabulary == alphabet + 1


def test_unknown_characters_are_counted() -> None:
    store = TokenStore.build([Document.of_text("abcabd")], fitted("ab"))
    assert store.unknown == 2
    assert TokenStore.build([Document.of_text("abcabd")], ByteCodec()).unknown == 0


def test_a_nameless_store_leaves_nothing(tmp_path: Path) -> None:
    with TokenStore.build([Document.of_text("hello")], ByteCodec(), folder=tmp_path) as store:
        assert list(tmp_path.iterdir()) == []
        assert bytes(store.read(1, 4)) == b"ell"
        with pytest.raises(IndexError):
            store.read(3, 6)


def test_another_text_or_codec_has_another_fingerprint() -> None:
    prints = {
        TokenStore.build(documents, codec).fingerprint
        for codec in (ByteCodec(), fitted("hello world"))
        for documents in (
            [Document.of_text("hello")],
            [Document.of_text("he"), Document.of_text("llo")],
            [Document.of_text("world")],
        )
    }
    assert len(prints) == 6


def test_a_store_that_is_cut_off_or_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    TokenStore.build([Document.of_text("hello"), Document.of_text("world")], ByteCodec(), path).close()
    content = path.read_bytes()
    for cut in range(len(content)):
        path.write_bytes(content[:cut])
        with pytest.raises(ZooError, match=r"tokens: damaged: not a complete token store; delete it"):
            TokenStore.open(path)
    for place in range(10, len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(ZooError, match="damaged"):
            TokenStore.open(path)
    path.unlink()
    with pytest.raises(ZooError, match=r"tokens: cannot be read: No such file"):
        TokenStore.open(path)


def test_a_store_that_is_cut_off_in_use(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    store = TokenStore.build([Document.of_text("hello")], ByteCodec(), path)
    os.truncate(path, 3)
    with pytest.raises(ZooError, match="cut off at byte 3 while it was in use"):
        store.read(0, 5)


def test_a_bad_document_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"ab\xff")
    with pytest.raises(ZooError, match=r"bad\.txt: byte 2 is not valid UTF-8"):
        TokenStore.build([Document.of_file(tmp_path / "bad.txt")], fitted("ab"), tmp_path / "out" / "tokens")
    assert list((tmp_path / "out").iterdir()) == []


def run_and_watch(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


def test_killed_while_writing(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    script = """
        import sys, pathlib, time
        from zoo.codecs import ByteCodec
        from zoo.data import Document, TokenStore

        def documents():
            for _ in range(1000):
                yield Document.of_text("some text " * 1000)
                print(flush=True)

        TokenStore.build(documents(), ByteCodec(), pathlib.Path(sys.argv[1]))
        time.sleep(60)
    """
    process = run_and_watch(script, path)
    assert process.stdout is not None
    for _ in range(100):
        process.stdout.readline()
    parts = list(tmp_path.iterdir())
    assert len(parts) == 1 and parts[0].name.startswith(".tokens.")
    # Another builder beside the living one leaves its part alone.
    TokenStore.build([Document.of_text("mine")], ByteCodec(), path).close()
    assert parts[0].exists()
    path.unlink()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not path.exists()
    with pytest.raises(ZooError):
        TokenStore.open(path)
    TokenStore.build([Document.of_text("again")], ByteCodec(), path).close()
    assert [file.name for file in tmp_path.iterdir()] == ["tokens"]
    assert len(TokenStore.open(path)) == 5


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    script = """
        import resource, sys, pathlib
        from zoo.codecs import ByteCodec
        from zoo.data import Document, TokenStore
        from zoo.errors import ZooError

        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        for path in (pathlib.Path(sys.argv[1]), None):
            try:
                TokenStore.build([Document.of_text("x" * 1_000_000)], ByteCodec(), path, pathlib.Path(sys.argv[2]))
            except ZooError as error:
                print(error)
    """
    process = run_and_watch(script, tmp_path / "tokens", tmp_path)
    output = process.communicate()[0].splitlines()
    assert output == [
        f"cannot write the encoded text to {tmp_path / 'tokens'}: File too large",
        f"cannot write the encoded text to {tmp_path}: File too large",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_folder_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ZooError, match=r"cannot write the encoded text to .*: Permission denied"):
        TokenStore.build([Document.of_text("hello")], ByteCodec(), tmp_path / "tokens")


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ZooError, match=r"cannot write the encoded text to .*"):
        TokenStore.build([Document.of_text("hello")], ByteCodec(), tmp_path / "file" / "tokens")


@pytest.mark.parametrize("system", ["posix", "windows"])
def test_several_threads_read_at_once(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if system == "windows":
        monkeypatch.delattr(os, "pread")
    content = np.random.default_rng(0).integers(0, 128, 50_000, np.uint8)
    store = TokenStore.build([Document.of_text(content.tobytes().decode("ascii"))], ByteCodec())

    def check(begin: int) -> bool:
        return bool(np.array_equal(store.read(begin, begin + 999), content_read[begin : begin + 999]))

    content_read = store.read(0, len(store))
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(check, range(0, len(store) - 999, 37)))


@pytest.mark.slow
def test_two_gigabytes_in_bounded_memory(tmp_path: Path) -> None:
    script = """
        import resource, sys, pathlib
        import numpy as np
        from zoo.codecs import CharacterCodec
        from zoo.data import TokenStore, WindowBatches, read_documents

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

        before = peak()
        train = [example["target"] for example in read_documents(sys.argv[1]).train]
        codec = CharacterCodec()
        codec.fit(train)
        store = TokenStore.build(train, codec, folder=pathlib.Path(sys.argv[1]).parent)
        batches = WindowBatches(store, 64, 512, seed=1)
        total = sum(batch["weights"].sum(dtype=np.float64) for batch in batches.epoch(0))
        assert total == batches.predictable == len(store) - 1, (total, batches.predictable)
        print(len(store), peak() - before)
    """
    piece = ("def naive(猫):\n    return 猫 * 猫  # naïve\n" * 20_000).encode()
    with open(tmp_path / "big.txt", "wb") as stream:
        while stream.tell() < 2_000_000_000:
            stream.write(piece)
    started = time.perf_counter()
    process = run_and_watch(script, tmp_path / "big.txt")
    tokens, growth = map(float, process.communicate()[0].split())
    print(f"{tokens:,.0f} tokens, {growth:.0f} MiB more, {time.perf_counter() - started:.0f} s")
    assert tokens > 1.2e9
    assert growth < 100  # MiB
