"""What a channel said of a page, as the JSON of a WARC metadata record, and back."""

import json
from datetime import datetime

from db.model import Offer

MEDIA_TYPE = "application/json"


def to_json(offer: Offer, requested_url: str) -> bytes:
    """The metadata record's block: one JSON object in UTF-8."""
    told = {
        "source": offer.source,
        "channel": offer.channel,
        "title": offer.title,
        "summary": offer.summary,
        "published_at": offer.published_at.isoformat() if offer.published_at else None,
        "offered_at": offer.offered_at.isoformat() if offer.offered_at else None,
        "oldest": offer.oldest.isoformat() if offer.oldest else None,
        "requested_url": requested_url,
    }
    return json.dumps({"deserters": 1, **told}, ensure_ascii=False).encode()


def from_json(block: bytes) -> tuple[Offer, str] | None:
    """The offer and the requested URL of a metadata record; ``None`` where the block is not one of ours."""
    try:
        told = json.loads(block)
        if not isinstance(told, dict) or told.get("deserters") != 1:
            return None
        offer = Offer(
            source=told["source"],
            channel=told["channel"],
            title=told["title"],
            summary=told["summary"],
            published_at=_time(told["published_at"]),
            offered_at=_time(told["offered_at"]),
            oldest=_time(told["oldest"]),
        )
        return offer, str(told["requested_url"])
    except (ValueError, KeyError, TypeError):
        return None


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
