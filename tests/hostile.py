"""Hostile text, and one record of each noun for each of it."""

from __future__ import annotations

from mapsvc.domain.imports import (
    Address,
    Batch,
    CallRecord,
    CollectiveRecord,
    InitiativePlace,
    InitiativeRecord,
    LotRecord,
    PactRecord,
    StreetRecord,
)
from tests.builders import SOURCE, TODAY, Builder

TEXTS = (
    "{{7*7}}",
    "${7*7}${alert(1)}",
    "<img src=x onerror=alert(1)>",
    "50% {% of",
    "</script><script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "a\u2028b\u2029c",
    "\u202eevil\u202c",
    "%(name)s %s {0} {name}",
    '=HYPERLINK("http://evil.example")',
    "javascript:alert(1)",
    "<!--",
    "{# comment #}",
)
EVERYTHING = " ".join(TEXTS)
SEARCHED = (*TEXTS, EVERYTHING)


def fill(make: Builder) -> None:
    """Add one record of each noun for each hostile text, and one of each with all of them."""
    for number, word in enumerate(SEARCHED):
        texts = {"en": word, "it": word}
        space = make.space(
            f"space-{number}",
            7.61 + number * 0.001,
            45.06 + number * 0.001,
            name=word,
            street=word[:40],
            number=word[:9],
            floor=word[:5],
            city_name=word,
            description=texts,
            features={"former_use": word, "house_rules": word},
        )
        make.observation(space, note=word, note_state="published")
        make.photo(space, "published")
        make.write("UPDATE photos SET alt = :alt, licence = :alt", alt=word)
        where = InitiativePlace(
            "p", (7.63, 45.07 + number * 0.0001), title=word, address=Address(word, word[:5], municipality=word)
        )
        make.load(
            Batch(
                SOURCE,
                streets=(StreetRecord(f"s{number}", f"Via {word}", (((7.61, 45.06), (7.63, 45.08)),)),),
                initiatives=(
                    InitiativeRecord(
                        f"i{number}",
                        word,
                        "project",
                        (word,),
                        texts,
                        "en",
                        (f"javascript:alert(1)//{word}",),
                        (where,),
                        activities=(word,),
                        legal_form=word,
                        source_url="javascript:alert(1)",
                    ),
                ),
                pacts=(
                    PactRecord(
                        f"p{number}",
                        word,
                        "signed",
                        word,
                        (7.64, 45.07),
                        city=word,
                        place=word,
                        district=word,
                        neighbourhood=word,
                        fields_of_action=(word,),
                        representative=word,
                        note=word,
                        summary=texts,
                        document_url="javascript:alert(1)",
                    ),
                ),
                collectives=(
                    CollectiveRecord(f"c{number}", word, "association", word, "en", 9, (), {"area_min_m2": 20}),
                ),
                calls=(
                    CallRecord(
                        f"call{number}",
                        f"call-{number}",
                        texts,
                        texts,
                        "open",
                        TODAY,
                        TODAY,
                        (LotRecord("l", 1, f"space-{number}", TODAY, TODAY.replace(year=2030)),),
                    ),
                ),
            )
        )
        group = make.group(f"group-{number}", name=word, about=word, area_id=make.areas["north"])
        make.map(f"map-{number}", group, title=word, intro=word)
        make.space(f"new-{number}", 7.6405 + number * 0.0002, 45.09, name=word, record_state="submitted")
        make.group(f"asked-{number}", "requested", name=word, about=word)
    for table, slug in (("initiatives", "slug"), ("pacts", "slug"), ("collectives", "slug")):
        make.write(f"UPDATE {table} SET {slug} = '{table[:-1]}-' || substr(source_key, 2)")
    make.account("admin@example.org", "administrator")
    make.write("UPDATE users SET name = :name", name=EVERYTHING)
    make.account(
        "group@example.org", "curator", group_id=make.rows("SELECT id FROM groups WHERE slug = 'group-0'")[0].id
    )
