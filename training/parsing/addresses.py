"""Writes e-mail addresses and telephone numbers so that two spellings of the same one are equal; pure."""


def plain_address(contact: str) -> str:
    """Writes an address without its case and without what stands after a plus sign, a telephone number in digits."""
    name, at, host = contact.strip().lower().partition("@")
    return f"{name.split('+')[0]}@{host}" if at else "".join(sign for sign in name if sign.isdigit() or sign == "+")
