"""The letters that we have for a mark of words."""


def can_write(text: str) -> bool:
    """True if our letters can write it: Latin letters with their accents, signs of European texts."""
    return all(" " <= letter <= "~" or "\u00a0" <= letter <= "\u024f" or letter in "–—‘’‚“”„•…€™ẞ" for letter in text)
