"""A field of five gigabytes: what reading it may hold in memory."""

# ruff: noqa: E501  pieces stand in rows

from __future__ import annotations

from pathlib import Path

from syndicator.sources import Reading, SourceSpec, read_catalog

FIVE_GIGABYTES = 5 * 1024**3
MOST = 256 * 1024**2
"""Bytes that reading may hold beyond what was held before."""
_MAPPING = "fields: {sku: id, title: name, brand: {constant: N}}\n"
FIELDS: dict[str, tuple[bytes, bytes, list[str]]] = {
    "csv": (b'id,name\nA,Saddle\nB,"', b'"\nZ,Bell\n', []),
    "jsonl": (b'{"id": "A", "name": "a"}\n{"id": "B", "name": "', b'"}\n{"id": "Z", "name": "z"}\n', ["A", "Z"]),
    "google": (b"<rss><item><id>A</id><title>T</title><brand>N</brand></item><item><id>", b"</id></item></rss>", ["A"]),
    "bmecat": (b"<BMECAT><PRODUCT><SUPPLIER_PID>", b"</SUPPLIER_PID></PRODUCT></BMECAT>", []),
    "etim": (b'{"Supplier": "', b'"}', []),
    "yaml": (b"sku: A\nbrand: N\ntitle: '", b"'\n", []),
}  # fmt: skip
"""What stands before and after the field, and the products that are read all the same."""


def read_field(folder: Path, kind: str, size: int, fill: bytes = b"") -> tuple[Reading, int]:
    """Read a file with a field of `size` bytes; return also the bytes held beyond before.

    The field is of NUL bytes, a hole that takes no place on the disk, unless `fill` says a sign.
    """
    head, tail, _ = FIELDS[kind]
    (folder / "m.yaml").write_text(_MAPPING)
    with (folder / "p").open("wb") as file:
        file.write(head)
        if fill:
            file.write(fill * size)
        else:
            file.seek(size)
        file.write(tail)
    mapping = "m.yaml" if kind in {"csv", "jsonl"} else ""
    Path("/proc/self/clear_refs").write_text("5")  # forgets the most that was held so far
    before = _most_held()
    reading = read_catalog(folder, [SourceSpec(kind, "p", mapping)], ("en",), {})
    return reading, _most_held() - before


def _most_held() -> int:
    """Return the most memory that this process has held, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
