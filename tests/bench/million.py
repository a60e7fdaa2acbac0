"""A studio of a million photos beside nineteen others, written in bulk into an installation that runs.

    python -m tests.bench.million OWNER SCALE      with the installation's environment; OWNER is an e-mail address

Rows look like those of fifteen years: shoots in galleries of 100 to 10,000, some twenty cameras, stars, labels,
keywords as trees, positions in 300 towns, people with faces, photos in the trash, hidden ones, ones without a date.
They are written past triggers and foreign keys, which would take half an hour; counters come from the product's own
statements afterwards, and rows of the index are compared with `library_source`.

Every photo has its original's row, its place in a gallery, three renditions (of one and the same file) and its row in
the index. Versions and bytes there are none: nothing that is measured reads them.
SCALE: by which the numbers of photos are divided; 1 for what counts.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from apps.accounts.models import Studio, User  # noqa: E402
from apps.accounts.tenancy import acting_in  # noqa: E402
from apps.faces import counting  # noqa: E402
from apps.library import index, value_counts  # noqa: E402
from config.launcher.paths import SUPERUSER, Paths  # noqa: E402
from tests.factories import BlobFactory, MembershipFactory, StudioFactory  # noqa: E402

#: Photos of each studio. Of the first a hundredth lies in the trash and a twentieth has no position, so that the
#: library has more than a million photos and the map a million points.
STUDIOS: Final = (1_070_000, 100_000, 10_000, *[5_000] * 17)
#: Photos of galleries, in turn.
ALBUMS: Final = (100, 250, 500, 1_000, 2_500, 400, 800, 10_000, 150, 300)
FIRST, DAYS = datetime(2011, 1, 1, 9, tzinfo=UTC), 365 * 15
PEOPLE, TOWNS, KEYWORDS, CAPTIONS = 2_000, 300, 2_000, 500
CAMERAS: Final = (
    ("Canon", "Canon EOS R6"), ("Canon", "Canon EOS R5"), ("Canon", "Canon EOS 5D Mark IV"), ("Canon", "Canon EOS 6D"),
    ("SONY", "ILCE-7M4"), ("SONY", "ILCE-7RM5"), ("SONY", "ILCE-9"), ("NIKON CORPORATION", "NIKON Z 6"),
    ("NIKON CORPORATION", "NIKON D850"), ("NIKON CORPORATION", "NIKON D750"), ("FUJIFILM", "X-T4"),
    ("FUJIFILM", "X-T5"), ("Apple", "iPhone 13"), ("Apple", "iPhone 15 Pro"), ("Google", "Pixel 7"),
    ("Panasonic", "DC-S5"), ("LEICA CAMERA AG", "LEICA Q2"), ("OLYMPUS", "E-M1MarkIII"), ("DJI", "FC3582"),
    # In one gallery only.
    ("Hasselblad", "X2D 100C"),
)  # fmt: skip
LENSES: Final = tuple(
    f"{maker} {length}mm F{stop}"
    for maker in ("RF", "EF", "FE", "Z", "XF")
    for length, stop in (("24-70", 2.8), ("70-200", 2.8), ("35", 1.4), ("50", 1.2), ("85", 1.4), ("16-35", 4))
)
CITIES: Final = (
    ("Wien", "AT"), ("Graz", "AT"), ("Linz", "AT"), ("Salzburg", "AT"), ("Innsbruck", "AT"), ("München", "DE"),
    ("Berlin", "DE"), ("Hamburg", "DE"), ("Roma", "IT"), ("Venezia", "IT"),
)  # fmt: skip
NAMES: Final = ("Anna", "Ben", "Clara", "David", "Eva", "Felix", "Greta", "Hugo", "Ida", "Jakob", "Klara", "Leo")
SYLLABLES: Final = ("ba", "de", "fi", "go", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wi", "zu", "hal")
WORDS: Final = (
    "wedding", "portrait", "beach", "mountain", "church", "dance", "dinner", "garden", "child", "dog", "snow", "rain",
    "sunset", "ring", "flower", "car", "train", "bridge", "market", "concert",
)  # fmt: skip
#: On one photo of 40,000.
RARE: Final = "solar eclipse"


@dataclass(frozen=True)
class Grown:
    """A studio that was made. count: photos of its library.  person: of whom there are many photos."""

    slug: str
    id: str
    count: int
    person: str


def main() -> None:
    """Make it all, and print what was made as JSON. What was there is left as it is and printed."""
    email, scale = sys.argv[1], int(sys.argv[2])
    url = Paths(Path(os.environ["GLASSINE_DATA"]).absolute()).database_url(SUPERUSER)
    with psycopg.connect(url, autocommit=True) as boss:
        made = _made(boss)
        if len(made) < len(STUDIOS):
            _make(boss, url, User.objects.get(email=email), scale)
            made = _made(boss)
    print(json.dumps([asdict(one) for one in made]))


def _made(boss: psycopg.Connection[Any]) -> list[Grown]:
    rows = boss.execute(
        """select s.slug, s.id::text, (select sum(m.photos) from library_monthcount m where m.studio_id = s.id),
               (select c.person_id::text from faces_personcount c where c.studio_id = s.id order by photos desc limit 1)
           from accounts_studio s where s.slug like 'million-%' order by s.slug"""
    ).fetchall()
    return [Grown(slug, pk, int(count), person) for slug, pk, count, person in rows if count]


def _make(boss: psycopg.Connection[Any], url: str, owner: User, scale: int) -> None:
    began = time.perf_counter()

    def told(what: str) -> None:
        print(f"{time.perf_counter() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    studios = [StudioFactory.create(name=f"Million {n:02}", slug=f"million-{n:02}") for n in range(len(STUDIOS))]
    for studio in studios:
        MembershipFactory.create(studio=studio, user=owner)
    with _roomy(boss):
        _prepare(boss, studios, scale)
        told("galleries and texts")
        boss.execute(_STAGED)
        boss.execute("create unlogged table bench.sets as " + _SETS)
        boss.execute("vacuum analyze bench.staged, bench.sets")
        told("numbers")
        with _without_indexes(boss, url, told), ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda statements: _run(url, statements, told), _TABLES))
        boss.execute(_APPEARANCES)
        boss.execute(_PERSON_PHOTOS)
        told("order of faces")
        boss.execute("vacuum analyze")
        told("statistics")
    for studio in studios:
        index.recount(studio.pk)
        with acting_in(studio):
            counting.heal(studio.pk)
    value_counts.fold()
    boss.execute("vacuum analyze library_valuecount")
    told("counters")
    _compare(boss, studios)
    boss.execute("drop schema bench cascade")
    told("compared with the source")


# -- what there is of galleries and texts ---------------------------------------------------------------------------


def _prepare(boss: psycopg.Connection[Any], studios: list[Studio], scale: int) -> None:
    chance = random.Random(7)
    boss.execute("drop schema if exists bench cascade")
    boss.execute(_SCHEMA)
    albums, sections, people, events, holidays = [], [], [], [], []
    files = []
    for studio, count in zip(studios, STUDIOS, strict=True):
        files.append((studio.pk, BlobFactory.create(studio=studio, size=60_000).pk))
        for number, (first, last, starts) in enumerate(_shoots(count // scale, chance)):
            album, title = uuid4(), f"{chance.choice(NAMES)} & {chance.choice(NAMES)} {number}"
            ranks = [uuid4() for _ in range(chance.randint(0, 4))]
            hours = 96 if last - first > 5_000 else 12
            albums.append((album, studio.pk, number, title, first, last, starts, timedelta(hours=hours), ranks))
            sections += [(pk, studio.pk, album, f"Part {rank}", rank) for rank, pk in enumerate(ranks, 1)]
        some = max(20, PEOPLE * count // STUDIOS[0])
        people += [(uuid4(), studio.pk, number, *_person(number, chance)) for number in range(some)]
        events += [_event(studio.pk, number, chance) for number in range(max(5, 200 * count // STUDIOS[0]))]
        holidays.append((uuid4(), "AT", "", studio.pk))
    _copy(boss, "bench.album", albums)
    _copy(boss, "bench.person", people)
    _copy(boss, "bench.file", files)
    _copy(boss, "bench.camera", ((n, *camera) for n, camera in enumerate(CAMERAS)))
    _copy(boss, "bench.lens", enumerate(LENSES))
    _copy(boss, "bench.town", (_town(n, chance) for n in range(TOWNS)))
    _copy(boss, "bench.keyword", ((n, _keyword(n)) for n in range(KEYWORDS)))
    _copy(boss, "bench.caption", ((n, _caption(n, chance)) for n in range(CAPTIONS)))
    _copy(boss, "albums_section (id, studio_id, album_id, title, rank)", sections)
    _copy(boss, "library_event (id, studio_id, kind, title, starts, ends, is_yearly, client, created_at)", events)
    _copy(boss, "library_holidayset (id, country, region, studio_id)", holidays)
    boss.execute(_VECTORS)


def _copy(boss: psycopg.Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with boss.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _shoots(count: int, chance: random.Random) -> Iterator[tuple[int, int, datetime]]:
    """First and last number of the photos of each gallery, and when it begins; galleries follow one another."""
    spans, first = list[tuple[int, int]](), 0
    while first < count:
        last = min(count, first + ALBUMS[len(spans) % len(ALBUMS)]) - 1
        spans.append((first, last))
        first = last + 1
    for number, (first, last) in enumerate(spans):
        day = (number + chance.random()) * DAYS / len(spans)
        yield first, last, FIRST + timedelta(days=int(day), minutes=chance.randint(0, 480))


def _person(number: int, chance: random.Random) -> tuple[str, Any]:
    surname = "".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize()
    born = (datetime(1940, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 27_000))).date()
    return f"{NAMES[number % len(NAMES)]} {surname}", born if number % 7 == 0 else None


def _event(studio: UUID, number: int, chance: random.Random) -> tuple[Any, ...]:
    starts = FIRST + timedelta(days=chance.randint(0, DAYS))
    ends = starts + timedelta(hours=chance.randint(2, 30))
    return uuid4(), studio, "custom", f"Event {number}", starts, ends, number % 20 == 0, "", starts


def _town(number: int, chance: random.Random) -> tuple[Any, ...]:
    name, country = (
        CITIES[number] if number < len(CITIES) else ("", chance.choice(("AT", "DE", "IT", "FR", "ES", "US")))
    )
    name = name or "".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize()
    far = number % 5 == 0
    latitude = chance.uniform(-40, 60) if far else chance.uniform(44, 52)
    longitude = chance.uniform(-120, 150) if far else chance.uniform(5, 18)
    return number, name, country, latitude, longitude


def _keyword(number: int) -> str:
    word, kind = WORDS[number % len(WORDS)], number // len(WORDS)
    if kind == 0:
        return word
    leaf = SYLLABLES[kind % 16] + SYLLABLES[kind // 16 % 16] + word
    return f"{word.capitalize()}|{leaf}" if number % 4 == 0 else leaf


def _caption(number: int, chance: random.Random) -> str:
    some = " ".join(chance.choice(SYLLABLES) + chance.choice(SYLLABLES) for _ in range(5))
    return f"{chance.choice(WORDS)} {some} {chance.choice(WORDS)} {number}"


# -- what photos are ----------------------------------------------------------------------------------------------

_SCHEMA: Final = """
    create schema bench;
    create unlogged table bench.album (id uuid, studio uuid, nr int, title text, first int, last int,
        starts timestamptz, lasts interval, sections uuid[]);
    create unlogged table bench.person (id uuid, studio uuid, nr int, name text, born date);
    create unlogged table bench.file (studio uuid primary key, id uuid);
    create unlogged table bench.camera (nr int primary key, make text, model text);
    create unlogged table bench.lens (nr int primary key, name text);
    create unlogged table bench.town (nr int primary key, city text, country text, latitude float8, longitude float8);
    create unlogged table bench.keyword (nr int primary key, name text);
    create unlogged table bench.caption (nr int primary key, said text);
    -- A number of 31 bits that looks like chance.
    create function bench.h(n bigint, k int) returns int language sql immutable parallel safe
        as $$ select (hashint8extended(n, k) & 2147483647)::int $$;
    -- A UUID that begins with a time, as `apps.web.ids.uuid7` makes them. k: three hexadecimal digits.
    create function bench.id(at bigint, k text, tail text) returns uuid language sql immutable parallel safe
        as $$ select (lpad(to_hex(at), 12, '0') || '7' || k || '8' || substr(tail, 1, 15))::uuid $$;
