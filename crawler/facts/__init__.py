"""Facts: an article in, its figures, decisions, names and citations out, each with the words that prove it."""
