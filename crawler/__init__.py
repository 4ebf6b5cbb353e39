"""The middle floor: from a source list to what each page says."""