"""
_VECTORS: Final = """
    create unlogged table bench.glass as
    select c.nr as camera, l.nr as lens, library_camera(c.make, c.model) as camera_name, l.name as lens_name,
        jsonb_build_object('make', c.make, 'model', c.model, 'lens', l.name) as facts,
        library_vector(library_camera(c.make, c.model) || ' ' || l.name) as words
    from bench.camera c, bench.lens l;
    create unlogged table bench.said as
    select nr, said, library_vector(said) as words from bench.caption union all select -1, '', library_vector('');
    create unlogged table bench.where as
    select nr, city, country, latitude, longitude, library_vector(city) as words, ARRAY['#c:' || country] as marks
    from bench.town;
    create unlogged table bench.name as
    select n as nr, p as prefix, p || lpad(n::text, 4, '0') || '.JPG' as name,
        library_name(p || lpad(n::text, 4, '0') || '.JPG') as words
    from generate_series(0, 9999) n, unnest(array['IMG_', 'DSC_', '_MG_']) p;
    create unlogged table bench.by as
    select p as name, library_vector(p) as words from unnest(array['', 'Ada Berg', 'Bo Lind', 'Cy Roth']) p;
    analyze bench.album, bench.glass, bench.said, bench.where, bench.name, bench.by;
"""
# In the order of upload, so that every index of ids grows at its end as it does in life.
_STAGED: Final = """
    create unlogged table bench.staged as
    select a.studio, a.id as album, a.sections, g.*, bench.id(g.up, 'aaa', g.tail) as id,
        bench.id(g.up, 'bbb', g.tail) as original
    from bench.album a
    cross join lateral (
        select n, x, md5(a.studio::text || n) as tail,
            a.starts + a.lasts * ((n - a.first)::float8 / (a.last - a.first + 1)) as taken,
            (extract(epoch from a.starts + interval '4 days') * 1000)::bigint + (n - a.first) * 200 as up,
            case when a.nr = 40 then 19 when bench.h(x, 1) % 20 = 0 then bench.h(x, 2) % 19
                else (a.nr * 7 + bench.h(x, 1) % 2 * 3) % 19 end as camera,
            (a.nr * 5 + bench.h(x, 3) % 5 * 7) % 30 as lens,
            (array[100, 200, 400, 400, 800, 1600, 3200, 6400, 12800])[bench.h(x, 4) % 9 + 1] as iso,
            (array[1.2, 1.4, 2, 2.8, 2.8, 4, 5.6, 8, 11])[bench.h(x, 5) % 9 + 1]::float8 as aperture,
            (array[60, 125, 250, 250, 500, 1000, 2000, 4000])[bench.h(x, 6) % 8 + 1] as per_second,
            (array[16, 24, 35, 50, 70, 85, 135, 200])[bench.h(x, 7) % 8 + 1] as focal,
            case when bench.h(x, 8) % 100 < 70 then 0 when bench.h(x, 8) % 100 < 98 then 3 + bench.h(x, 9) % 2
                else 5 end as rating,
            case when bench.h(x, 10) % 100 < 15
                then (array['red', 'yellow', 'green', 'blue', 'purple'])[bench.h(x, 11) % 5 + 1] else '' end as label,
            case bench.h(x, 12) % 20 when 0 then 'pick' when 1 then 'reject' else '' end as flag,
            case when bench.h(x, 13) % 20 > 0 then (a.nr * 11) % 300 end as town,
            (bench.h(x, 14) % 4000 - 2000) / 1e5 as north, (bench.h(x, 15) % 4000 - 2000) / 1e5 as east,
            case when bench.h(x, 16) % 10 < 3 then bench.h(x, 17) % 500 else -1 end as caption,
            -- The gallery's two, and often one of fifty that many photos have.
            array[(a.nr * 13) % 2000, (a.nr * 29 + 7) % 2000]
                || case when bench.h(x, 18) % 3 = 0 then array[bench.h(x, 19) % 50] else '{}' end
                || case when bench.h(x, 20) % 40000 = 0 then array[2000] else '{}' end as keywords,
            n % 10000 as name, (array['IMG_', 'DSC_', '_MG_'])[a.nr % 3 + 1] as prefix,
            (array['', '', 'Ada Berg', 'Bo Lind', 'Cy Roth'])[a.nr % 5 + 1] as by,
            case when cardinality(a.sections) > 0
                then (n - a.first) * cardinality(a.sections) / (a.last - a.first + 1) + 1 else 0 end as section_rank,
            bench.h(x, 21) % 70 <> 0 as is_dated, bench.h(x, 22) % 100 = 0 as is_trashed,
            bench.h(x, 23) % 33 = 0 as is_hidden, bench.h(x, 24) % 1000 as state, bench.h(x, 25) % 12 as people,
            bench.h(x, 26) % 4 = 0 as is_upright, bench.h(x, 27) % 50 as approved
        from generate_series(a.first, a.last) n
        cross join lateral (select n + (hashtext(a.studio::text)::bigint << 22) as x) as own
    ) as g
    order by up
