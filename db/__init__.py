"""The ground floor: what is known and kept."""
