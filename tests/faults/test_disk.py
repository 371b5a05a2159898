"""Real refusals of the file system in the middle of a publish: full, read-only, forbidden."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicator.errors import TargetError
from syndicator.targets import DeliveryError, DirectoryTarget
from tests.targets.world import Reader, World, assert_live

NOBODY = 65534
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount and change users")


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this machine does not let us mount a small file system")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of its own in memory, of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def all_complete(world: World, target: DirectoryTarget, allowed: set[str]) -> None:
    """Every partner sees one complete edition of one price: old or new."""
    for partner in world.partner_ids():
        prices = Reader(target).prices(partner)
        assert prices, f"{partner} sees nothing"
        assert len(set(prices.values())) == 1
        assert set(prices.values()) <= allowed


def uniform(price: int, words: int = 30) -> World:
    return World(products=40, partners=6, words=words, prices=dict.fromkeys(range(1, 41), price))


@root_only
@pytest.mark.parametrize("free", [0, 40, 120, 200, 300])
def test_a_disk_that_fills_up_leaves_complete_editions_and_the_next_run_completes(
    disk: Path, free: int
) -> None:
    """`free` KB are left: too little for the objects, the records, the heads, or for none."""
    target = DirectoryTarget(disk / "site")
    uniform(1).publish(target)
    status = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - free * 1024)))
    world = uniform(2)
    try:
        world.publish(target)
    except TargetError as failure:
        assert "No space left on device" in str(failure)  # noqa: PT017  whether it fails depends
        assert failure.exit_code == 5  # noqa: PT017  see above
    else:
        assert free >= 120
    all_complete(world, DirectoryTarget(disk / "site"), {"1", "2"})
    filler.unlink()
    world.publish(DirectoryTarget(disk / "site"))
    assert_live(world, target)


@root_only
def test_a_disk_that_turns_read_only_in_the_middle(disk: Path) -> None:
    """It turns when the first feed is asked for: heads are new, feeds are not there."""
    target = DirectoryTarget(disk / "site")
    uniform(1).publish(target)
    world = uniform(2)

    def feeds(*_: object) -> list[object]:
        mount("-o", "remount,ro", str(disk))
        return list(world.feed_blobs(*_))  # type: ignore[arg-type]

    world.feeds = "offers.xml"
    with pytest.raises(DeliveryError, match="Read-only file system") as failure:
        world.publish(target, feeds=feeds)
    assert failure.value.lagging == ()
    all_complete(world, target, {"2"})
    mount("-o", "remount,rw", str(disk))
    report = world.publish(DirectoryTarget(disk / "site"))
    assert (report.committed, report.feeds) == (False, 6)
    assert_live(world, target)


def in_a_child(action: Callable[[], None]) -> str:
    """Run `action` in a process of its own and return the failure of the target that it met."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told = b"nothing happened"
        try:
            action()
        except TargetError as error:
            told = f"{type(error).__name__}: {error}".encode()
        except BaseException as error:  # noqa: BLE001  told to the parent
            told = repr(error).encode()
        finally:
            os.write(writing, told[:4000])
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told.decode()


@root_only
@pytest.mark.parametrize(
    "place", ["public/o", "private/releases", "private/refs", "public/e", ".stage"]
)
def test_a_permission_that_was_taken_away(tmp_path: Path, place: str) -> None:
    """The publisher is an ordinary user; one folder of the target is no longer its own."""
    for folder in tmp_path.parents[:-2]:
        folder.chmod(folder.stat().st_mode | 0o555)
    site = tmp_path / "site"
    target, world = DirectoryTarget(site), uniform(1)
    world.publish(target)
    subprocess.run(["chown", "-R", str(NOBODY), str(tmp_path)], check=True)
    folders = [site / place, *(path for path in (site / place).rglob("*") if path.is_dir())]
    for folder in folders:
        os.chown(folder, 0, 0)
        folder.chmod(0o555)
    world = uniform(2)

    def publish() -> None:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        world.publish(DirectoryTarget(site))

    told = in_a_child(publish)
    assert "Permission denied" in told, told
    assert told.startswith("DeliveryError" if place == "public/e" else "TargetError"), told
    assert ("6 partners lag" in told) == (place == "public/e")
    all_complete(world, target, {"1"})
    for folder in folders:
        os.chown(folder, NOBODY, NOBODY)
        folder.chmod(0o755)
    assert in_a_child(publish) == "nothing happened"
    assert_live(world, DirectoryTarget(site))


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """`ulimit -f` of 2 KB: the first page that is larger stops the publish."""
    target = DirectoryTarget(tmp_path / "site")
    uniform(1).publish(target)
    world = uniform(2)

    def publish() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
        world.publish(DirectoryTarget(tmp_path / "site"))

    assert "File too large" in in_a_child(publish)
    all_complete(world, target, {"1"})
    world.publish(target)
    assert_live(world, target)
