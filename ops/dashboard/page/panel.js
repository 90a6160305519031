import { at, gb, make, parts, points } from "./make.js";
import { placeNow, shown, stateOf } from "./shown.js";

/** Draws what is known of the chosen instance, and of it elsewhere. @param on what its buttons do */
export function drawPanel(on) {
  at("panel").replaceChildren(
    make("h2", {}, shown.chosen),
    ...(shown.asked ? question(on) : []),
    ...details(on),
    ...log(),
  );
}

function question(on) {
  const place = shown.asked.byHand[shown.chosen];
  const there = shown.asked.plan?.placements.find((one) => one.instance === shown.chosen);
  const back = make("button", { type: "button", id: "forget" }, "Forget it");
  back.addEventListener("click", () => on.choose(shown.chosen));
  if (shown.asked.problem) return [make("p", { className: "refused" }, shown.asked.problem), back];
  const reasons = (shown.asked.plan?.unplaced ?? []).flatMap(({ instance, reasons }) =>
    reasons
      .filter((one) => instance !== shown.chosen || one.node === place)
      .map((one) => make("li", { className: "refused" }, `${instance}, ${one.node}: ${one.text}`)),
  );
  return [
    make("h3", {}, `What if it were on ${place}?`),
    make(
      "p",
      { id: "score" },
      there ? `score ${points(there.score)} there, ${parts(there.parts)}` : "It has no place there.",
    ),
    make("ul", {}, ...reasons),
    make(
      "ul",
      {},
      ...(shown.asked.moves ?? []).map(({ instance, from, to }) =>
        make("li", {}, `${instance} would move from ${from} to ${to}`),
      ),
    ),
    verdict(),
    make("h3", {}, "For the scenario file"),
    make("pre", { id: "yaml" }, shown.asked.yaml ?? ""),
    back,
  ];
}

function verdict() {
  if (!shown.asked.verdict)
    return make("p", { id: "verdict", className: "soft" }, "The policies are being asked …");
  const { passes, violations = [], problem } = shown.asked.verdict;
  return make(
    "div",
    { id: "verdict" },
    make(
      "p",
      { className: passes ? "passes" : "refused" },
      passes ? "The policies let it pass." : "It is refused.",
    ),
    problem && make("pre", {}, problem),
    make(
      "ul",
      {},
      ...violations.map(({ level, rule, text }) =>
        make("li", { className: level }, `${level}, ${rule}: ${text}`),
      ),
    ),
  );
}

function details(on) {
  const placement = shown.view.plan?.placements.find((one) => one.instance === shown.chosen);
  const refusals = placement ?? shown.view.plan?.unplaced.find((one) => one.instance === shown.chosen);
  const state = stateOf(shown.chosen);
  const rows = [
    ...(placement ? [[placement.node, points(placement.score), parts(placement.parts)]] : []),
    ...(placement?.others ?? []).map((one) => [
      one.node,
      points(one.score),
      parts(one.parts) + (one.decidedBy ? `; ${one.decidedBy}` : ""),
    ]),
    ...(refusals?.reasons ?? []).map((one) => [one.node, "–", one.text]),
  ];
  return [
    state &&
      make(
        "p",
        {},
        make("span", { className: state.state }, state.state),
        ` on ${state.node}, ${state.restarts} restarts` +
          (state.memory_bytes === null
            ? ""
            : `, ${gb(state.memory_bytes)} of ${gb(state.memory_limit_bytes)}`),
      ),
    placeSelect(on),
    make("h3", {}, "As it is planned"),
    make(
      "table",
      { id: "reasons" },
      ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell)))),
    ),
  ].filter(Boolean);
}

/** The same as dragging, for keyboards. */
function placeSelect(on) {
  const names = (shown.view.plan?.nodes ?? [])
    .map(({ node: name }) => name)
    .filter((name) => name !== placeNow(shown.chosen));
  const select = make(
    "select",
    { "aria-label": "another node" },
    make("option", { value: "" }, "what if it were on …"),
    ...names.map((name) =>
      make("option", { value: name, selected: shown.asked?.byHand[shown.chosen] === name }, name),
    ),
  );
  select.addEventListener("change", () => on.ask(shown.chosen, select.value));
  return select;
}

function log() {
  return [make("h3", {}, "Log"), make("pre", { id: "log" }, shown.logs.get(shown.chosen) ?? "asking …")];
}
