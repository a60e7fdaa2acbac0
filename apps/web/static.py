"""Static files with the content's hash in their names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hashed, compressed, cached for a year; script modules keep finding each other."""

    support_js_module_import_aggregation = True
    manifest_strict = False
