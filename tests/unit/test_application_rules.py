"""Applications without a database: states, drafts, projects, rankings, forms, and what counts as a document."""

from __future__ import annotations

import io
import zipfile
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.application_drafts import ApplicationDraft, GroupFacts, Step, check_ranking
from mapsvc.domain.application_states import TRANSITIONS, WITHDRAWABLE, ApplicationState, By, check_move, may_move
from mapsvc.domain.applications import MOST_DOCUMENT_BYTES, application_token
from mapsvc.domain.errors import Conflict, DomainError, Invalid, TooLarge, UnsupportedType
from mapsvc.domain.imports import THEMES
from mapsvc.domain.projects import MICRO, Project, shares_of
from mapsvc.exchange.documents import check_document
from mapsvc.web import application_forms as forms

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
PDF = b"%PDF-1.7\nhello\n%%EOF\n"


def packed(*names: str, mimetype: str = "") -> bytes:
    """Return a ZIP file with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def test_only_the_table_moves_an_application() -> None:
    assert check_move("draft", "submitted", By.GROUP) is ApplicationState.SUBMITTED
    for before, after, by in (
        ("draft", "admitted", By.OFFICE),
        ("submitted", "admitted", By.GROUP),
        ("withdrawn", "submitted", By.GROUP),
        ("contracted", "withdrawn", By.GROUP),
    ):
        with pytest.raises(Conflict) as found:
            check_move(before, after, by)
        assert found.value.code == "application_state"


def test_nothing_leaves_a_withdrawn_or_a_contracted_application() -> None:
    for before, _after in TRANSITIONS:
        assert before not in (ApplicationState.WITHDRAWN, ApplicationState.CONTRACTED)
    assert all(may_move(one, "withdrawn", By.GROUP) for one in WITHDRAWABLE)


@given(st.dictionaries(st.sampled_from(THEMES), st.integers(0, 1000), max_size=5))
def test_shares_sum_to_one_and_keep_the_order_of_weights(weights: dict[str, int]) -> None:
    shares = shares_of(weights)
    chosen = {code for code, weight in weights.items() if weight}
    assert set(shares) == chosen
    assert not shares or sum(shares.values()) == MICRO
    for one in chosen:
        for other in chosen:
            assert weights[one] <= weights[other] or shares[one] >= shares[other]
    # Weights so unequal that a share rounds to nothing cannot be chosen in any form.
    if all(shares.values()):
        assert Project.from_json({"themes": shares}).themes == shares


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"themes": {"art": 400_000}}, "/themes"),
        ({"themes": {"magic": MICRO}}, "/themes"),
        ({"themes": {"art": 0, "food": MICRO}}, "/themes/art"),
        ({"themes": {"art": True}}, "/themes/art"),
        ({"themes": dict.fromkeys(THEMES[:6], 1)}, "/themes"),
        ({"title": "x" * 121}, "/title"),
        ({"commitments": "all"}, "/commitments"),
        ({"commitments": ["x"] * 13}, "/commitments"),
        ({"extra": 1}, "/extra"),
        ([], ""),
    ],
)
def test_a_project_is_read_strictly(value: object, pointer: str) -> None:
    with pytest.raises(Invalid) as found:
        Project.from_json(value)
    assert found.value.pointer == pointer


@pytest.mark.parametrize(
    ("lots", "most", "code"),
    [((A, UUID(int=9)), 9, "lot_foreign"), ((A, B, A), 9, "lot_repeated"), ((A, B, C), 2, "lots_many")],
)
def test_a_ranking_names_lots_of_the_call_once_and_not_too_many(lots: tuple[UUID, ...], most: int, code: str) -> None:
    check_ranking((C, A, B), (A, B, C), 3)
    with pytest.raises(Invalid) as found:
        check_ranking(lots, (A, B, C), most)
    assert found.value.code == code


def test_a_draft_is_written_and_read_again_and_says_what_is_missing() -> None:
    draft = ApplicationDraft(
        GroupFacts("Officina", members_count=5, disciplines=("visual",)), {"area_min_m2": 40.0},
        Project("Press", themes={"art": MICRO}), (B, A), ("true",), (C,), accepts_other_lots=True,
    ).with_typed(Step.NEEDS, {"budget_max_cents": ["a lot"]})  # fmt: skip
    assert ApplicationDraft.from_json(draft.to_json()) == draft
    missing = draft.missing(documents=["plan"], declarations=["true", "privacy"], has=["budget"])
    assert missing[Step.NEEDS] == ("budget_max_cents", "start_latest")
    assert missing[Step.PROJECT] == ("summary",)
    assert missing[Step.DOCUMENTS] == ("document:plan", "declaration:privacy")
    assert Step.GROUP not in missing
    assert Step.PLACES not in missing


def test_the_mark_of_a_part_follows_that_part_only() -> None:
    before = ApplicationDraft(lots=(A, B))
    after = ApplicationDraft(lots=(B, A))
    assert before.mark(Step.PLACES) != after.mark(Step.PLACES)
    assert before.mark(Step.NEEDS) == after.mark(Step.NEEDS)
    typed = before.with_typed(Step.NEEDS, {"area_min_m2": ["?"]})
    assert typed.mark(Step.NEEDS) != before.mark(Step.NEEDS)
    assert typed.with_typed(Step.NEEDS, {}).mark(Step.NEEDS) == before.mark(Step.NEEDS)


def test_more_than_an_honest_form_is_not_kept_as_typed() -> None:
    assert not ApplicationDraft().with_typed(Step.NEEDS, {"area_min_m2": ["9" * 20_001]}).typed


def test_wrong_values_cost_nobody_the_rest_of_a_part() -> None:
    part = forms.read_group(
        {"name": ["Officina"], "members_count": ["four"], "members_under_30": ["3"], "disciplines": ["visual", "magic"]}
    )
    assert part.values["group"] == GroupFacts("Officina", members_under_30=3)
    assert set(part.faults) == {"members_count", "disciplines"}
    assert part.typed["members_count"] == ["four"]
    needs = forms.read_needs_step(
        {"area_min_m2": ["60"], "area_ideal_m2": ["40"], "budget_max_cents": ["350"]}, lambda _street: (7.6, 45.0)
    )
    assert needs.values["needs"] == {"area_min_m2": 60.0, "budget_max_cents": 35_000}
    assert set(needs.faults) == {"area_ideal_m2"}


def test_a_part_of_a_group_is_not_larger_than_the_group() -> None:
    part = forms.read_group({"name": ["Officina"], "members_count": ["4"], "members_under_30": ["5"]})
    assert part.faults["members_under_30"].code == "members_part"
    assert part.values["group"].members_count == 4


@given(st.lists(st.integers(1, 30), unique=True, max_size=8))
def test_numbers_beside_the_lots_make_the_order(places: list[int]) -> None:
    numbers = {str(n): UUID(int=n + 1) for n in range(8)}
    typed = {f"rank.{n}": [str(place)] for n, place in enumerate(places)}
    lots = forms.read_places(typed, numbers).values["lots"]
    wanted = sorted(range(len(places)), key=lambda n: places[n])
    assert lots == tuple(numbers[str(n)] for n in wanted)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"rank.9": ["1"]}, "lot_foreign"),
        ({"rank.1": ["1", "2"]}, "lot_repeated"),
        ({"rank.1": ["1"], "rank.2": ["1"]}, "lots_same_place"),
        ({"rank.1": ["first"]}, "not_a_place"),
        ({"rank.1": ["0"]}, "not_a_place"),
        ({"rank.1": ["-1"]}, "not_a_place"),
        ({"rank.1": ["²"]}, "not_a_place"),
    ],
)
def test_a_wrong_order_is_refused_as_a_whole(typed: dict[str, list[str]], code: str) -> None:
    with pytest.raises(Invalid) as found:
        forms.read_places(typed, {"1": A, "2": B})
    assert found.value.code == code


def test_buttons_move_a_lot_up_down_in_and_out() -> None:
    assert forms.moved((A, B, C), B, "up") == (B, A, C)
    assert forms.moved((A, B, C), B, "down") == (A, C, B)
    assert forms.moved((A, B, C), A, "up") == (A, B, C)
    assert forms.moved((A, B), C, "in") == (A, B, C)
    assert forms.moved((A, B, C), B, "out") == (A, C)
    assert forms.moved((A,), B, "up") == (A,)


def test_weights_of_themes_become_shares_and_come_back() -> None:
    part = forms.read_project({"title": ["Press"], "theme.art": ["3"], "theme.food": ["1"], "theme.work": ["9"]})
    assert part.values["project"].themes == {"art": 750_000, "food": 250_000}
    typed = forms.project_typed(part.values["project"])
    assert (typed["theme.art"], typed["theme.food"]) == (["3"], ["1"])


@pytest.mark.parametrize(
    ("data", "name", "kept"),
    [
        (PDF, "plan.exe", "plan.pdf"),
        (b"\xff\xd8\xff\xe0rest", "../../etc/photo.png", "photo.jpg"),
        (b"RIFF\0\0\0\0WEBPrest", "a\\b\\c.webp", "c.webp"),
        (packed("[Content_Types].xml", "word/document.xml"), "plan", "plan.docx"),
        (packed("content.xml", mimetype="application/vnd.oasis.opendocument.text"), "p.odt", "p.odt"),
        (PDF, "\u202egnp.pdf", "gnp.pdf"),
        (PDF, "", "document.pdf"),
    ],
)
def test_documents_are_told_by_their_content(data: bytes, name: str, kept: str) -> None:
    checked = check_document(data, name)
    assert (checked.name, checked.data) == (kept, data)


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [
        (b"", Invalid, "document_empty"),
        (b"<html><script>alert(1)</script>", UnsupportedType, "document_type"),
        (b"MZ\x90\0", UnsupportedType, "document_type"),
        (b"%PDF-1.7 cut", Invalid, "document_damaged"),
        (b"PK\x03\x04 broken", Invalid, "document_damaged"),
        (packed("readme.txt"), UnsupportedType, "document_type"),
        (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), UnsupportedType, "document_macros"),
        (packed(mimetype="application/zip"), UnsupportedType, "document_type"),
        (b"%PDF-" + b"0" * MOST_DOCUMENT_BYTES, TooLarge, "document_too_large"),
    ],
)
def test_other_files_are_refused(data: bytes, error: type[DomainError], code: str) -> None:
    with pytest.raises(error) as found:
        check_document(data, "plan.pdf")
    assert found.value.code == code


def test_the_private_link_follows_from_the_id_and_the_secret_key() -> None:
    one = uuid4()
    assert application_token("key", one) == application_token("key", one)
    assert application_token("key", one) != application_token("other", one)
    assert len(application_token("key", one)) == 22
