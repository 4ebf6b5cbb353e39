"""The rows of which report names which country: as SQL, for the index, the pages and their numbers alike.

A report names a country where its text does, and where a sure decision of it is that country's, whatever word told so:
"in Astana", or the headline alone. A country can come several times; count reports, not rows.
"""

SURE = 0.7  # a decision's certainty from which its sentence names its country
NAMED = (
    "SELECT report, name AS country FROM mentions WHERE kind = 'country' AND known_until IS NULL UNION ALL "  # noqa: S608  # a constant
    f"SELECT report, country FROM decisions WHERE country <> '' AND certainty >= {SURE} AND found_by = 'rules' "
    "AND known_until IS NULL"
)
