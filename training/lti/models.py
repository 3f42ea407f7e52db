"""The tables of the room `lti`."""
