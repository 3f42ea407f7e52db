// At the content origin, around a lesson made by others: the SCORM run time that it looks for, and the way to the player.
// Whatever the lesson does to this page, the player takes nothing from it but values, and checks those.

const { player, version } = document.body.dataset;
const PAUSE = 1000; // after the last value that the lesson sets
const OLD = ["core.lesson_location", "core.lesson_status", "core.score.raw", "core.score.min", "core.score.max", "core.exit", "core.session_time", "suspend_data"];
const NEW = ["location", "completion_status", "success_status", "score.scaled", "score.raw", "score.min", "score.max", "progress_measure", "exit", "session_time", "suspend_data"];
let api, lesson, pause;

function tell(what, more) {
  parent.postMessage({ lesson: what, ...more }, player);
}

function values() {
  const all = api.renderCMIToJSONObject().cmi;
  const found = (version === "1.2" ? OLD : NEW).map((name) => [`cmi.${name}`, name.split(".").reduce((at, key) => at?.[key], all)]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => [name, String(value)]));
}

function report() {
  clearTimeout(pause);
  tell("values", { values: values() });
}

function soon() {
  clearTimeout(pause);
  pause = setTimeout(report, PAUSE);
}

function begin(given) {
  // A lesson that sets no state has been done when it says that it is over: SCORM 1.2 RTE, 3.4.4.
  const settings = { autocommit: false, logLevel: 5, autoCompleteLessonStatus: true };
  if (!given.asset) {
    api = version === "1.2" ? new Scorm12API(settings) : new Scorm2004API(settings);
    api.loadFromFlattenedJSON(given.values);
    const [set, commit, finish] = version === "1.2" ? ["LMSSetValue.cmi.*", "LMSCommit", "LMSFinish"] : ["SetValue.cmi.*", "Commit", "Terminate"];
    api.on(set, soon);
    for (const one of [commit, finish]) api.on(one, () => setTimeout(report));
    window[version === "1.2" ? "API" : "API_1484_11"] = api;
  }
  const files = new URL("files/", location.href), address = new URL(given.href, location.href);
  if (!address.href.startsWith(files.href)) return;
  lesson = Object.assign(document.createElement("iframe"), { title: given.title, allow: "autoplay; fullscreen", src: address.href });
  document.body.append(lesson);
  lesson.addEventListener("load", () => lesson.focus(), { once: true });
}

function leave() {
  if (!lesson) { tell("left"); return; }
  // Lessons say how they end when their page goes: https://www.w3.org/TR/2014/REC-html5-20141028/browsers.html#unloading-documents
  lesson.addEventListener("load", () => { if (api) report(); tell("left"); }, { once: true });
  lesson.src = "about:blank";
}

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== player) return;
  if (data?.lesson === "start" && !lesson) begin(data);
  if (data?.lesson === "leave") leave();
});
tell("ready");
