"""Files with less metadata and the very same pixels: nothing is decoded or encoded, the container is rewritten.

Whatever a format's module does not know to be part of the picture is left out, so a maker's new invention is dropped
rather than handed on. Runs in the jail only; see `clean` for the tasks and `media.on_demand` for who asks.
"""
