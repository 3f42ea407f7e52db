"""The tables of the room `certificates`."""
