"""The tables of the room `courses`."""
