"""The owner's right of reply: the form on the page of a place, and the private page to follow what became of it."""

import base64
import hashlib
import hmac
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import DomainError, Invalid, NotFound, TooLarge, UnsupportedType
from mapsvc.domain.ids import new_id
from mapsvc.domain.owner_claims import ClaimState, OwnerClaim, Wish
from mapsvc.spatial import spaces
from mapsvc.usecases import owner_claims
from mapsvc.usecases.owner_claims import Claiming
from mapsvc.web.current import actor, connection, forget, now, services
from mapsvc.web.i18n import date_text, language
from mapsvc.web.limits import ANSWER, OWNER, limiter
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import place_name
from mapsvc.web.reports import Words, never_kept

bp = Blueprint("owners", __name__)
#: A token is 16 bytes in base64url; anything else is not looked up.
_LONGEST_TOKEN = 64
_FIELDS = ("wish", "public_note", "proof_text", "email")


@bp.get("/spaces/<slug>/owner")
def show(slug: str) -> ResponseReturnValue:
    """Show the form for somebody who owns the place."""
    return _page(slug, dict.fromkeys(_FIELDS, "") | {"key": str(new_id())})


def _page(slug: str, form: dict[str, str], faults: dict[str, DomainError] | None = None) -> ResponseReturnValue:
    row = spaces.page(connection(), slug) if "\x00" not in slug else None
    if row is None:
        raise NotFound("there is no such space")
    page = render_template(
        "owners/form.html",
        space=row,
        name=place_name(row),
        exact=row["precision_code"] == "exact",
        form=form,
        faults={name: _fault(name, fault) for name, fault in (faults or {}).items()},
        file_again=bool(faults) and "proof" not in (faults or {}) and bool(request.files.get("proof")),
    )
    return make_response(page, 422 if faults else 200)


def _fault(name: str, fault: DomainError) -> str:
    own = {
        "wish": _("Choose what you want."),
        "email": _("This is no e-mail address. Correct it or leave it empty."),
        "key": _("This form was already used for something else. Open it again."),
    }
    return own.get(name) or sentence(fault)


def _stored_now(_response: Response) -> bool:
    """Tell whether this request stored something: sending again does not count against the limit."""
    return bool(g.get("claimed"))


@bp.post("/spaces/<slug>/owner")
@limiter.limit(OWNER, deduct_when=_stored_now)
@limiter.limit(ANSWER)
def send(slug: str) -> ResponseReturnValue:
    """Store what an owner sends, once for each key, and lead to its private page."""
    form = {name: request.form.get(name, "").strip() for name in (*_FIELDS, "key")}
    try:
        key = UUID(form["key"])
    except ValueError:
        raise Invalid("the form has lost its key", "/key", code="required") from None
    token = _token(key)
    faults: dict[str, DomainError] = {}
    proof = None
    upload = request.files.get("proof")
    data = upload.read() if upload else b""
    if data:
        try:
            proof = services().check_proof(data)
        except (Invalid, TooLarge, UnsupportedType) as error:
            faults["proof"] = error
    if form["email"]:
        try:
            validate_email(form["email"], check_deliverability=False)
        except EmailNotValidError:
            faults["email"] = Invalid("this is no e-mail address", "/email", code="email")
    if not faults:
        claiming = Claiming(key, token, form["wish"], form["public_note"], form["proof_text"], proof, form["email"],
                            language())  # fmt: skip
        forget()
        try:
            work, files = services().unit_of_work(), services().proofs
            g.claimed = owner_claims.claim_space(work, files, actor(), slug, claiming, now())
        except Invalid as error:
            faults[error.pointer.strip("/")] = error
    if faults:
        return _page(slug, form, faults)
    return redirect(url_for("owners.follow", token=token), 303)


def _token(key: UUID) -> str:
    """Return the secret of the private page: 128 bits that follow from the key, the same when sent twice."""
    secret = services().settings.secret_key.encode()
    digest = hmac.new(secret, b"owner-link:" + key.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


@bp.get("/owner/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Show what became of an owner's message; 404 for an unknown link, 410 for one whose time is over."""
    try:
        found = owner_claims.follow_claim(services().unit_of_work(), _plausible(token), now())
    except NotFound as fault:
        if fault.code == "expired":
            return never_kept(make_response(render_template("reports/expired.html"), 410))
        raise
    claim = found.claim
    page = spaces.page(connection(), found.space.slug)
    return never_kept(
        make_response(
            render_template(
                "owners/follow.html",
                token=token,
                claim=claim,
                name=place_name(page) if page else _("A place that is not public"),
                url=url_for("spaces.show", slug=found.space.slug) if page else "",
                words=words_of(claim, coarse=found.space.publication_precision != "exact"),
                open=claim.state in (ClaimState.RECEIVED, ClaimState.VERIFIED),
                sent=date_text(claim.created_at),
            )
        )
    )


def words_of(claim: OwnerClaim, *, coarse: bool) -> Words:
    """Return what became of a claim, plainly."""
    hidden = _("The exact place is not shown.") if coarse else ""
    if claim.state == ClaimState.RECEIVED:
        day = date_text(claim.due_at)
        wait = _("Somebody from the city answers by %(day)s.", day=day)
        if claim.wish == Wish.OBJECT:
            return Words("ok", _("The exact place is hidden already"), wait)
        return Words("clock", _("It waits for a look"), wait)
    if claim.state == ClaimState.WITHDRAWN:
        text = _("The exact place is shown again when two people of the city have agreed.") if coarse else ""
        return Words("info", _("You have taken it back"), text if claim.wish == Wish.OBJECT else "")
    if claim.state == ClaimState.REFUSED:
        reason = _("Reason: %(reason)s", reason=claim.reason or "")
        return Words("warn", _("It was not accepted"), f"{reason} {hidden}".strip())
    said = {
        Wish.OBJECT: _("Your objection stands. The exact place is not shown."),
        Wish.CONSENT: _("You agreed to show the exact place and its photos."),
        Wish.NOTE: _("Your words are recorded as the owner's."),
    }
    return Words("ok", _("It was accepted"), said[Wish(claim.wish)])


@bp.post("/owner/<token>/withdraw")
@limiter.limit(ANSWER)
def withdraw(token: str) -> ResponseReturnValue:
    """Take a message as an owner back."""
    owner_claims.withdraw_claim(services().unit_of_work(), _plausible(token), now())
    flash(_("You have taken it back."), "ok")
    return redirect(url_for("owners.follow", token=token), 303)


def _plausible(token: str) -> str:
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise NotFound("there is no such link")
    return token
