"""The S3 target keeps the contract on a real S3 server, and distrusts its answers."""

from __future__ import annotations

from typing import Any

import brotli
import pytest

from syndicator.errors import TargetError
from syndicator.targets import Swap, Target, blob, read_live
from syndicator.targets.s3 import S3Target
from tests.targets.contract import TargetContract
from tests.targets.seaweed import Server, bucket
from tests.targets.world import World, assert_live

TEXT = b'{"words":"' + b"many words " * 50 + b'"}'


@pytest.fixture
def target(s3: Server) -> S3Target:
    return S3Target(s3.connector(), bucket(s3), "site/")


class TestS3Target(TargetContract):
    @pytest.fixture
    def target(self, s3: Server) -> S3Target:
        return S3Target(s3.connector(), bucket(s3), "site/")

    def test_list_tells_more_than_one_answer_of_a_store_holds(self, target: Target) -> None:
        """With answers of 7 keys, as a thousand objects take long to make."""
        assert isinstance(target, S3Target)
        target.listed = 7
        target.create(blob(f"public/o/zz/{n:05}.json", b"1") for n in range(20))
        before = target.usage.lists
        assert len(list(target.list("public/o/zz/"))) == 20
        assert target.usage.lists - before == 3


def test_headers_are_what_a_content_network_needs(target: S3Target, s3: Server) -> None:
    target.create([blob("public/o/aa/a.json", TEXT), blob("public/m/aa/a.png", b"\x89PNG" * 100)])
    target.write([blob("public/e/head.json", TEXT), blob("private/refs/live", TEXT)])
    told = {}
    for key in ("public/o/aa/a.json", "public/m/aa/a.png", "public/e/head.json"):
        answer = s3.client().get_object(Bucket=target.bucket, Key=f"site/{key}")
        told[key] = (
            answer["ContentType"],
            answer["CacheControl"],
            answer.get("ContentEncoding"),
        )
    assert told == {
        "public/o/aa/a.json": (
            "application/json",
            "public, max-age=31536000, immutable",
            "br",
        ),
        "public/m/aa/a.png": ("image/png", "public, max-age=31536000, immutable", None),
        "public/e/head.json": (
            "application/json",
            "public, max-age=60, stale-while-revalidate=600",
            "br",
        ),
    }
    stored = s3.client().get_object(Bucket=target.bucket, Key="site/public/o/aa/a.json")
    assert brotli.decompress(stored["Body"].read()) == TEXT


def test_a_swap_needs_one_request_where_the_content_is_known(target: S3Target) -> None:
    target.write([blob("public/e/head.json", TEXT)])
    assert target.shared
    before = target.usage.requests
    assert target.swap([Swap(blob("public/e/head.json", b"{}"), TEXT)]) == [True]
    assert target.usage.requests - before == 1


def test_the_probe_leaves_nothing_behind(target: S3Target) -> None:
    assert target.shared
    assert list(target.list("private/")) == []


def ignore_conditions(client: Any) -> Any:
    """Make a client of a store that ignores conditional writes: their headers never arrive."""

    def drop(request: Any, **_: Any) -> None:
        for header in ("If-Match", "If-None-Match"):
            del request.headers[header]

    client.meta.events.register("before-sign.s3", drop)
    return client


@pytest.fixture
def careless(s3: Server) -> S3Target:
    connect = s3.client  # its own, as it is changed
    return S3Target(lambda attempts: ignore_conditions(connect(attempts)), bucket(s3))


def test_a_store_that_ignores_conditions_is_refused(careless: S3Target) -> None:
    assert not careless.shared
    with pytest.raises(TargetError, match="ignores conditional writes") as refusal:
        World().publish(careless)
    assert refusal.value.exit_code == 5
    assert read_live(careless) is None


def test_a_store_that_ignores_conditions_serves_a_single_publisher(careless: S3Target) -> None:
    careless.exclusive = True
    world = World()
    world.publish(careless)
    world.prices[7] = 3
    world.publish(careless)
    assert_live(world, careless)


def test_publishing_and_changing_one_price(target: S3Target) -> None:
    world = World()
    world.publish(target)
    world.prices[7] = 90
    before = target.usage.requests
    report = world.publish(target)
    assert (report.objects, report.heads, report.entries) == (2, 2, 0)
    assert_live(world, target)
    assert target.usage.requests > before


def test_wrong_credentials_are_told(s3: Server, target: S3Target) -> None:
    connect = s3.connector(aws_secret_access_key="wrong-secret")  # noqa: S106  made to be refused
    wrong = S3Target(connect, target.bucket)
    with pytest.raises(TargetError, match="the secret key is wrong"):
        wrong.read("private/refs/live")


def test_an_unknown_access_key_is_told(s3: Server, target: S3Target) -> None:
    wrong = S3Target(s3.connector(aws_access_key_id="nobody"), target.bucket)
    with pytest.raises(TargetError, match="does not know this access key"):
        wrong.write([blob("private/refs/live", b"x")])


def test_a_missing_bucket_is_told(s3: Server) -> None:
    absent = S3Target(s3.connector(), "no-such-bucket-at-all")
    with pytest.raises(TargetError, match="the bucket does not exist"):
        absent.read("private/refs/live")


def test_an_unreachable_store_is_told(s3: Server) -> None:
    nowhere = S3Target(s3.connector(endpoint_url="http://127.0.0.1:9"), "anywhere")
    with pytest.raises(TargetError, match="cannot reach the store") as refusal:
        nowhere.read("private/refs/live")
    assert refusal.value.exit_code == 5
