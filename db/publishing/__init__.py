"""The live database in, a public edition out: without protected names, reviews, secrets and texts that are not free."""

from db.publishing.edition import Edition, Made, publish
from db.publishing.guarded import Known
from db.publishing.names import BLOCK
from db.publishing.reading import Published, published

__all__ = ["BLOCK", "Edition", "Known", "Made", "Published", "publish", "published"]
