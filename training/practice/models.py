"""The tables of the room `practice`."""
