"""Mutated files: valid ones that were cut, shuffled, and filled with bytes that parsers dislike."""

from __future__ import annotations

from hypothesis import strategies as st

NASTY = [
    b"",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\r",
    b"\r\n",
    b"\n\n",
    b'"',
    b'""',
    b"'",
    b",",
    b";",
    b"\t",
    b"{",
    b"}",
    b"[" * 50,
    b"null",
    b"NaN",
    b"inf",
    b"-1",
    b"1e999",
    b"999999999999999999999999",
    b"\\u0000",
    b"\\ud800",
    "\u2028\u0085".encode(),
    "日本".encode()[:4],
    b"../../outside",
    b"/etc/hostname",
    b"true",
    b"#",
    b"&a *a",
    b"!!python/object:os.system",
    b"${oc.env:HOME}",
    b"x" * 5000,
]


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of the seeds after some accidents, or plain noise."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 12))
        match draw(st.sampled_from(["insert", "remove", "replace", "cut", "repeat", "flip"])):
            case "insert":
                data = data[:place] + draw(st.sampled_from(NASTY)) + data[place:]
            case "remove":
                data = data[:place] + data[place + length :]
            case "replace":
                data = data[:place] + draw(st.sampled_from(NASTY)) + data[place + length :]
            case "cut":
                data = data[:place]
            case "repeat":
                data = data[:place] + data[place : place + length] * 3 + data[place:]
            case "flip" if place < len(data):
                data = data[:place] + bytes([data[place] ^ (1 << draw(st.integers(0, 7)))]) + data[place + 1 :]
    return data
