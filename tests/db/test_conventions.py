"""Conventions that no linter knows, held by tests: settings, statements, templates, forms, sockets."""

from __future__ import annotations

import re
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mapsvc.config import ROOT, Settings
from mapsvc.spatial.named_sql import source

SQL = sorted((ROOT / "mapsvc" / "spatial" / "sql").glob("*.sql"))
TEMPLATES = sorted((ROOT / "mapsvc" / "web" / "templates").rglob("*.html"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
#: Statements for the desk may read more than the public; web pages of visitors never import their modules.
FOR_THE_DESK = "desk_"
#: What a statement may name after FROM or JOIN besides public views and its own WITH queries.
FUNCTIONS = {"unnest", "jsonb_each_text", "generate_series", "st_dump", "lateral", "jsonb_array_elements_text"}
#: Evidence counts one vote for each reporter; the names leave the database for this count only.
COUNTS_REPORTERS = {"observations_of_space.sql", "evidence.sql", "space_observations.sql"}
#: Words that are the same in every language, and names.
NOT_WORDS = re.compile(
    r"^(mapsvc|OpenStreetMap|Excel|e-mail|EUPL-1\.2|CSV|XLSX|GeoJSON|JSON|GPKG|SHA-?256|(?:definition|results)\.json"
    r"|iframe|m²|km|m|px|kW|h|x|s|of|%)$",
    re.I,
)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert [item.name for item in fields(Settings) if f"MAPSVC_{item.name.upper()}" not in text] == []


def relations(statement: str) -> set[str]:
    """Return what a statement reads: every name after FROM, JOIN or the comma of a list, without its own queries."""
    statement = re.sub(r"'[^']*'", "''", statement)
    # Those of expressions such as extract(day FROM x) or substring(x FROM 1) are no relations.
    statement = re.sub(r"\b(extract|substring|trim|position|overlay)\s*\([^()]*\)", "", statement, flags=re.I)
    statement = re.sub(r"\bIS (NOT )?DISTINCT FROM\b", "=", statement, flags=re.I)
    own = {
        name.lower()
        for name in re.findall(r"\b(\w+)(?:\s*\([\w, ]*\))?\s+AS\s+(?:MATERIALIZED\s+)?\(", statement, re.I)
    }
    found = set()
    for names in re.findall(
        r"\b(?:FROM|JOIN)\s+((?:[a-z_][\w.]*(?:\s+(?:AS\s+)?[a-z_]\w*)?\s*,\s*)*[a-z_][\w.]*)", statement, re.I
    ):
        found |= {name.split()[0].lower() for name in names.split(",") if name.split()}
    return found - own - FUNCTIONS


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.name)
def test_public_statements_read_public_views_only(path: Path) -> None:
    assert "--" not in source(path.stem), "no comment reaches the driver"
    comments = re.findall(r"--[^\n]*", path.read_text(encoding="utf-8"))
    assert [line for line in comments if re.search(r"(?<![:\w]):[a-z_]+", line)] == [], "no parameter in a comment"
    if not path.name.startswith(FOR_THE_DESK):
        assert {name for name in relations(source(path.stem)) if not name.startswith("public_")} == set()


def test_the_scan_of_statements_sees_what_is_read() -> None:
    statement = "WITH a AS (SELECT 1 FROM spaces s, public_x x) SELECT * FROM a JOIN (SELECT FROM users) u ON true"
    assert relations(statement) == {"spaces", "public_x", "users"}


def test_who_reported_leaves_the_database_for_the_evidence_only() -> None:
    named = {
        path.name
        for path in SQL
        if not path.name.startswith(FOR_THE_DESK)
        and re.search(r"\b(reporter|cluster_key|user_id)\b", source(path.stem))
    }
    assert len(named) <= 1, named
    for path in (ROOT / "mapsvc" / "web").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "cluster_key" not in text, path.name


def test_pages_of_visitors_do_not_read_what_is_for_the_desk() -> None:
    for path in sorted((ROOT / "mapsvc" / "web").glob("*.py")):
        assert "import desk_" not in path.read_text(encoding="utf-8"), path.name


class Words(HTMLParser):
    """Collects text that stands in a template as it is, in elements and in attributes that people read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in {"script", "style", "code", "svg", "symbol"}
        self.found += [
            value for name, value in attrs if name in {"alt", "title", "placeholder", "aria-label"} and value
        ]

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in {"script", "style", "code", "svg", "symbol"}

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            # A macro may put attributes together outside of any element.
            self.found.append(re.sub(r"[\w-]+=\"[^\"]*\"", "", data))


def bare_words(template: str) -> list[str]:
    """Return the words of a template that no catalogue translates."""
    template = re.sub(r"\{#.*?#\}", "", template, flags=re.S)
    template = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", template, flags=re.S)
    # Classes of the page and attributes that are put together are no text.
    template = re.sub(
        r"\{%-?\s*block \w*(?:class|attributes|data)\w*\s*-?%\}.*?endblock[^%]*%\}", "", template, flags=re.S
    )
    template = re.sub(r"\{%-?\s*set \w+\s*-?%\}.*?endset\s*-?%\}", "", template, flags=re.S)
    template = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", template, flags=re.S)
    words = Words()
    words.feed(template)
    found = [word for text in words.found for word in re.findall(r"[^\W\d_][\w'’.²-]*[^\W_]|[^\W\d_]", text)]
    return [word for word in found if len(word) > 2 and not NOT_WORDS.match(word)]


# The page of components is for designers and shows invented records.
FOR_PEOPLE = [path for path in TEMPLATES if path.name != "components.html"]


@pytest.mark.parametrize("path", FOR_PEOPLE, ids=lambda path: str(path.relative_to(ROOT / "mapsvc/web/templates")))
def test_templates_hold_no_untranslated_words(path: Path) -> None:
    assert bare_words(path.read_text(encoding="utf-8")) == []


def test_the_scan_of_templates_sees_words() -> None:
    assert bare_words("<p>Hello {{ _('there') }}</p><img alt='A cat'>{% trans %}fine{% endtrans %}") == ["Hello", "cat"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "mapsvc/web/templates")))
def test_every_form_that_writes_carries_its_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for start in re.finditer(r"<form\b[^>]*method=.?post[^>]*>", text, re.I):
        end = text.find("</form>", start.end())
        form = text[start.end() : end if end > 0 else None]
        assert re.search(r"csrf|\bhidden\(|form_token\(", form), start.group()


def test_the_macros_that_stand_for_a_token_hold_one() -> None:
    for name in ("hidden", "form_token"):
        bodies = [
            body
            for path in TEMPLATES
            for body in re.findall(rf"macro {name}\(.*?endmacro", path.read_text(encoding="utf-8"), re.S)
        ]
        assert bodies
        assert all("csrf" in body or "hidden_tag()" in body for body in bodies), name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "mapsvc/web/templates")))
def test_templates_need_no_unsafe_inline(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert re.findall(r"<[^>{]*\s(?:on[a-z]+|style)\s*=\s*[\"'][^>]*>", text) == []
    assert re.findall(r"<script(?![^>]*(?:nonce|type=\"application/json\"|src=))[^>]*>", text) == []
    assert "|safe" not in text.replace(" ", "").replace("tojson|safe", ""), "text is escaped, always"


def test_scripts_write_no_data_as_html() -> None:
    for path in sorted((ROOT / "mapsvc" / "web" / "static" / "js").rglob("*.js")):
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
        assert (
            re.findall(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function)\b", text) == []
        ), path.name


def test_tests_open_no_socket_to_the_world() -> None:
    outside = re.compile(
        r"(?:\brequests\.(?:get|post)|urlopen\(|http\.client\.HTTPSConnection|socket\.create_connection\()"
    )
    this = Path(__file__).resolve()
    assert [
        path.name for path in TESTS if path.resolve() != this and outside.search(path.read_text(encoding="utf-8"))
    ] == []


def test_no_committed_file_names_this_machine() -> None:
    for path in [*TESTS, *(ROOT / "mapsvc").rglob("*.py"), *(ROOT / "docs").glob("*.md"), ROOT / "Makefile"]:
        assert not re.search(r"/" + r"work/|/" + r"tmp/mv", path.read_text(encoding="utf-8")), path
