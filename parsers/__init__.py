"""Log text to values: pure functions for PHP, Node and plain logs.  Start at `parsers.formats`."""
