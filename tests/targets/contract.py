"""What every target must keep, whatever it is made of. Adapters subclass `TargetContract`."""

from __future__ import annotations

import threading

import pytest

from syndicator.errors import TargetError
from syndicator.targets import Blob, Swap, Target, blob

KEY = "private/refs/live"
OBJECT = "public/o/ab/abcdef.json"


def put(key: str, data: bytes) -> Blob:
    return blob(key, data)


class TargetContract:
    """Subclasses give a fixture `target`: empty, writable."""

    def test_an_absent_key_reads_as_none(self, target: Target) -> None:
        assert target.read("public/o/00/absent.json") is None

    def test_what_was_created_is_read_back(self, target: Target) -> None:
        target.create([put(OBJECT, b'{"a":1}')])
        assert target.read(OBJECT) == b'{"a":1}'

    def test_bytes_come_back_exactly_also_large_and_binary_ones(self, target: Target) -> None:
        blobs = {
            "public/m/00/empty.json": b"",
            "public/m/00/text.json": b'{"a":"' + b"\xc3\xa4" * 50_000 + b'"}',
            "public/m/00/picture.png": bytes(range(256)) * 4000,
        }
        target.create(put(key, data) for key, data in blobs.items())
        assert {key: target.read(key) for key in blobs} == blobs

    def test_creating_the_same_again_is_harmless(self, target: Target) -> None:
        for _ in range(2):
            target.create([put(OBJECT, b"{}")])
        assert target.read(OBJECT) == b"{}"

    def test_many_are_created_in_one_call(self, target: Target) -> None:
        target.create(put(f"public/o/{n % 7:02}/n{n}.json", b"%d" % n) for n in range(60))
        assert [target.read(f"public/o/{n % 7:02}/n{n}.json") for n in range(60)] == [
            b"%d" % n for n in range(60)
        ]

    def test_write_replaces(self, target: Target) -> None:
        target.write([put("private/feeds/p/a.xml", b"old" * 200)])
        target.write([put("private/feeds/p/a.xml", b"new")])
        assert target.read("private/feeds/p/a.xml") == b"new"

    def test_swap_creates_only_where_nothing_is(self, target: Target) -> None:
        assert target.swap([Swap(put(KEY, b"1"), None)]) == [True]
        assert target.swap([Swap(put(KEY, b"2"), None)]) == [False]
        assert target.read(KEY) == b"1"

    def test_swap_replaces_only_what_it_expects(self, target: Target) -> None:
        target.write([put(KEY, b"1")])
        assert target.swap([Swap(put(KEY, b"2"), b"0")]) == [False]
        assert target.swap([Swap(put(KEY, b"2"), b"1")]) == [True]
        assert target.swap([Swap(put(KEY, b"3"), b"1")]) == [False]
        assert target.read(KEY) == b"2"

    def test_swap_expecting_something_fails_where_nothing_is(self, target: Target) -> None:
        assert target.swap([Swap(put(KEY, b"2"), b"1")]) == [False]
        assert target.read(KEY) is None

    def test_each_swap_of_a_batch_stands_alone(self, target: Target) -> None:
        keys = [f"public/e/head{n}.json" for n in range(20)]
        target.write(put(key, b"old" * 100) for key in keys[::2])
        outcome = target.swap([Swap(put(key, b"new" * 100), b"old" * 100) for key in keys])
        assert outcome == [n % 2 == 0 for n in range(20)]
        assert [target.read(key) for key in keys] == [
            b"new" * 100 if n % 2 == 0 else None for n in range(20)
        ]

    def test_of_racing_swaps_every_success_counts(self, target: Target) -> None:
        """Three threads add one ten times each; nothing is lost, nothing counted twice."""
        target.write([put(KEY, b"0")])
        failures: list[BaseException] = []

        def add() -> None:
            try:
                done = 0
                while done < 10:
                    current = target.read(KEY)
                    assert current is not None
                    done += target.swap([Swap(put(KEY, b"%d" % (int(current) + 1)), current)])[0]
            except BaseException as error:  # noqa: BLE001  told to the main thread
                failures.append(error)

        threads = [threading.Thread(target=add) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures
        assert target.read(KEY) == b"30"

    def test_delete_removes_and_forgives_absence(self, target: Target) -> None:
        target.create([put(OBJECT, b"{}" * 300)])
        target.delete([OBJECT, "public/o/00/absent.json"])
        assert target.read(OBJECT) is None
        assert list(target.list("public/")) == []

    def test_list_tells_keys_below_a_prefix_in_order(self, target: Target) -> None:
        keys = ["public/o/aa/b.json", "public/o/aa/a.json", "private/o/aa/c.json"]
        target.create(put(key, b'{"x":"' + b"y" * 500 + b'"}') for key in keys)
        assert [entry.key for entry in target.list("public/o/")] == sorted(keys[:2])
        assert [entry.key for entry in target.list("private/")] == keys[2:]
        assert list(target.list("nothing/")) == []

    def test_list_tells_more_than_one_answer_of_a_store_holds(self, target: Target) -> None:
        target.create(put(f"public/o/zz/{n:05}.json", b"1") for n in range(1100))
        assert len(list(target.list("public/o/zz/"))) == 1100

    def test_usage_counts_requests_and_bytes(self, target: Target) -> None:
        before = target.usage.requests
        target.create([put("public/m/00/x.png", b"12345")])
        target.read("public/m/00/x.png")
        assert target.usage.requests - before == 2
        assert target.usage.bytes_written >= 5

    def test_a_swap_that_finds_what_it_expects_is_one_request(self, target: Target) -> None:
        assert target.swap([Swap(put(KEY, b"1"), None)]) == [True]
        before = target.usage.requests
        assert target.swap([Swap(put(KEY, b"2"), b"1")]) == [True]
        assert target.usage.requests - before == 1

    @pytest.mark.parametrize(
        "key",
        ["../x", "/etc/x", "a/../x", "a//x", "", "a/.hidden", "a/", "a\\..\\x", "a\nb", "~/x"],
    )
    def test_keys_cannot_leave_the_target(self, target: Target, key: str) -> None:
        with pytest.raises(TargetError, match="no key of a target"):
            target.write([put(key, b"x")])
        with pytest.raises(TargetError, match="no key of a target"):
            target.read(key)
