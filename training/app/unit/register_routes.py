"""The addresses of the register, and of its figures with the lists behind them."""

from certificates.figures import pages as figures
from certificates.figures import people_pages
from certificates.register import pages as register
from training.web.routing import at

BOTH = ("GET", "POST")

REGISTER = [
    at("/figures", figures.figures, may="read register"),
    at("/figures/people", people_pages.people, may="read register"),
    at("/register", register.register, may="read register"),
    at("/register.csv", register.file, may="read register"),
    at("/register.xlsx", register.file, may="read register"),
    at("/register/{id}", register.entry, may="read register", methods=BOTH),
]
