"""How columns of other people's registers are called, in English and Italian, and what their words mean.

Column names are compared folded: lower case, no accents, only letters and digits.
"""

import re
import unicodedata

from mapsvc.domain.features import FIELDS
from mapsvc.domain.spaces import AssetKind, OwnerType

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return a text in lower case without accents, its words joined by single underscores."""
    plain = unicodedata.normalize("NFKD", text.replace("²", "2")).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub("_", plain.lower()).strip("_")


#: Names of the columns that say which place it is. The first name of each is the one that exports write.
PLACE_COLUMNS = {
    "record": ("record", "slug"),
    "source_key": (
        "code", "id", "key", "inventory_code", "codice", "codice_inventario", "codice_immobile", "identificativo",
        "id_immobile", "fid", "objectid",
    ),
    "name": ("name", "title", "nome", "denominazione", "titolo", "denom"),
    "address": ("address", "full_address", "indirizzo", "indirizzo_completo", "ubicazione"),
    "street": ("street", "street_name", "via", "strada", "toponimo", "nome_via", "addr_street"),
    "number": (
        "number", "house_number", "housenumber", "civic_number", "civico", "numero", "numero_civico", "n_civico",
        "n_civ", "addr_housenumber",
    ),
    "floor": ("floor", "piano"),
    "postcode": ("postcode", "zip", "postal_code", "cap", "addr_postcode"),
    "city": ("city", "municipality", "town", "comune", "citta", "addr_city"),
    "lon": ("lon", "longitude", "lng", "long", "longitudine", "x", "coord_x"),
    "lat": ("lat", "latitude", "latitudine", "y", "coord_y"),
    "grid_x": ("grid_x", "easting", "est"),
    "grid_y": ("grid_y", "northing", "nord"),
    "asset_kind": ("asset_kind", "kind", "type", "category", "tipo", "tipologia", "categoria", "uso"),
    "owner_type": ("owner_type", "owner", "ownership", "proprieta", "tipo_proprieta", "proprietario"),
    "cadastre": ("cadastre", "catasto", "dati_catastali", "foglio_particella_subalterno"),
    "description": ("description", "descrizione"),
    "claim": ("seen", "claim", "state_seen", "stato", "occupazione", "stato_occupazione", "stato_rilevato"),
    "observed_on": (
        "seen_on", "observed_on", "survey_date", "checked_on", "date", "data", "data_rilievo", "data_sopralluogo",
        "data_verifica",
    ),
}  # fmt: skip

#: Further names of fields of `mapsvc.domain.features`; every field is also known by its own code.
FEATURE_COLUMNS = {
    "usable_area_m2": (
        "area", "area_m2", "sqm", "m2", "floor_area", "surface", "superficie", "superficie_m2", "superficie_mq",
        "superficie_utile", "mq", "metri_quadri",
    ),
    "clear_height_min_m": ("height", "clear_height", "ceiling_height", "altezza", "altezza_m", "altezza_netta"),
    "frontage_m": ("frontage", "fronte", "fronte_m", "fronte_strada"),
    "shop_windows": ("windows_count", "vetrine", "numero_vetrine", "n_vetrine"),
    "floor_level": ("storey", "livello"),
    "former_use": ("last_use", "previous_use", "uso_precedente", "ultimo_uso", "attivita_precedente"),
    "vacant_since": ("empty_since", "sfitto_dal", "vuoto_dal", "libero_dal"),
    "rent_cents": ("rent", "rent_eur", "rent_eur_month", "canone", "canone_mensile", "affitto"),
    "service_charges_cents": ("service_charges_eur", "charges", "spese", "spese_condominiali"),
    "utilities_cents": ("utilities_eur", "utenze"),
    "subsidy_cents": ("subsidy_eur", "contributo"),
    "deposit_cents": ("deposit", "deposit_eur", "cauzione", "deposito_cauzionale"),
    "guarantee_cents": ("guarantee_eur", "garanzia"),
    "restitution_cost_cents": ("restitution_cost_eur", "costo_ripristino"),
    "works_low_cents": ("works_low_eur", "lavori_min"),
    "works_high_cents": ("works_high_eur", "works", "lavori", "lavori_max", "costo_lavori"),
    "energy_class": ("energy", "classe_energetica", "ape"),
    "condition": ("state_of_repair", "condizione", "condizioni", "stato_manutentivo"),
    "water": ("acqua",),
    "gas": ("impianto_gas",),
    "power_kw": ("power", "potenza", "potenza_kw"),
    "wc_count": ("wc", "toilets", "bagni", "servizi_igienici"),
    "heating": ("riscaldamento",),
    "step_free": ("accessible", "accessibile", "senza_gradini"),
    "max_occupancy": ("max_people", "capienza", "persone_max"),
}  # fmt: skip

#: Kinds of field that one cell can hold; weekly hours, windows and certificates need a form.
CELL_KINDS = frozenset(
    {"decimal", "integer", "level", "boolean", "enum", "date", "partial_date", "codes", "text", "money", "money_month"}
)
FEATURE_SPECS = {spec.code: spec for spec in FIELDS if spec.kind in CELL_KINDS}


def _targets() -> dict[str, str]:
    targets = {name: target for target, names in PLACE_COLUMNS.items() for name in names}
    for code in FEATURE_SPECS:
        targets.setdefault(code, code)
    for code, names in FEATURE_COLUMNS.items():
        for name in names:
            targets.setdefault(name, code)
    return targets


#: Field by folded column name.
TARGETS = _targets()

#: What x and y are where a register says that it has a national grid.
ON_A_GRID = {"x": "grid_x", "coord_x": "grid_x", "y": "grid_y", "coord_y": "grid_y"}

#: Words of other registers for the kinds of premises, folded.
ASSET_KINDS = {kind.value: kind.value for kind in AssetKind} | {
    "shop": "commercial_unit", "store": "commercial_unit", "retail": "commercial_unit", "negozio": "commercial_unit",
    "locale_commerciale": "commercial_unit", "commerciale": "commercial_unit", "bottega": "commercial_unit",
    "laboratorio": "workshop", "officina": "workshop", "artigianale": "workshop", "ufficio": "office",
    "uffici": "office", "direzionale": "office", "scuola": "school", "capannone": "industrial",
    "industriale": "industrial", "fabbrica": "industrial", "magazzino": "industrial", "warehouse": "industrial",
    "factory": "industrial", "culturale": "cultural", "teatro": "cultural", "casa": "house", "residenziale": "house",
    "residential": "house", "area_aperta": "open_space", "giardino": "open_space", "terreno": "land",
    "altro": "other",
}  # fmt: skip

#: Words of other registers for the kinds of owner, folded.
OWNER_TYPES = {kind.value: kind.value for kind in OwnerType} | {
    "city": "municipality", "comune": "municipality", "comunale": "municipality", "public": "other_public",
    "altro_ente_pubblico": "other_public", "ente_pubblico": "other_public", "pubblico": "other_public",
    "regione": "other_public", "atc": "other_public", "demanio": "other_public", "person": "private_person",
    "private": "private_person", "privato": "private_person", "persona_fisica": "private_person",
    "company": "private_company", "societa": "private_company", "azienda": "private_company",
    "terzo_settore": "third_sector", "associazione": "third_sector", "fondazione": "third_sector", "chiesa": "church",
    "parrocchia": "church", "condominio": "condominium", "confiscato": "confiscated",
    "bene_confiscato": "confiscated", "sconosciuto": "unknown", "non_noto": "unknown",
}  # fmt: skip

#: Words of other registers for what was seen, folded.
CLAIMS = {
    "vacant": "vacant", "empty": "vacant", "vuoto": "vacant", "sfitto": "vacant", "libero": "vacant",
    "dismesso": "vacant", "occupied": "occupied", "in_use": "occupied", "occupato": "occupied", "in_uso": "occupied",
    "locato": "occupied", "affittato": "occupied", "gone": "gone", "demolished": "gone", "demolito": "gone",
    "unsure": "unsure", "unknown": "unsure", "incerto": "unsure", "non_noto": "unsure", "da_verificare": "unsure",
}  # fmt: skip

YES = frozenset({"yes", "true", "1", "x", "si", "s", "y", "vero", "presente"})
NO = frozenset({"no", "false", "0", "n", "falso", "assente"})
