"""The addresses of the register, of its figures with the lists behind them, and of reports of both."""

from certificates.figures import pages as figures
from certificates.figures import people_pages
from certificates.register import pages as register
from certificates.reports import answer_pages
from certificates.reports import pages as reports
from training.web.routing import at

BOTH, POST = ("GET", "POST"), ("POST",)
KEEP = "keep reports"

REGISTER = [
    at("/figures", figures.figures, may="read register"),
    at("/figures/people", people_pages.people, may="read register"),
    at("/register", register.register, may="read register"),
    at("/register.csv", register.file, may="read register"),
    at("/register.xlsx", register.file, may="read register"),
    at("/register/{id}", register.entry, may="read register", methods=BOTH),
    at("/reports", reports.reports, may=KEEP),
    at("/reports/new", reports.new, may=KEEP, methods=BOTH),
    at("/reports/answers/{id}", answer_pages.answer, may=KEEP),
    at("/reports/answers/{id}/again", answer_pages.again, may=KEEP, methods=POST),
    at("/reports/{id}", reports.report, may=KEEP),
    at("/reports/{id}/ask", reports.ask, may=KEEP, methods=POST),
    at("/reports/{id}/change", reports.change, may=KEEP, methods=BOTH),
    at("/reports/{id}/put-away", reports.put_away, may=KEEP, methods=POST),
    at("/reports/{id}/readers", reports.readers, may=KEEP, methods=POST),
]
