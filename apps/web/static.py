"""Static files with the content's hash in their names."""

from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hashed, compressed, cached for a year; script modules keep finding each other."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    # A page asks for some twenty addresses, and the manifest does not change while a process lives.
    url = cache(CompressedManifestStaticFilesStorage.url)
