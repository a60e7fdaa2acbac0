"""Nobody who has no business here holds the disk: bodies of strangers are short, few for each address, and quick."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest

from apps.web import bodies
from apps.web.bodies import Bodies, BodyRefused, BodyTooLong, BodyTooSlow, TooMuchAtOnce, network_of

pytestmark = pytest.mark.django_db(transaction=True)

PART = b"x" * (256 << 10)


async def read(
    arriving: Bodies, parts: int, *, address: str = "203.0.113.7", pause: float = 0, stays: Any = None
) -> int:
    """Send so many parts of a quarter of a megabyte; how many bytes are there. stays: how long the page takes."""
    left = parts

    async def receive() -> dict[str, Any]:
        nonlocal left
        await asyncio.sleep(pause)
        left -= 1
        return {"type": "http.request", "body": PART, "more_body": left > 0}

    file = io.BytesIO()
    with arriving.held_for({"client": (address, 1)}) as body:
        await body.read(receive, file)
        if stays is not None:
            await stays.wait()
    return len(file.getvalue())


def nobody(_scope: Any) -> bool:
    return False


def a_member(_scope: Any) -> bool:
    return True


def test_a_stranger_sends_two_megabytes_and_no_more() -> None:
    assert asyncio.run(read(Bodies(64 << 20, nobody), 8)) == 2 << 20
    with pytest.raises(BodyTooLong):
        asyncio.run(read(Bodies(64 << 20, nobody), 9))


def test_a_member_sends_what_a_form_may_hold() -> None:
    assert asyncio.run(read(Bodies(16 << 20, a_member), 60)) == 15 << 20
    with pytest.raises(BodyTooLong):
        asyncio.run(read(Bodies(16 << 20, a_member), 65))


@pytest.mark.parametrize("house", [["203.0.113.7"], ["2001:db8::1", "2001:db8::ffff"]])
def test_all_of_one_address_together_hold_little(house: list[str]) -> None:
    arriving = Bodies(64 << 20, nobody)

    async def story() -> list[Any]:
        over = asyncio.Event()
        waiting = [asyncio.ensure_future(read(arriving, 8, address=house[0], stays=over)) for _ in range(4)]
        while sum(arriving.held.values()) < bodies.MOST_OF_ADDRESS:
            await asyncio.sleep(0.001)
        with pytest.raises(TooMuchAtOnce):
            await read(arriving, 1, address=house[-1])
        # Somebody else is served meanwhile.
        assert await read(arriving, 4, address="198.51.100.1") == 1 << 20
        over.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(asyncio.wait_for(story(), 30)) == [2 << 20] * 4
    assert arriving.held == {}


def test_what_members_send_is_not_counted_for_their_network() -> None:
    arriving = Bodies(16 << 20, a_member)

    async def story() -> list[int]:
        return await asyncio.gather(*(read(arriving, 16) for _ in range(8)))

    assert asyncio.run(story()) == [4 << 20] * 8
    assert arriving.held == {}


def test_a_body_that_trickles_in_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.02)
    arriving = Bodies(64 << 20, nobody)
    with pytest.raises(BodyTooSlow):
        asyncio.run(read(arriving, 8, pause=60))
    assert arriving.held == {}
    # As long as enough has come, the rest has time.
    monkeypatch.setattr(bodies, "LOWEST_RATE", 1)
    assert asyncio.run(read(arriving, 4, pause=0.01)) == 1 << 20


@pytest.mark.parametrize("kind", BodyRefused.__subclasses__())
def test_each_refusal_is_a_sentence(kind: type[BodyRefused]) -> None:
    assert kind.status in (408, 413, 429)
    assert str(kind()).endswith(".")


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("2001:db8::7", "2001:db8::/64"), ("", "")],
)
def test_a_household_is_one_address(address: str, network: str) -> None:
    assert network_of(address) == network
