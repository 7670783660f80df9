"""Draw docs/pictures/evidence.svg from the rules themselves: `make screenshots` runs it; a test compares it.

The picture shows the worked example of docs/evidence.md: three reports and then nobody for more than a year; and the
same three reports, then somebody who says that the place is in use, then an officer. Prints the figures of the text.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from mapsvc.config import ROOT
from mapsvc.domain.freshness import Assessment, Band, HistoryPoint, VacancyStatus, assess, history, timeline
from mapsvc.domain.freshness_policy import DEFAULT
from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind

PICTURE = ROOT / "docs" / "pictures" / "evidence.svg"
START = date(2026, 1, 1)
WIDTH, LEFT, RIGHT, PLOT = 960, 16, 944, 150
LINES, LETTER = 3, 8.2
NAMES = {
    VacancyStatus.UNVERIFIED: "unverified",
    VacancyStatus.PROBABLE_VACANT: "probably vacant",
    VacancyStatus.CONFIRMED_VACANT: "confirmed vacant",
    VacancyStatus.DISPUTED: "disputed",
    VacancyStatus.PROBABLE_OCCUPIED: "probably in use",
    VacancyStatus.CONFIRMED_OCCUPIED: "confirmed in use",
}
BANDS = {Band.FRESH: "recent", Band.AGEING: "getting old", Band.STALE: "not updated", Band.NONE: ""}
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1d2328 }
.small { font-size: 13px; fill: #555c63 }
.title { font-size: 16px; font-weight: 700 }
.card { fill: #ffffff } .ground { fill: #f3efe7 } .vacant { fill: #b43d17 } .occupied { fill: #58626b }
.probable { opacity: .55 } .weak { opacity: .25 } path { shape-rendering: crispEdges }
.dot { stroke: #ffffff; stroke-width: 2 } .edge { stroke: #847c6d; stroke-dasharray: 3 4 }
@media (prefers-color-scheme: dark) {
  text { fill: #eceff1 } .small { fill: #a9b3ba }
  .card { fill: #15191c } .ground { fill: #262c31 } .vacant { fill: #ff9068 } .occupied { fill: #a6b1b9 }
  .dot { stroke: #15191c } .edge { stroke: #7f8a93 }
}
"""


def seen(day: int, who: str, claim: Claim, source: SourceKind, quality: Quality = Quality.PHOTO_ONSITE) -> Observation:
    """Return an observation of a day of the example."""
    at = datetime.combine(START + timedelta(days=day), datetime.min.time(), UTC)
    return Observation(f"{who} {day}", claim, source, quality, observed_at=at, submitted_at=at, reporter=who)


VACANT, OCCUPIED = Claim.VACANT, Claim.OCCUPIED
F2B = (
    seen(0, "passer-by", VACANT, SourceKind.ANONYMOUS, Quality.ONSITE_NO_PHOTO),
    seen(10, "first neighbour", VACANT, SourceKind.REGISTERED_USER),
    seen(12, "second neighbour", VACANT, SourceKind.REGISTERED_USER),
)
F4 = (*F2B, seen(60, "facilitator", OCCUPIED, SourceKind.TRUST_BROKER))
F5 = (*F4, seen(63, "officer", OCCUPIED, SourceKind.OFFICER_VISIT))
F5_VACANT = (*F4, seen(63, "officer", VACANT, SourceKind.OFFICER_VISIT))


