"""Records to outcomes: reading whole files, remembering what was parsed, deciding, counting, storing."""
