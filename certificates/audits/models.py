"""The tables of the room `audits`."""
