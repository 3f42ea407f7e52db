"""Which tables are sealed, as a decision, an answer of the register or a right rests on them; why others are not.

Each change of a sealed row is written with a fact that speaks of it (`facts.record(…, row, rows=…)`), and
`training trail verify` compares the rows with the facts. What each kind of fact may change stands in `fact_writes`.
"""

from collections.abc import Mapping

SEALED: Mapping[str, Mapping[str, str]] = {
    # sites
    "sites.CentralUnit": {"first_steps_over": "puts a list of the home page away; nothing rests on it"},
    "sites.Programme": {},
    "sites.Area": {},
    "sites.Site": {},
    "sites.FormerValue": {},
    # people
    "people.Person": {
        "language": "the reader's own choice; nothing rests on it",
        "folded": "made of the name, to be found by",
    },
    "people.Email": {},
    "people.Membership": {},
    "people.Relation": {},
    "people.Difference": {},
    "people.Permission": {},
    "people.Factor": {
        "secret": "encrypted; and encrypted anew with another secret key",
        "counter": "moves with each use",
        "used": "when it was last used",
    },
    "people.SignInReset": {},
    "people.SignInPolicy": {},
    "people.SignInNumber": {},
    "people.TextGateway": {"secret": "encrypted; and encrypted anew with another secret key"},
    "people.OpenIdProvider": {"client_secret": "encrypted; and encrypted anew with another secret key"},
    # programmes
    "programmes.Adoption": {},
    "programmes.ComponentList": {},
    "programmes.Place": {},
    "programmes.ProgrammeRole": {},
    "programmes.Application": {},
    # records
    "records.Record": {},
    "records.Participant": {},
    "records.Tailoring": {},
    "records.RecordFile": {},
    "records.FeedbackRound": {},
    "records.FeedbackAnswer": {},
    "records.Confirmation": {},
    # assessments
    "assessments.Instrument": {},
    "assessments.InstrumentVersion": {},
    "assessments.CalibrationRun": {},
    "assessments.Assessment": {
        "touched": "makes changes of one assessment wait for each other; says nothing",
        "slot": "keeps one begin from making two; empty once somebody has handed in",
    },
    "assessments.Rater": {},
    "assessments.Rating": {},
    "assessments.Reconciliation": {},
    "assessments.Signature": {},
    # lti
    "lti.Registration": {
        "profile": "recognised at a launch; says only what habits to expect",
        "client_uri": "where its settings are changed; learnt anew at each introduction",
        "client_token": "opens that address; encrypted",
        "proposed": "changes that wait for somebody's yes",
        "asked": "who asked for it; gone once it is answered",
        "asked_hash": "keeps one request from registering twice",
        "clock_skew": "measured at the last launch",
    },
    "lti.Deployment": {"seen": "when it was last used"},
    "lti.Identity": {
        "name": "as the LMS told it last; we go by the person's",
        "email": "as the LMS told it last",
        "former_emails": "as it told before",
        "proposed_name": "as it told last, where we go by another; the answer is a fact",
    },
    # courses
    "courses.Course": {},
    "courses.CourseVersion": {},
    "courses.Module": {},
    "courses.Activity": {},
    "courses.Media": {},
    "courses.Enrolment": {
        "language": "the reader's own choice",
        "came_by": "the way back to the LMS",
        "place_id": "where the reader left off",
        "seen": "when the reader was last there",
    },
    "courses.QuizAttempt": {"position": "the question last looked at"},
    "courses.TaskEntry": {},
    "courses.TaskReply": {},
    "courses.Completion": {},
    "courses.Cohort": {},
    "courses.Seat": {},
    "courses.Session": {},
    "courses.Attendance": {},
    # certificates
    "certificates.PathwayVersion": {},
    "certificates.Evaluation": {},
    "certificates.Decision": {},
    "certificates.Vote": {},
    "certificates.Certification": {},
    "certificates.EarlierCertificate": {},
    "certificates.StateChange": {},
    "certificates.Appeal": {},
    "certificates.Certificate": {
        "progress": "how far the files are made; they prove themselves",
        "shows": "what the holder lets others see; may change every day",
        "opens_badge": "what the holder lets others have; may change every day",
        "leads_on": "what the holder lets others find; may change every day",
    },
    "certificates.IssuerKey": {"sealed": "the private part; encrypted, and encrypted anew with another master key"},
    "certificates.RaisedBit": {},
    "certificates.Artefact": {},
    "certificates.SheetDesign": {},
    # audits
    "audits.Audit": {},
    "audits.AuditCase": {},
}
"""Table, as `room.Model` → the columns that are left out, each with the reason."""

