"""The top floor: when things run, and where their results go."""
