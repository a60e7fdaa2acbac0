"""The storm: which fault comes when. Each is over after a while, and nothing of it is told to Glassine."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

import redis

from config.launcher.paths import Paths
from tests.chaos import bucket as buckets
from tests.chaos.bucket import BadBucket
from tests.chaos.crowd import Crowd
from tests.chaos.disk import Disk
from tests.installation import Installation
from tests.uploads.cutting import CuttingLine

# How often each service is killed beside the others.
VICTIMS = {"web": 6, "worker": 6, "postgres": 3, "redis": 3, "video": 1, "faces": 1}
MOODS = (buckets.SLOW, buckets.REFUSING, buckets.RESETTING, buckets.AWAY)
# Seconds that a fault lasts, and between two kills; connections that are cut at a time.
BAD_SECONDS, PAUSE, CUTS = 6.0, (1.0, 5.0), 5
# Of so many kills one is followed by a bad bucket, a full disk, an empty Redis, a kill of everything.
BUCKET_EVERY, DISK_EVERY, WIPE_EVERY, ALL_EVERY = 5, 12, 9, 25


class Storm:
    """Breaks things until so many kills are done. done: how often what was done."""

    def __init__(self, glassine: Installation, bucket: BadBucket, disk: Disk, line: CuttingLine, seed: int) -> None:
        self.glassine, self.bucket, self.disk, self.line = glassine, bucket, disk, line
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()

    def rage(self, crowd: Crowd, kills: int, say: Callable[[str], None]) -> None:
        """As long as photos are sent, spread over them; whatever is left of the kills afterwards."""
        killed = 0
        while killed < kills:
            self._wait_for_its_share(crowd, killed / kills)
            killed += self._kill()
            self.line.left += CUTS
            for every, fault in (
                (BUCKET_EVERY, self._bad_bucket),
                (DISK_EVERY, self._full_disk),
                (WIPE_EVERY, self._wipe_redis),
                (ALL_EVERY, self._kill_all),
            ):
                if killed % every == 0:
                    fault()
            say(f"{killed} of {kills} kills, {len(crowd.ledger.photos)} of {crowd.count} photos acknowledged")

    def _wait_for_its_share(self, crowd: Crowd, share: float) -> None:
        """Kills are spread over the photos, so that none is left without."""
        time.sleep(self.chance.uniform(*PAUSE))
        end = time.monotonic() + 60
        while crowd.is_sending() and len(crowd.ledger.photos) < share * crowd.count and time.monotonic() < end:
            time.sleep(0.2)

    def _kill(self) -> int:
        """kill -9 of one service, as soon as it is there. 1, so that kills can be counted."""
        victim = self.chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        while not self.glassine.kill(victim):
            time.sleep(0.2)
        self.done[f"kill -9 of {victim}"] += 1
        return 1

    def _bad_bucket(self) -> None:
        mood = MOODS[self.done["bad bucket"] % len(MOODS)]
        self.bucket.mood = mood
        self.done["bad bucket"] += 1
        time.sleep(BAD_SECONDS)
        self.bucket.mood = buckets.WELL

    def _full_disk(self) -> None:
        if not self.disk.can_be_full:
            return
        self.disk.fill()
        self.done["full disk"] += 1
        time.sleep(BAD_SECONDS)
        self.disk.free()

    def _wipe_redis(self) -> None:
        try:
            redis.Redis.from_url(Paths(self.glassine.data).redis_url, socket_timeout=5).flushall()
        except redis.RedisError:
            # It is on its way back from the last kill.
            return
        self.done["Redis emptied"] += 1

    def _kill_all(self) -> None:
        self.glassine.kill_all()
        self.done["kill -9 of all at once"] += 1
        self.glassine.start(timeout=240)
