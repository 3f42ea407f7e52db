"""Every address of the service as a table of contents: what answers it, and who may ask."""

from certificates.audits import pages as audits
from certificates.bulk import pages as bulk
from certificates.commissioning import pages as commissioning
from certificates.credentials import download_pages, public_pages
from certificates.credentials.sheets import pages as sheet_pages
from certificates.decisions import appeal_pages, licence_pages, outcome_pages
from certificates.decisions import pages as certificates
from certificates.decisions.reissue import pages as reissue_pages
from certificates.evidence import feedback_pages
from certificates.evidence import pages as evidence_pages
from certificates.imports import proof_pages
from certificates.merging import pages as merging
from certificates.participation import adoption_pages, application_pages, place_list_pages
from certificates.participation import pages as participation
from certificates.register import site_list_pages
from certificates.register import site_pages as register_site_pages
from certificates.reliance import pages as reliance
from certificates.verification import link_pages, offline_pages, pages, staff_list_pages
from courses.cohorts import pages as cohorts
from courses.cohorts import session_pages as cohort_sessions
from courses.cohorts import task_pages as cohort_tasks
from courses.learning import learner_pages, player_pages
from courses.learning import pages as courses
from courses.learning import quiz_pages as quizzes
from courses.versions import list_pages as top_ups
from courses.versions import pages as versions
from training.app import failed_work_pages, health, home
from training.app.api.routes import API_ROUTES
from training.app.lessons.routes import LESSONS
from training.app.observation_routes import OBSERVATIONS
from training.app.own_tasks import pages as task_pages
from training.app.trail import pages as trail_pages
from training.app.unit import first_steps_pages, person_data_pages
from training.app.unit.material_routes import MATERIAL
from training.app.unit.register_routes import REGISTER
from training.app.unit.writing_routes import WRITING
from training.assessments import cancellation_pages, rating_pages, result_pages
from training.assessments import pages as assessments
from training.assessments.agreement import pages as agreement
from training.assessments.calibration import pages as calibrations
from training.assessments.calibration.sets import pages as calibration_sets
from training.assessments.calibration.sets import rating_pages as set_ratings
from training.assessments.countersignatures import pages as countersignatures
from training.assessments.disagreement import pages as disagreements
from training.assessments.eligibility import pages as eligibility
from training.assessments.quality import assessor_pages, plan_pages
from training.assessments.quality import pages as quality
from training.batches import pages as batches
from training.clients import api as client_api
from training.clients import developer_pages
from training.clients import pages as clients
from training.clients.webhooks import pages as webhook_pages
from training.imports import pages as imports
from training.lti.identities import duplicate_pages, name_proposal_pages
from training.lti.launch import deep_linking_pages, review_pages, teacher_pages
from training.lti.launch import pages as lti
from training.lti.registration import connect_pages, console_pages, traffic_pages
from training.lti.registration import joining_pages as joining
from training.openid import pages as openid
from training.openid import provider_pages as openid_provider_pages
from training.people import api as people_api
from training.people import pages as people
from training.people import site_pages as site_forms
from training.people.authentication import invitation_pages, session_pages, sign_in_pages
from training.people.contact import letter_pages, mending_pages
from training.people.contact import pages as contact_pages
from training.people.lists import pages as list_pages
from training.people.relations import pages as relations_pages
from training.people.second_step import method_pages, policy_pages, reset_pages
from training.people.second_step import pages as second_step_pages
from training.people.text_messages import pages as text_pages
from training.people.workforce import pages as workforce_pages
from training.records import answer_pages, site_pages
from training.records import pages as records
from training.web import assets
from training.web.routing import ANYONE, SIGNED_IN, at

BOTH, POST = ("GET", "POST"), ("POST",)
UPLOAD = 12_000_000
FILM = 250_000_000
"""What a phone may send by mistake: it is read to its end, so that the words beside it are not lost, and not kept."""
FILE_TO_CHECK = 5_100_000  # with what a form puts around it

