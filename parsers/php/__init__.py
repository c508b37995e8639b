"""PHP logs: framing, messages, traces."""