"""
_SETS: Final = """
    with sets as (
        select s.numbers, (select jsonb_agg(case k when 2000 then 'solar eclipse' else w.name end order by at)
            from unnest(s.numbers) with ordinality as one(k, at) left join bench.keyword w on w.nr = k) as written
        from (select distinct keywords as numbers from bench.staged) s
    ), levels as (
        select numbers, written, array(
            select array_to_string(parts[1:depth], '|')
            from jsonb_array_elements_text(written) with ordinality each(w, no)
            cross join lateral string_to_array(library_fold(w), '|') parts
            cross join lateral generate_series(1, cardinality(parts)) depth order by no, depth desc
        ) as keywords from sets
    )
    select numbers, written, keywords, library_vector(array_to_string(keywords, ' ')) as words from levels
"""
_TABLES: Final = (
    (
        (
            "originals",
            """insert into media_blob (id, studio_id, sha256, size, mime, storage_key, state, created_at, seen_at,
                   checked_at, crc32)
               select original, studio, md5(tail) || tail, 4000000 + bench.h(n, 30) % 8000000, 'image/jpeg',
                   studio::text || '/' || tail, 'live', to_timestamp(up / 1000.0), to_timestamp(up / 1000.0), now(), 1
               from bench.staged""",
        ),
        (
            "photos",
            """insert into albums_photo (id, studio_id, camera_name, kind, original_id, state, problem, width, height,
                   color, phash, fingerprint_version, taken_at, taken_offset, taken_by_hand, place, facts, caption,
                   rating, label, flag, keywords, created_at, updated_at, trashed_at, recipe, approved_at, photographer,
                   agreement, stack_id)
               select s.id, s.studio, s.prefix || lpad(s.name::text, 4, '0') || '.JPG',
                   case when state between 10 and 30 then 'raw' when state between 31 and 35 then 'video'
                       else 'image' end,
                   s.original, case when state = 0 then 'failed' when state = 1 then 'processing' else 'ready' end,
                   case when state = 0 then 'The file is damaged.' else '' end,
                   case when is_upright then 4000 else 6000 end, case when is_upright then 6000 else 4000 end,
                   '#' || substr(tail, 1, 6), hashint8extended(n, 31), 2,
                   case when is_dated then taken end, case when is_dated then 60 end, false, '',
                   g.facts || jsonb_build_object('iso', iso, 'aperture', aperture, 'exposure_seconds', 1.0 / per_second,
                       'focal_length_mm', focal) || case when town is null then '{}' else
                       jsonb_build_object('latitude', w.latitude + north, 'longitude', w.longitude + east) end,
                   c.said, rating, label, flag, k.written, to_timestamp(up / 1000.0), to_timestamp(up / 1000.0),
                   case when is_trashed then now() - interval '3 days' end, 3,
                   case when approved = 0 then now() end, by, 1,
                   -- Five of a hundred, one after the other, are a burst.
                   case when n % 100 < 5 then md5(studio::text || 'burst' || n / 100)::uuid end
               from bench.staged s join bench.glass g using (camera, lens) join bench.said c on c.nr = s.caption
               join bench.sets k on k.numbers = s.keywords left join bench.where w on w.nr = s.town order by s.up""",
        ),
        (
            "bursts",
            """insert into albums_stack (id, studio_id, kind, top_id, is_by_hand, created_at)
               select md5(studio::text || 'burst' || n / 100)::uuid, studio, 'burst', id, false, now()
               from bench.staged where n % 100 = 0""",
        ),
        (
            "galleries",
            """insert into albums_album (id, studio_id, title, slug, description, state, event_date, ordering, focal_x,
                   focal_y, design, more_coming, is_listed, published_at, created_at, updated_at, kind)
               select id, studio, title, 'g-' || nr, '', (array['live', 'draft', 'archived'])[nr % 3 + 1],
                   starts::date, 'time', 0.5, 0.4, '{}', false, true, starts, starts, starts, 'gallery'
               from bench.album""",
        ),
        (
            "places in galleries",
            """insert into albums_placement (id, studio_id, album_id, section_id, photo_id, section_rank, sort_key,
                   manual_key, is_hidden, is_withheld, created_at, trashed_at)
               select bench.id(up, 'ccc', tail), studio, album, sections[section_rank], id, section_rank,
                   lpad(n::text, 20, '0'), lpad(n::text, 20, '0'), is_hidden, false, to_timestamp(up / 1000.0),
                   case when is_trashed then now() - interval '3 days' end
               from bench.staged""",
        ),
        (
            "positions",
            """insert into library_photoplace (id, studio_id, photo_id, latitude, longitude, by_hand, country, city)
               select bench.id(up, 'ddd', tail), studio, id, w.latitude + north, w.longitude + east, false, w.country,
                   w.city from bench.staged s join bench.where w on w.nr = s.town order by up""",
        ),
    ),
    (
        (
            "people",
            """insert into faces_person (id, studio_id, name, birthday, is_settled, is_hidden, is_ignored, passport,
                   passport_note, created_at)
               select id, studio, name, born, true, false, false, '', '', now() from bench.person""",
        ),
        (
            "faces",
            """create unlogged table bench.many as
                   select studio, count(*)::int as total from bench.person group by studio;
               insert into faces_face (id, studio_id, photo_id, x, y, width, height, score, size, is_trusted,
                   is_confirmed, is_ignored, by_hand, created_at, person_id)
               select bench.id(s.up, 'e0' || k, s.tail), s.studio, s.id, 0.1 * k, 0.2, 0.1, 0.1, 0.9, 200, false, false,
                   false, false, to_timestamp(up / 1000.0), p.id
               from bench.staged s join bench.many m on m.studio = s.studio
               cross join lateral generate_series(1, 1 + bench.h(s.n, 40) % 2) k
               join bench.person p on p.studio = s.studio
                   and p.nr = (power(bench.h(s.n::bigint * 3 + k, 41) / 2147483648.0, 3) * m.total)::int
               where s.people = 0 order by up""",
        ),
        (
            "looks for faces",
            """insert into faces_scan (id, studio_id, photo_id, version, detector, at)
               select bench.id(up, 'f00', tail), studio, id, 1, 'yunet', to_timestamp(up / 1000.0) from bench.staged
               where people = 0""",
        ),
        (
            "the index",
            """insert into library_libraryphoto (id, studio_id, photo_id, wall, is_dated, uploaded_at, camera, lens,
                   iso, aperture, exposure, focal_length, latitude, longitude, rating, label, flag, keywords,
                   words, country, city, photographer, kind, tier, stacked, has_problem)
               select s.id, s.studio, s.id,
                   case when is_dated then taken + interval '1 hour'
                       else (to_timestamp(up / 1000.0) at time zone z.time_zone) at time zone 'UTC' end,
                   is_dated, to_timestamp(up / 1000.0), g.camera_name, g.lens_name, iso, aperture,
                   (1.0 / per_second)::float8, focal, w.latitude + north, w.longitude + east, rating, label, flag,
                   k.keywords,
                   c.words || k.words || g.words || f.words || coalesce(w.words, ''::tsvector) || b.words
                       || array_to_tsvector(array['#a:' || replace(album::text, '-', '')]
                       || case when section_rank > 0 then array['#s:' || replace(sections[section_rank]::text, '-', '')]
                           else '{}' end || coalesce(w.marks, '{}')),
                   coalesce(w.country, ''), coalesce(w.city, ''), by,
                   case when state between 10 and 30 then 'raw' when state between 31 and 35 then 'video'
                       else 'image' end,
                   case when approved = 0 then 'gold' when state > 1 then 'silver' else 'bronze' end,
                   case when s.n % 100 < 5 then 'burst' else '' end, state = 0
               from bench.staged s join bench.glass g using (camera, lens) join bench.said c on c.nr = s.caption
               join bench.sets k on k.numbers = s.keywords join bench.name f on f.nr = s.name and f.prefix = s.prefix
               join bench.by b on b.name = s.by join accounts_studio z on z.id = s.studio
               left join bench.where w on w.nr = s.town where not is_trashed order by s.up""",
        ),
        (
            "renditions",
            """insert into media_rendition (id, studio_id, source_id, blob_id, kind, recipe, width, height, created_at)
               select bench.id(up, k, tail), s.studio, s.original, f.id, kind, 3,
                   case when is_upright then high else wide end, case when is_upright then wide else high end,
                   to_timestamp(up / 1000.0)
               from bench.staged s join bench.file f on f.studio = s.studio cross join
                   (values ('001', 'thumb', 800, 533), ('002', 'tile', 400, 267), ('003', 'web', 2400, 1600))
                       as v (k, kind, wide, high) order by up""",
        ),
    ),
)
_APPEARANCES: Final = """
    insert into faces_appearance (id, studio_id, person_id, at)
    select f.id, f.studio_id, f.person_id, coalesce(p.taken_at, 'infinity')
    from faces_face f join albums_photo p on p.id = f.photo_id order by f.studio_id, f.person_id, p.taken_at