UNSEALED: Mapping[str, str] = {
    "trail.Fact": "sealed itself, entry by entry",
    "trail.Seal": "the seals themselves: chained and signed",
    "trail.SealedRow": "what the digests are checked with: a change of it shows as a damaged row",
    "trail.Followup": "work that waits; what it does is written with facts of its own",
    "web.TryCount": "counts tries for an hour",
    "batches.Batch": "what somebody wished to be done; what was done is written with facts of its own",
    "batches.BatchRow": "gone after 90 days; what it wrote is written with facts of its own",
    "imports.ColumnMatch": "how a file was read; each reader sees it and may correct it",
    "people.Session": "ends within days; what is done in it is a fact that names the person",
    "people.Letter": "gone after 90 days; how somebody was told in another way is a fact",
    "people.TaskList": "a number for the menu and a wish about mail; nothing rests on it",
    "people.TextCode": "works once within ten minutes, and only with our key",
    "people.RecoveryCode": "hashed with our key, so that a row put in by hand opens nothing; works once",
    "people.SignInLink": "works once within days, and only with our signature",
    "people.NameRequest": "asks only; that it was answered, by whom, and the new name are facts",
    "people.Phone": "where somebody is called; nothing rests on it",
    "certificates.ShareLink": "ends within a year; it shows what the check shows, and that it was made is a fact",
    "certificates.ShareLinkUse": "is for the holder to read, and decides nothing",
    "certificates.StaffListing": "is its person's word, there to be taken back; each giving and taking back is a fact",
    "records.ConfirmationLink": "works once; what is answered by it is a confirmation, which is sealed",
    "assessments.Draft": "replaced freely until it is handed in; then it is a rating, which is sealed",
    "lti.ToolKey": "encrypted; a row put in by hand does not open",
    "lti.Nonce": "gone after an hour",
    "lti.Context": "how an LMS calls its course, learnt anew at each launch; each place given by it is a fact",
    "lti.ResourceLink": "what an activity of an LMS opens, learnt anew at each launch; gives no right",
    "lti.ContextRole": "as what the LMS last saw somebody; gives no right here",
    "lti.LaunchTrace": "to find out why a launch failed; gone after 90 days",
    "lti.LineItem": "where scores go; nothing rests on it",
    "lti.Score": "the outbox of results; each is made of a fact",
    "lti.ScoreTry": "how often a score was sent",
    "lti.DeepLinkingSession": "gone after an hour",
    "lti.PendingLaunch": "gone after minutes",
    "lti.Consumer": "encrypted; a row put in by hand does not open",
    "lti.FormerUser": "counts only with the LMS's own signature under the same name",
    "courses.Progress": "how far a reader is; what counts of it is a completion, which is sealed",
    "courses.Answer": "what was ticked; what was given for it stands in the attempt, which is sealed",
    "certificates.StatusList": "a counter and a copy that is signed anew; the bits themselves are sealed",
    "certificates.Damage": "what a check has found; the next check finds it again",
    "certificates.PublishedAchievement": "made anew of the frozen facts at each publishing",
}
"""Table → why nothing that counts rests on it."""

NOT_YET: Mapping[str, tuple[str, str]] = {
    "courses.QuizAttempt": ("state", "open"),
}
"""Table → column and value of rows that are still being written; no fact speaks of them before they are finished."""
