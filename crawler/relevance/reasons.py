"""A reading in, the grounds of its verdict out: each term with its role, its zone and the exact words."""

from crawler.relevance.features import ACTS, Spot
from crawler.relevance.reading import Reading
from crawler.topics import load
from db.model import Article, Evidence, Reason, Zone

_MOST = 24


def reasons(reading: Reading, article: Article) -> tuple[Reason, ...]:
    """The terms that were found, in the order of the article; of a long article each role's first ones."""
    told = {id(act.spot) for act in reading.acts}
    chosen: list[Spot] = []
    seen: dict[str, int] = {}
    for spot in reading.found.spots:
        role = spot.hit.role
        if role in ACTS and id(spot) not in told:
            continue
        seen[role] = seen.get(role, 0) + 1
        if seen[role] <= (6 if role in ACTS else 2) and len(chosen) < _MOST:
            chosen.append(spot)
    return tuple(_reason(spot, reading, article) for spot in chosen)


def _reason(spot: Spot, reading: Reading, article: Article) -> Reason:
    words, source = (reading.title, article.headline) if spot.zone is Zone.TITLE else (reading.text, article.text)
    start, end = words.starts[spot.hit.first], words.ends[spot.hit.last]
    return Reason(
        role=spot.hit.role,
        term=spot.hit.term,
        zone=spot.zone,
        evidence=Evidence(start=start, end=end, quote=source[start:end]),
    )


def explain(reading: Reading) -> str:
    """One line in plain words: the strongest act, and what speaks against it where something does."""
    roles = load().roles
    best = max(reading.acts, key=lambda act: act.worth)
    line = f"{roles[best.spot.hit.role].says} in the {best.spot.zone}"
    vetoes = [name for name in reading.found.places if roles[name].kind == "veto" and not roles[name].hides]
    against = "; ".join(roles[name].says for name in vetoes if name != "ukraine")
    return f"{line}; beside it: {against}" if against else line
