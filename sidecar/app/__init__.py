"""The composition root: settings to objects, and what each command does with them."""
