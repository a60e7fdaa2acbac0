"""Settings of an installation whose workers a test kills: only how long a killed worker's work waits is shorter.

The rule is the same, a claim that is not renewed is taken back by the next sweep; tests that kill would wait half a
minute for it each time.
"""

from datetime import timedelta

from config.settings.dev import *  # noqa: F403

JOB_LEASE = timedelta(seconds=9)
