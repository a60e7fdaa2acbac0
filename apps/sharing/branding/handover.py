"""How the tasks of logos and marks and who asks for them hand each other files, as in `media.handover`."""

from typing import Final

LOGO: Final = "logo.png"
MARK: Final = "mark.png"
#: The most pixels, across and down, that a logo and a mark are kept with.
LOGO_BOX: Final = (600, 240)
MARK_BOX: Final = (1000, 1000)
