"""Pure: Answer | Refusal to message parts, links, splitting, escaping."""