"""
_PERSON_PHOTOS: Final = """
    insert into library_personphoto (id, studio_id, person_id, photo_id, wall, is_dated, kind, tier, stacked, rating,
        label, flag)
    select f.id, f.studio_id, f.person_id, l.id, l.wall, l.is_dated, l.kind, l.tier, l.stacked, l.rating, l.label,
        l.flag
    from faces_face f join library_libraryphoto l on l.studio_id = f.studio_id and l.id = f.photo_id
    where f.person_id is not null and not f.is_ignored order by f.studio_id, f.person_id, l.wall desc, l.id desc
"""
_FILLED: Final = (
    "media_blob", "albums_photo", "albums_placement", "library_photoplace", "library_libraryphoto", "media_rendition",
    "faces_face",
)  # fmt: skip


def _run(url: str, statements: tuple[tuple[str, str], ...], told: Any) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set synchronous_commit = off")
        connection.execute("set work_mem = '512MB'")
        for what, statement in statements:
            connection.execute(statement)
            told(what)


@contextmanager
def _roomy(boss: psycopg.Connection[Any]) -> Iterator[None]:
    """Checkpoints are rare during the block, and sorting has memory."""
    boss.execute("alter system set max_wal_size = '16GB'")
    boss.execute("select pg_reload_conf()")
    boss.execute("set session_replication_role = replica")
    for name, value in (("work_mem", "512MB"), ("maintenance_work_mem", "1GB"), ("synchronous_commit", "off")):
        boss.execute(f"set {name} = '{value}'")
    try:
        yield
    finally:
        boss.execute("set session_replication_role = origin")
        boss.execute("alter system reset max_wal_size")
        boss.execute("select pg_reload_conf()")


@contextmanager
def _without_indexes(boss: psycopg.Connection[Any], url: str, told: Any) -> Iterator[None]:
    """The tables have the indexes of their constraints alone during the block; the others are made at its end."""
    found = boss.execute(
        """select indexname, indexdef from pg_indexes where tablename = any(%s) and schemaname = 'public'
               and not exists (select from pg_constraint where conname = indexname)""",
        [list(_FILLED)],
    ).fetchall()
    # Each commit that drops or makes a file waits for the disk: one for all.
    with boss.transaction():
        for name, _ in found:
            boss.execute(f'drop index "{name}"')
    told("without indexes")
    yield

    def build(definitions: list[str]) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("set maintenance_work_mem = '512MB'")
            connection.execute("set max_parallel_maintenance_workers = 0")
            for definition in definitions:
                connection.execute(definition)

    # Those of the photos beside the others, of which one is of words and takes long.
    with ThreadPoolExecutor(2) as pool:
        each = [text for _, text in found]
        photos = [text for text in each if "_photo " in text or "_blob " in text]
        list(pool.map(build, (photos, [text for text in each if text not in photos])))
    told("indexes")


def _compare(boss: psycopg.Connection[Any], studios: list[Studio]) -> None:
    """Raises AssertionError unless the index is what the product would have written."""
    boss.execute(
        """create unlogged table bench.sample as
           select id from library_libraryphoto where bench.h(hashtext(id::text), 1) % 2000 = 0"""
    )
    columns = (
        "id, wall, is_dated, uploaded_at, camera, lens, iso, aperture, exposure, focal_length, latitude, longitude, "
        "country, city, named_id, photographer, rating, label, flag, keywords, words, kind, tier, stacked, has_problem"
    )
    differing = boss.execute(
        f"""select count(*) from (select {columns} from library_libraryphoto where id in (select id from bench.sample)
            except select {columns} from library_source where id in (select id from bench.sample)) as other"""
    ).fetchone()
    if differing is None or differing[0]:
        raise AssertionError(f"{differing} rows of the index are not what the product writes")
    if found := index.wrong(studios[-1].pk):
        raise AssertionError(f"{len(found)} photos of a small studio are not in the index as they should be")


if __name__ == "__main__":
    main()
