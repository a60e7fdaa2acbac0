"""Who looks without being a person: previews of messengers, mail scanners, search engines, browsers that look ahead.

None of them is an opening of a gallery. They are told apart by what they say of themselves; a scanner that passes for
a browser gives itself away by not saying which language it reads, as every browser does.
"""

from __future__ import annotations

import re

from django.http import HttpRequest

# WhatsApp and Signal ("WhatsApp/2"), Telegram, Slack, Skype and Teams, Facebook, Twitter, LinkedIn, Discord and Google
# fetch previews under such names; the browsers inside of these apps call themselves otherwise.
_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|preview|facebookexternalhit|facebookcatalog|^whatsapp|slack-imgproxy|embedly|vkshare|"
    r"google-|googleimageproxy|safelinks|mimecast|proofpoint|barracuda|scanner|symantec|sophos|trendmicro|fireeye|"
    r"headless|phantomjs|curl/|wget/|python|okhttp|java/|go-http|libwww|axios|node-fetch|httpclient|urlgrabber",
    re.IGNORECASE,
)
_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


def is_machine(request: HttpRequest) -> bool:
    """True for a request that no person is behind."""
    headers = request.headers
    agent = headers.get("User-Agent", "")
    if _MACHINES.search(agent):
        return True
    if _AHEAD.search(headers.get("Sec-Purpose", headers.get("Purpose", headers.get("X-Moz", "")))):
        return True
    return agent.startswith("Mozilla/") and not headers.get("Accept-Language")
