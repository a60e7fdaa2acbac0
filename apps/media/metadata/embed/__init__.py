"""Files that say what the studio says of a photo: metadata is written into a copy, pixels stay as they are.

`description` is what is said, `packet` says it as XMP, `exif` and `iptc` in the older ways; `containers` puts all three
into a file. A stranger's bytes are read here, so this runs in the jail only; see `task`.
"""