ROUTES = [
    # the door of learning systems, looked for first
    at("/lti/login", lti.login, may=ANYONE, methods=BOTH, body=None),
    at("/lti/launch", lti.launch, may=ANYONE, methods=BOTH, body=None),
    # who is there
    at("/", home.home, may=ANYONE),
    at("/tasks", task_pages.tasks, may=SIGNED_IN, methods=BOTH),
    at("/sign-in", sign_in_pages.sign_in, may=ANYONE, methods=BOTH),
    at("/sign-in/passkey", sign_in_pages.by_passkey, may=ANYONE, methods=POST),
    at("/sign-in/second", second_step_pages.second_step, may=SIGNED_IN, methods=BOTH),
    at("/sign-in/text", text_pages.ask, may=ANYONE, methods=BOTH),
    at("/sign-in/text/code", text_pages.answer, may=ANYONE, methods=POST),
    at("/sign-in/with/{slug}", openid.begin, may=ANYONE),
    at("/sign-in/with/{slug}/back", openid.end, may=ANYONE),
    at("/sign-in/{token}", sign_in_pages.follow_link, may=ANYONE, methods=BOTH),
    at("/sign-out", sign_in_pages.sign_out, may=ANYONE, methods=POST),
    at("/sessions", session_pages.sessions, may=SIGNED_IN, methods=BOTH),
    at("/how-you-sign-in", method_pages.methods, may=SIGNED_IN),
    at("/how-you-sign-in/passkey", method_pages.add_passkey, may=SIGNED_IN, methods=POST),
    at("/how-you-sign-in/authenticator", method_pages.authenticator, may=SIGNED_IN, methods=BOTH),
    at("/how-you-sign-in/codes", method_pages.recovery_codes, may=SIGNED_IN, methods=BOTH),
    at("/how-you-sign-in/{id}", method_pages.method, may=SIGNED_IN, methods=BOTH),
    # the filters of any list
    at("/lists", list_pages.save, may=SIGNED_IN, methods=POST),
    at("/lists/{id}/remove", list_pages.remove, may=SIGNED_IN, methods=POST),
    # people and sites
    at("/people/choose", sign_in_pages.choose, may=ANYONE, methods=BOTH),
    at("/relations", relations_pages.relations, may=SIGNED_IN, methods=BOTH),
    at("/relations/{id}/take-back", relations_pages.withdraw, may=SIGNED_IN, methods=BOTH),
    at("/people", people.people, may="see people"),
    at("/people/alike", duplicate_pages.pairs, may="manage people"),
    at("/people/alike/{one}/{other}", duplicate_pages.declare, may="decide", methods=BOTH),
    at("/people/different/{id}", duplicate_pages.take_back, may="decide", methods=BOTH),
    at("/people/sign-in", policy_pages.policy, may="give every role", methods=BOTH),
    at("/people/sign-in/texts", text_pages.gateway, may="connect systems", methods=BOTH),
    at("/people/sign-in/openid", openid_provider_pages.provider, may="connect systems", methods=BOTH),
    at("/people/new", workforce_pages.new_person, may="manage people", methods=BOTH),
    at("/people/merges/{id}", merging.merged, may="give every role", methods=BOTH),
    at("/people/{id}", people.person, may="see people"),
    at("/people/{id}/merge", merging.other_record, may="give every role"),
    at("/people/{id}/merge/{other}", merging.rehearsal, may="give every role", methods=BOTH),
    at("/people/{id}/data", person_data_pages.data, may="give every role", methods=BOTH),
    at("/people/{id}/ways-in", invitation_pages.ways_in, may="manage people", methods=BOTH),
    at("/people/{id}/card", invitation_pages.card, may="manage people"),
    at("/people/{id}/name", contact_pages.name, may="manage people", methods=BOTH),
    at("/people/{id}/told-name", name_proposal_pages.answer, may="manage people", methods=POST),
    at("/people/{id}/letters", letter_pages.letters_of, may="manage people"),
    at("/letters", letter_pages.letters, may="manage people"),
    at("/letters/bounced/{secret}", letter_pages.bounced, may=ANYONE, methods=POST),
    at("/letters/{id}", letter_pages.letter, may="manage people", methods=BOTH),
    at("/address", contact_pages.own_addresses, may=SIGNED_IN, methods=BOTH),
    at("/name-requests/{id}", contact_pages.name_request, may="manage people", methods=BOTH),
    at("/name", contact_pages.own_name, may=SIGNED_IN, methods=BOTH),
    at("/people/{id}/memberships", people.membership, may="manage people", methods=POST),
    at("/people/{id}/memberships/move", people.move, may="manage people", methods=POST),
    at("/people/{id}/contact", mending_pages.contact, may="manage people", methods=BOTH),
    at("/people/{id}/memberships/end", people.end, may="manage people", methods=POST),
    at("/people/{id}/sign-in", reset_pages.reset, may="manage people", methods=BOTH),
    at("/people/{id}/sign-out", session_pages.sign_out_person, may="manage people", methods=POST),
    at("/applications", application_pages.asked, may="manage people"),
    at("/applications/{id}", application_pages.application, may="manage people", methods=BOTH),
    at("/people/{id}/programmes", participation.programmes, may="see people", methods=BOTH),
    at("/people/{id}/programmes/{place}", participation.place, may="manage people", methods=BOTH),
    at("/people/{id}/programme-roles", participation.give_role, may="manage people", methods=BOTH),
    at("/people/{id}/programme-roles/{role}", participation.role, may="manage people", methods=BOTH),
    at("/programmes/places", place_list_pages.places, may="see people"),
    at("/unit", site_forms.unit, may="load material", methods=BOTH),
    at("/areas", site_forms.areas, may="load material"),
    at("/areas/new", site_forms.area, may="load material", methods=BOTH),
    at("/areas/{id}", site_forms.area, may="load material", methods=BOTH),
    at("/sites", site_list_pages.sites, may="see people"),
    at("/sites/new", site_forms.site, may="load material", methods=BOTH),
    at("/sites/{id}", register_site_pages.site, may="see people"),
    at("/sites/{id}/change", site_forms.site, may="load material", methods=BOTH),
    at("/sites/{id}/licences", licence_pages.licences, may="see people"),
    at("/sites/{id}/programmes", adoption_pages.programmes, may="see people", methods=BOTH),
    at("/sites/{id}/programmes/{adoption}/end", adoption_pages.end, may="manage people", methods=BOTH),
    # learning systems
    at("/lti/launch/stored", lti.stored, may=ANYONE, methods=POST),
    at("/lti/window", lti.window, may=ANYONE, methods=POST),
    at("/lti/notices", lti.notices, may=ANYONE, methods=POST),
    at("/.well-known/jwks.json", lti.key_set, may=ANYONE),
    at("/lti/choose/{id}", deep_linking_pages.choose, may=SIGNED_IN, methods=BOTH),
    at("/lti/register", joining.register, may=ANYONE),
    at("/lti/review", review_pages.review, may=SIGNED_IN),
    at("/lti/teach", teacher_pages.teach, may=SIGNED_IN),
    at("/lti/privacy", review_pages.privacy, may=SIGNED_IN),
    at("/lti/console", console_pages.console, may="connect systems"),
    at("/lti/console/connect", connect_pages.connect, may="connect systems", methods=BOTH),
    at("/lti/console/launches", traffic_pages.launches, may="connect systems"),
    at("/lti/console/scores", traffic_pages.outbox, may="connect systems"),
    at("/lti/console/scores/{id}", traffic_pages.score, may="connect systems", methods=BOTH),
    at("/lti/console/courses/{id}", joining.course, may="connect systems", methods=BOTH),
    at("/lti/console/courses/{id}/programme", joining.programme, may="connect systems", methods=BOTH),
    at("/lti/console/{id}", console_pages.system, may="connect systems"),
    at("/lti/console/{id}/change", connect_pages.change, may="connect systems", methods=BOTH),
    at("/lti/console/{id}/check", console_pages.check, may="connect systems", methods=POST),
    at("/lti/console/{id}/accept", console_pages.accept, may="connect systems", methods=POST),
    at("/lti/console/{id}/introduce", console_pages.introduce, may="connect systems", methods=BOTH),
    at("/lti/console/{id}/place", console_pages.place, may="connect systems", methods=POST),
    at("/lti/console/{id}/approve", console_pages.approve, may="connect systems", methods=POST),
    at("/lti/console/{id}/refuse", console_pages.refuse, may="connect systems", methods=POST),
    # programs
    at("/clients", clients.clients, may="connect systems"),
    at("/clients/new", clients.new, may="connect systems", methods=BOTH),
    at("/clients/{id}", clients.client, may="connect systems", methods=BOTH),
    at("/clients/{id}/webhook", webhook_pages.webhook, may="connect systems", methods=BOTH),
    at("/clients/{id}/change", clients.change, may="connect systems", methods=BOTH),
    # the first day, and what is taught and asked
    at("/first-steps", first_steps_pages.first_steps, may="load material", methods=BOTH),
    at("/first-steps/mail", first_steps_pages.mail, may="run the service", methods=BOTH),
    *WRITING,
    *MATERIAL,
    *REGISTER,
    # work on many at once
    at("/batches", batches.batches, may="train"),
    at("/batches/{id}", batches.batch, may="train", methods=BOTH),
    at("/batches/{id}/do", batches.act, may="train", methods=POST),
    at("/batches/{id}/refused.csv", batches.refused, may="train"),
    at("/bulk", bulk.choose, may="train", methods=POST),
    at("/bulk/{id}", bulk.prepare, may="train", methods=BOTH),
    at("/imports", imports.begin, may="load material", methods=BOTH, body=FILM),
    at("/imports/{id}", imports.prepare, may="load material", methods=BOTH),
    at("/imports/{id}/sheet", imports.other_sheet, may="load material", methods=POST),
    # what could not be done
    at("/work", failed_work_pages.work, may="run the service", methods=BOTH),
    *LESSONS,
    # what is learnt
    at("/courses", courses.mine, may=SIGNED_IN),
    at("/courses/media/{sha256}", player_pages.media, may=SIGNED_IN),
    at("/courses/entries/{entry}", player_pages.entry, may=SIGNED_IN),
    at("/courses/cohorts", cohorts.every_cohort, may="train"),
    at("/courses/cohorts/new", cohorts.make, may="manage people", methods=BOTH),
    at("/courses/cohorts/{id}", cohorts.cohort, may="train"),
    at("/courses/cohorts/{id}/change", cohorts.change, may="manage people", methods=BOTH),
    at("/courses/cohorts/{id}/places", cohorts.places, may="manage people", methods=POST),
    at("/courses/cohorts/{id}/fill", cohorts.fill_from, may="manage people", methods=BOTH),
    at("/courses/cohorts/{id}/tasks", cohort_tasks.tasks, may="train"),
    at("/courses/cohorts/{id}/tasks/{entry}", cohort_tasks.task, may="train", methods=BOTH),
    at("/courses/cohorts/{id}/sessions", cohort_sessions.sessions, may="manage people", methods=BOTH),
    at("/courses/cohorts/{id}/sessions/{session}", cohort_sessions.session, may="train", methods=BOTH),
    at("/courses/cohorts/{id}/sessions/{session}/change", cohort_sessions.change, may="manage people", methods=BOTH),
    at("/courses/cohorts/{id}/sessions/{session}/made-up/{person}", cohort_sessions.made_up, may="train", methods=BOTH),
    at("/courses/of/{person}", learner_pages.courses_of, may="see people"),
    at("/courses/learners/{enrolment}/{activity}", learner_pages.allow_try, may="see people", methods=POST),
    at("/courses/top-ups", top_ups.top_ups, may="see people"),
    at("/courses/{slug}", courses.outline, may=SIGNED_IN),
    at("/courses/{slug}/top-up", versions.top_up, may="learn", methods=BOTH),
    at("/courses/{slug}/versions/{number}", versions.version, may=SIGNED_IN),
    at("/courses/{slug}/versions/{number}/choice", versions.choose, may="load material", methods=POST),
    at("/courses/{slug}/learners", learner_pages.learners, may="see people"),
    at("/courses/{slug}/cohorts/new", cohorts.make, may="manage people", methods=BOTH),
    at("/courses/{slug}/start", courses.start, may="learn", methods=POST),
    at("/courses/{slug}/newer", courses.newer, may="learn", methods=POST),
    at("/courses/{slug}/continue", courses.resume, may="learn"),
    at("/courses/{slug}/{module}", courses.module, may="learn"),
    at("/courses/{slug}/{module}/{activity}", player_pages.activity, may="learn"),
    at("/courses/{slug}/{module}/{activity}", player_pages.done, may="learn", methods=POST, body=FILM),
    at("/courses/{slug}/{module}/{activity}/begin", quizzes.begin, may="learn", methods=POST),
    at("/courses/{slug}/{module}/{activity}/questions/{number}", quizzes.question, may="learn", methods=BOTH),
    at("/courses/{slug}/{module}/{activity}/check", quizzes.check, may="learn"),
    at("/courses/{slug}/{module}/{activity}/hand-in", quizzes.hand_in, may="learn", methods=POST),
    at("/courses/{slug}/{module}/{activity}/results/{number}", quizzes.result, may="learn"),
    # how it is practised
    at("/practice", records.mine, may="log practice"),
    at("/practice/new", evidence_pages.log, may="log practice", methods=BOTH, body=FILM),
    at("/practice/records", site_pages.records, may="see people"),
    at("/practice/of/{id}", site_pages.person, may="see people"),
    at("/practice/of/{id}/new", evidence_pages.record, may=SIGNED_IN, methods=BOTH, body=FILM),
    at("/practice/sites/{id}", site_pages.site, may="see people"),
    at("/practice/sites/{id}/new", evidence_pages.record, may=SIGNED_IN, methods=BOTH),
    at("/practice/confirm/{token}", answer_pages.by_link, may=ANYONE, methods=BOTH),
    at("/practice/confirmations", answer_pages.waiting, may="confirm practice"),
    at("/practice/confirmations/{id}", answer_pages.signed_in, may="confirm practice", methods=BOTH),
    at("/practice/confirmations/{id}/pass-on", answer_pages.pass_on, may="log practice", methods=BOTH),
    at("/practice/confirmations/{id}/here", answer_pages.here, may="log practice", methods=BOTH),
    at("/practice/confirmations/{id}/paper", site_pages.paper, may="manage people", methods=BOTH),
    at("/practice/records/{id}", records.record, may=SIGNED_IN),
    at("/practice/records/{id}/correct", evidence_pages.correct, may=SIGNED_IN, methods=BOTH, body=FILM),
    at("/practice/records/{id}/ask", records.ask, may="log practice", methods=BOTH),
    at("/practice/records/{id}/answer", evidence_pages.answer, may=SIGNED_IN, methods=BOTH),
    at("/practice/records/{id}/files/{file}", evidence_pages.proof, may=SIGNED_IN),
    at("/practice/changes", site_pages.changes, may="see people"),
    at("/practice/records/{id}/changes/{change}", site_pages.judge, may=SIGNED_IN, methods=POST),
    at("/practice/records/{id}/feedback", feedback_pages.rounds, may=SIGNED_IN, methods=BOTH),
    at("/feedback/words", feedback_pages.heard, may="load material"),
    at("/feedback/{token}", feedback_pages.parents, may=ANYONE, methods=BOTH),
    at("/practice/records/{id}/take-back", records.take_back, may=SIGNED_IN, methods=BOTH),
    # how it is judged
    at("/assessments", assessments.mine, may=SIGNED_IN),
    at("/assessments/new", assessments.begin, may="assess", methods=BOTH),
    at("/assessments/of/{id}", assessments.of, may="see people"),
    at("/assessments/eligible/{id}", eligibility.eligible, may="see people"),
    at("/assessments/agreement", agreement.agreement, may="audit"),
    at("/assessments/agreement/pairs", agreement.pairs, may="audit"),
    at("/assessments/agreement/of/{id}", agreement.of, may=SIGNED_IN),
    at("/assessments/quality", quality.samples, may="audit"),
    at("/assessments/quality/plan", plan_pages.plan, may="audit", methods=BOTH),
    at("/assessments/quality/draw", plan_pages.draw, may="audit", methods=POST),
    at("/assessments/quality/draws/{id}", plan_pages.one_draw, may="audit"),
    at("/assessments/quality/of/{id}", assessor_pages.of, may=SIGNED_IN),
    at("/assessments/quality/of/{id}", assessor_pages.of, may="audit", methods=POST),
    at("/assessments/quality/accompanied/{id}/take-back", assessor_pages.take_back, may="audit", methods=POST),
    at("/assessments/quality/{id}", quality.sample, may="audit", methods=BOTH),
    *OBSERVATIONS,
    at("/assessments/calibration", calibrations.calibrations, may="decide"),
    at("/assessments/calibration/new", calibrations.new, may="decide", methods=BOTH),
    at("/assessments/calibration/of/{id}", calibrations.of, may="decide"),
    at("/assessments/calibration/sets", calibration_sets.sets, may="decide", methods=BOTH),
    at("/assessments/calibration/sets/{id}", calibration_sets.one, may="decide", methods=BOTH),
    at("/assessments/calibration/sets/{id}/vignettes/{number}", calibration_sets.vignette, may="decide", methods=BOTH),
    at("/assessments/calibrate", set_ratings.mine, may="assess"),
    at("/assessments/calibrate/{id}", set_ratings.begin, may="assess", methods=POST),
    at("/assessments/calibrate/{id}/end", set_ratings.end, may="assess", methods=BOTH),
    at("/assessments/calibrate/{id}/{number}", set_ratings.rate, may="assess", methods=BOTH),
    at("/assessments/calibrated/{id}", set_ratings.result, may=SIGNED_IN),
    at("/assessments/calibration/{id}/take-back", calibrations.withdraw, may="decide", methods=BOTH),
    at("/assessments/to-countersign", countersignatures.waiting, may="assess"),
    at("/assessments/{id}", result_pages.assessment, may=SIGNED_IN),
    at("/assessments/{id}/answer", result_pages.answer, may=SIGNED_IN, methods=BOTH),
    at("/assessments/{id}/rate", rating_pages.rate, may="assess", methods=BOTH),
    at("/assessments/{id}/draft", rating_pages.draft, may="assess", methods=POST),
    at("/assessments/{id}/paper", rating_pages.paper, may="assess"),
    at("/assessments/{id}/compare", rating_pages.compare, may="assess", methods=POST),
    at("/assessments/{id}/check", rating_pages.check, may="assess", methods=BOTH),
    at("/assessments/{id}/agree", rating_pages.agree, may="assess", methods=BOTH),
    at("/assessments/{id}/disagree", disagreements.disagree, may="assess", methods=BOTH),
    at("/assessments/{id}/decide", disagreements.decide, may="decide", methods=BOTH),
    at("/assessments/{id}/stop", cancellation_pages.stop, may="assess", methods=BOTH),
    at("/assessments/{id}/sign", result_pages.sign, may="assess", methods=BOTH),
    at("/assessments/{id}/countersign", countersignatures.countersign, may="assess", methods=BOTH),
    # what has been earned
    at("/pathways", certificates.mine, may=SIGNED_IN),
    at("/pathways/join", application_pages.choose, may="learn", methods=BOTH),
    at("/pathways/join/{id}", application_pages.join, may="learn", methods=BOTH),
    at("/pathways/of/{id}", certificates.of, may="see people"),
    at("/certificates", certificates.certificates, may=SIGNED_IN),
    at("/certificates/reliance", reliance.certificates, may="decide"),
    at("/certificates/decisions", certificates.decisions, may=SIGNED_IN),
    at("/certificates/decisions/{id}", certificates.decision, may=SIGNED_IN, methods=BOTH),
    at("/sheet", sheet_pages.sheet, may="load material", methods=BOTH, body=UPLOAD),
    at("/sheet/{id}", sheet_pages.draft, may="load material", methods=BOTH),
    at("/sheet/{id}/{sample}", sheet_pages.sample, may="load material"),
    at("/certificates/appeals", appeal_pages.listed, may="decide", methods=BOTH),
    at("/certificates/appeals/{id}", appeal_pages.appeal, may="decide", methods=BOTH),
    at("/certificates/appeals/{id}/files/{number}", outcome_pages.file, may=SIGNED_IN),
    at("/certificates/outcomes/{id}", outcome_pages.outcome, may=SIGNED_IN, methods=BOTH, body=FILM),
    at("/certificates/staff-lists", staff_list_pages.own, may=SIGNED_IN, methods=BOTH),
    at("/certificates/{id}", certificates.certificate, may=SIGNED_IN, methods=BOTH),
    at("/certificates/{id}/again", reissue_pages.reissue, may="decide", methods=BOTH),
    at("/certificates/{id}/links", link_pages.links, may=SIGNED_IN, methods=BOTH),
    at("/certificates/{id}/links/{link}/end", link_pages.end, may=SIGNED_IN, methods=POST),
    at("/certificates/{id}/milestone", certificates.milestone, may=SIGNED_IN),
    at("/certificates/{id}/document", download_pages.document, may=SIGNED_IN),
    at("/certificates/{id}/badge", download_pages.badge, may=SIGNED_IN),
    at("/certificates/{id}/badge.{kind}", download_pages.picture, may=SIGNED_IN),
    at("/certificates/{id}/token", download_pages.token, may=SIGNED_IN),
    # who checks
    at("/v/{token}", pages.verify, may=ANYONE),
    at("/V/{token}", pages.verify, may=ANYONE),
    at("/s/{token}", link_pages.shared, may=ANYONE, methods=BOTH),
    at("/staff/{id}", staff_list_pages.public, may=ANYONE),
    at("/q/{signed}", offline_pages.signed, may=ANYONE),
    at("/Q/{signed}", offline_pages.signed, may=ANYONE),
    at("/verify", pages.check, may=ANYONE, methods=BOTH, body=FILE_TO_CHECK),
    at("/programmes", commissioning.programmes, may=ANYONE),
    at("/programmes/compare", commissioning.compare, may=ANYONE),
    at("/programmes/compare.csv", commissioning.file, may=ANYONE),
    at("/programmes/{slug}.csv", commissioning.file, may=ANYONE),
    at("/programmes/{slug}/sites.csv", commissioning.sites_file, may=ANYONE),
    at("/programmes/{slug}", commissioning.programme, may=ANYONE),
    at("/register/{id}/proofs", proof_pages.add, may="decide", methods=BOTH, body=FILM),
    at("/register/{id}/proofs/{proof}", proof_pages.proof, may=SIGNED_IN, methods=BOTH),
    at("/audits", audits.audits, may="audit", methods=BOTH),
    at("/audits/{id}", audits.audit, may="audit"),
    at("/audits/{id}/cases/{case}", audits.case, may="audit", methods=BOTH),
    at("/trail", trail_pages.trail, may="audit", methods=BOTH),
    at("/trail/head", trail_pages.head, may=ANYONE),
    # what credentials point to
    at("/issuers/{slug}", public_pages.issuer, may=ANYONE),
    at("/issuers/{slug}/did.json", public_pages.did, may=ANYONE),
    at("/.well-known/did.json", public_pages.host_did, may=ANYONE),
    at("/keys/{kid}", public_pages.key, may=ANYONE),
    at("/achievements/{slug}", public_pages.achievement, may=ANYONE),
    at("/achievements/{slug}/badge.{kind}", public_pages.picture, may=ANYONE),
    at("/status-lists/{id}", public_pages.status_list, may=ANYONE),
    # for programs
    at("/api/v1/me", people_api.me, may=ANYONE),
    at("/api/token", client_api.token, may=ANYONE, methods=POST),
    at("/openapi.json", client_api.openapi, may=ANYONE),
    at("/developers", developer_pages.developers, may=ANYONE),
    *API_ROUTES,
    # for browsers and machines
    at("/assets/{hash}/{path:path}", assets.shipped, may=ANYONE),
    at("/service-worker.js", assets.service_worker, may=ANYONE),
    at("/health/live", health.live, may=ANYONE),
    at("/health/ready", health.ready, may=ANYONE),
    at("/metrics", health.metrics, may=ANYONE),
]
