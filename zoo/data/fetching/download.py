"""Downloads a file over HTTP, and resumes interrupted downloads."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from zoo.errors import ZooError
from zoo.progress import in_words, watch

ATTEMPTS = 5
"""How often an interrupted download is resumed before it fails."""
_CHUNK = 1 << 13  # bytes; an interrupted download loses no more than this
_TIMEOUT = (10, 60)  # seconds: to connect, and between two pieces
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NotThere(ZooError):
    """The server has no such file."""


class ResumingDownloader:
    """A downloader for pooch.

    The received part is in a `.part` file. The download resumes if the server supports it, and confirms by tag or date
    that the file is unchanged.

    Args:
        part: path of the incomplete file.
        name: of the data set, for people.
    """

    def __init__(self, part: Path, name: str) -> None:
        self._part = part
        self._tag = part.with_name(f"{part.name}.json")
        self._name = name

    def __call__(self, url: str, output_file: str | os.PathLike[str], pooch: object = None) -> None:
        """Download a file, with pooch's signature.

        Raises:
            ZooError: offline, refused, interrupted, or the disk is full.
        """
        import requests

        host = urlsplit(url).netloc
        for attempt in range(ATTEMPTS):
            had = self._size()
            try:
                if self._get(url, host):
                    break
            except requests.exceptions.RequestException as error:
                if self._size() == had:
                    if had or isinstance(error, requests.exceptions.ChunkedEncodingError):
                        raise ZooError(self._cut_off(host)) from error
                    raise ZooError(
                        f"data={self._name}: cannot reach {host}: {_reason(error)} "
                        "(offline? ZOO_MIRROR=FOLDER reads the files from a folder)"
                    ) from error
            if attempt + 1 == ATTEMPTS:
                raise ZooError(self._cut_off(host))
        os.replace(self._part, output_file)
        with suppress(OSError):
            self._tag.unlink()

    def _get(self, url: str, host: str) -> bool:
        """Make one request, and return whether the file is complete."""
        import requests

        have = self._size()
        validator = self._validator(url) if have else ""
        # Some servers refuse programs that do not identify themselves.
        headers = {"User-Agent": "seqzoo", "Accept-Encoding": "identity"}
        if have and validator:
            headers |= {"Range": f"bytes={have}-", "If-Range": validator}
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            if answer.status_code == 416:  # nothing left to send, or the file has changed: start again
                self._part.unlink(missing_ok=True)
                return False
            if answer.status_code >= 400:
                kind = NotThere if answer.status_code in (404, 410) else ZooError
                raise kind(f"data={self._name}: {url}: {answer.status_code} {answer.reason}")
            goes_on = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            if answer.status_code == 206 and not goes_on:
                self._part.unlink(missing_ok=True)
                return False
            have = have if goes_on else 0
            length = answer.headers.get("Content-Length", "")
            # requests decompresses a compressed response, which then has another length.
            plain = answer.headers.get("Content-Encoding", "identity") == "identity"
            total = have + int(length) if length.isdecimal() and plain else 0
            self._remember(url, answer.headers)
            with watch(f"fetching {self._name}: {self._part.stem} from {host}", have, total) as advance:
                got = self._write(answer.iter_content(_CHUNK), "ab" if goes_on else "wb", total, advance)
        return not total or have + got == total

    def _write(self, pieces: Iterable[bytes], mode: str, total: int, advance: Callable[[int], object]) -> int:
        got = 0
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            with self._part.open(mode) as stream:
                for piece in pieces:
                    stream.write(piece)
                    got += len(piece)
                    advance(len(piece))
        except OSError as error:
            if isinstance(error, _requests_error()):
                raise
            needed = ""
            if error.errno in _NO_ROOM:
                # Do not leave a file that fills the disk.
                self._part.unlink(missing_ok=True)
                needed = f"; {in_words(total)} are needed" if total else ""
            raise ZooError(
                f"data={self._name}: cannot write {self._part}: {error.strerror or error}{needed} "
                "(ZOO_CACHE=FOLDER stores the data elsewhere)"
            ) from error
        return got

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _remember(self, url: str, headers: Mapping[str, str]) -> None:
        tag = headers.get("ETag", "")
        validator = headers.get("Last-Modified", "") if not tag or tag.startswith("W/") else tag
        with suppress(OSError):
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._tag.write_text(json.dumps({"url": url, "validator": validator}), encoding="utf-8")

    def _validator(self, url: str) -> str:
        try:
            kept = json.loads(self._tag.read_text(encoding="utf-8"))
            return str(kept["validator"]) if kept["url"] == url else ""
        except Exception:  # a damaged note is none
            return ""

    def _cut_off(self, host: str) -> str:
        return (
            f"data={self._name}: the download from {host} was cut off after {in_words(self._size())}; "
            "the same command resumes it"
        )


def _requests_error() -> type[Exception]:
    import requests

    return requests.exceptions.RequestException


def _reason(error: BaseException) -> str:
    """Return the innermost cause in a few words."""
    import requests

    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    while (inner := getattr(error, "reason", None) or error.__cause__ or error.__context__) and inner is not error:
        if not isinstance(inner, BaseException):
            break
        error = inner
    return " ".join((getattr(error, "strerror", None) or type(error).__name__).split())
