"""What the export says to whoever opens it."""

from typing import Final

README_TEXT: Final = """{name}: everything, as Glassine kept it

photos/     All originals and edited versions, by gallery and set, under the names they came with. A photo that is in
            several galleries lies in the first one. What was replaced lies in "Other versions".
data/       All else: one file for each table, one row per line, as JSON. Photos, marks, comments, lists, people,
            settings, links and the journal. Keys between the tables are the ids in the rows.
previews/   Small pictures made from the photos. Needed by no one but Glassine.
other/      Files that belong to no photo.
export.json What this export is: format, moment, tables, and what was left out and why.
secrets.enc Addresses and PINs of your links, encrypted with your passphrase. Only there if you chose one.
manifest-*  Path, size and SHA-256 of every file, one per line, as JSON.

If the export has several parts, unpack all of them into one folder.

To move into another Glassine: manage.py import_studio FOLDER
No password of anybody is in here. It names clients, visitors and people in photos: keep it as you keep contracts.
"""
