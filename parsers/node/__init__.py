"""Node console text: framing, stacks, util.inspect forms."""
