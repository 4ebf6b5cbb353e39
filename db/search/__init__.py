"""What is found by which words, in any language and any form: keys of texts, and questions to the index of them."""

from db.search.about import tokens as about
from db.search.asking import NOTHING, Question, Term, parse
from db.search.filters import FIELDS, Known
from db.search.keys import VERSION, Token, bare_document, document, documents, tokens

__all__ = [
    "FIELDS", "NOTHING", "VERSION", "Known", "Question", "Term", "Token", "about", "bare_document", "document",
    "documents", "parse", "tokens",
]  # fmt: skip
