"""How a task of the jail and who asks for it hand each other files: by these names, in the folder that it writes to."""

from typing import Final

#: What is asked for beyond the file itself.
WISH: Final = "wish.json"
FIT: Final = "fit.jpg"
CLEAN: Final = "clean"
VIDEO: Final = "video.mp4"
#: What is to be said, and the file that says it.
SAID: Final = "said.json"
EMBEDDED: Final = "embedded"
#: Numbers of what a task holds: where it answers, and a source that lies in memory, with the path that leads to it.
ANSWER_HANDLE: Final = 3
SOURCE_HANDLE: Final = 4
IN_MEMORY: Final = f"/proc/self/fd/{SOURCE_HANDLE}"
