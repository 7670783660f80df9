"""What somebody decides about an owner's message, and the proof that it came with."""

from uuid import UUID

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.usecases import owner_claims
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import decided_before, done


@bp.post("/owners/<uuid:claim_id>/decision")
def decide_owner(claim_id: UUID) -> ResponseReturnValue:
    """Verify or refuse an owner's message; ask for, agree to or refuse showing the exact place again."""
    verb = request.form.get("verb", "")
    try:
        words = _decide(claim_id, verb)
    except Conflict as error:
        return decided_before(f"owner:{claim_id}", error)
    return done(words, None)


def _decide(claim_id: UUID, verb: str) -> str:
    uow, who, at = services().unit_of_work(), actor(), now()
    if verb == "verify":
        owner_claims.verify_claim(uow, who, claim_id, at, show_note=request.form.get("show_note") == "1")
        return _("Recorded as the owner's. The map shows the place accordingly.")
    if verb == "refuse":
        owner_claims.refuse_claim(uow, who, claim_id, request.form.get("reason", ""), at)
        return _("Refused. An exact place is shown again only when a second person agrees.")
    if verb == "ask":
        owner_claims.ask_to_lift(uow, who, claim_id, at)
        return _("Asked. A second person has to agree.")
    if verb == "agree":
        owner_claims.lift_objection(uow, who, claim_id, at)
        return _("Agreed by two people: the place is shown by the rules again.")
    if verb == "keep":
        owner_claims.keep_coarse(uow, who, claim_id, at)
        return _("The exact place stays hidden.")
    raise Invalid("there is no such decision", "/verb", code="unknown_value", value=verb[:80])


@bp.get("/owners/<uuid:claim_id>/proof")
def owner_proof(claim_id: UUID) -> Response:
    """Answer the file that an owner sent as proof, to be saved: a PDF of a stranger is not opened inside the desk."""
    claim = owner_claims.find_claim(services().unit_of_work(), actor(), claim_id).claim
    path = services().proofs.path(claim.proof_file) if claim.proof_file else None
    if path is None or not path.is_file():
        raise NotFound("there is no such file")
    kind = "application/pdf" if path.suffix == ".pdf" else "image/jpeg"
    return send_file(path, mimetype=kind, as_attachment=True, download_name=f"proof-{claim_id}{path.suffix}")