@dataclass(frozen=True)
class Chart:
    """One part of the picture: its observations, its days, and where it begins."""

    title: str
    observations: tuple[Observation, ...]
    days: int
    top: int

    def x(self, day: date) -> float:
        """Return where a day stands."""
        return round(LEFT + (RIGHT - LEFT) * (day - START).days / self.days, 1)

    def draw(self) -> list[str]:
        """Return the elements of the chart, from behind to the front."""
        points = history(self.observations, START + timedelta(days=self.days), step_days=1)
        base = self.top + 16 + PLOT
        parts = [f'<text class="title" x="{LEFT}" y="{self.top}">{self.title}</text>']
        parts.append(f'<rect class="ground" x="{LEFT}" y="{base - PLOT}" width="{RIGHT - LEFT}" height="{PLOT}"/>')
        for here, following in pairwise(points):
            parts.append(self._slice(here, following, VACANT, base, -PLOT))
            parts.append(self._slice(here, following, OCCUPIED, base - PLOT, PLOT))
        parts += self._turns(base)
        for one in self.observations:
            weight = DEFAULT.source_weights[one.source_kind] * DEFAULT.qualities[one.quality]
            y = base if one.claim is VACANT else base - PLOT
            radius = round(4 + 4 * weight**0.5, 1)
            parts.append(f'<circle class="dot {one.claim.value}" cx="{self.x(one.counted_on)}" cy="{y}" r="{radius}"/>')
        return parts

    def _slice(self, here: HistoryPoint, following: HistoryPoint, claim: Claim, base: float, height: float) -> str:
        """Return the area of a claim between two points; on the day of an observation it rises at once."""
        left, right = self.x(here.on), self.x(following.on)
        before = _share(here, claim)
        after = before if following.observed else _share(following, claim)
        if max(before, after) == 0:
            return ""
        corners = f"M{left},{base} V{base + height * before:.1f} L{right},{base + height * after:.1f} V{base} Z"
        return f'<path class="{claim.value} {_sureness(here.status, claim)}" d="{corners}"/>'

    def _turns(self, base: float) -> list[str]:
        """Return the lines where status or age change by time alone, and the words to every change."""
        last = max(one.counted_on for one in self.observations)
        ends = START + timedelta(days=self.days)
        shown = [period for period in timeline(self.observations, START) if period.starts_on <= ends]
        parts, free = [], [0.0] * LINES
        for before, period in pairwise((None, *shown)):
            x, number = self.x(period.starts_on), (period.starts_on - START).days
            if before is not None and before.status is period.status:
                words, bottom = BANDS[period.band], base
                parts.append(f'<text class="small" x="{x + 6}" y="{base - PLOT + 18}">day {number}: {words}</text>')
            else:
                words = f"day {number}: {NAMES[period.status]}"
                row = next(row for row in range(LINES) if free[row] <= x)
                free[row] = x + LETTER * len(words)
                bottom = base + 14 + 20 * row
                parts.append(f'<text x="{x}" y="{bottom + 14}">{words}</text>')
            if period.starts_on > last:
                parts.append(f'<path class="edge" d="M{x},{base - PLOT} V{bottom}"/>')
        return parts


def _share(point: HistoryPoint, claim: Claim) -> float:
    return point.masses[claim] / (sum(point.masses.values()) + len(point.masses) * DEFAULT.prior_mass)


def _sureness(status: VacancyStatus, claim: Claim) -> str:
    """Return the class of the fill: full where the claim is confirmed, paler the less sure it is."""
    if status.value.endswith(claim.value if claim is OCCUPIED else "_vacant"):
        return "probable" if status.value.startswith("probable") else ""
    return "weak"


def drawing() -> str:
    """Return the picture."""
    charts = (
        Chart("Three reports that it is vacant, and then nobody looks", F2B, 460, 34),
        Chart("The same three; on day 60 a facilitator says “in use”, on day 63 an officer looks", F5, 100, 304),
    )
    parts = [part for chart in charts for part in chart.draw()]
    words = "The weight of what was seen: vacant from below, in use from above, not known between; pale is less sure."
    height = 576
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{words}">',
            f"<style>{STYLE}</style>",
            f'<rect class="card" width="{WIDTH}" height="{height}"/>',
            *parts,
            f'<text class="small" x="{LEFT}" y="{height - 10}">{words}</text>',
            "</svg>\n",
        )
    )


def line(name: str, found: Assessment) -> str:
    """Return the figures of one day of the example."""
    figures = f"vacant {found.masses[VACANT]:.3f}, in use {found.masses[OCCUPIED]:.3f}, all {found.mass:.3f}"
    shares = f"p vacant {found.p[VACANT]:.3f}, p in use {found.p[OCCUPIED]:.3f}"
    return f"{name}: {figures}; {shares}: {found.status.value}, {found.band.value}"


def main() -> int:
    """Write the picture and print the figures."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawing())
    for name, rows, day in (
        ("day 0", F2B, 0),
        ("day 10", F2B, 10),
        ("day 12", F2B, 12),
        ("day 60", F4, 60),
        ("day 63, in use", F5, 63),
        ("day 63, vacant", F5_VACANT, 63),
    ):
        print(line(name, assess(rows, START + timedelta(days=day))))
    for period in timeline(F2B, START):
        print(f"day {(period.starts_on - START).days}: {period.status.value}, {period.band.value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
