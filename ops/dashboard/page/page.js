// The page of `./berth dashboard`: draws what the server's events say, and asks it what other places would mean.

let view;
/** Id of the instance that is shown beside the nodes. */
let chosen;
/** An instance is being dragged: what is drawn now must stay. */
let dragging = false;
/** What was asked last: places by hand, what they would mean, what the policies say of it. */
let asked;

const at = (id) => document.getElementById(id);

/** An element; texts become text, never markup. */
function make(tag, { className = "", ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(properties))
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

const gb = (bytes) =>
  bytes > 0 && bytes < 1e8 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e8) / 10} GB`;
const points = (score) => `${Math.round(score * 10) / 10}`;
const plan = () => asked?.plan ?? view.plan;
const stateOf = (id) => view.status?.instances.find((one) => one.id === id);

function draw() {
  document.title = `Berth: ${view.stack}`;
  at("title").textContent = view.plan ? `${view.stack} on ${view.plan.cluster}` : view.stack;
  at("problems").replaceChildren(...view.problems.map((text) => make("li", {}, text)));
  at("nodes").replaceChildren(...(plan()?.nodes.map(node) ?? []));
  at("unplaced").replaceChildren(...unplaced());
  if (chosen) drawPanel();
}

function unplaced() {
  const ids = plan()?.unplaced.map(({ instance }) => instance) ?? [];
  if (ids.length === 0) return [];
  return [
    make("h2", { className: "refused" }, "No place"),
    make("div", { className: "chips" }, ...ids.map(chip)),
  ];
}

function node(load) {
  const health = view.health?.nodes[load.node];
  const status = load.status === "GONE" ? "GONE" : (health?.status ?? load.status);
  const reason = health?.reason ?? load.statusReason;
  const placements = plan().placements.filter((one) => one.node === load.node);
  const card = make(
    "article",
    { className: "node", "aria-label": load.node },
    make(
      "header",
      {},
      make("h2", {}, load.node),
      make("span", { className: `badge ${status}`, title: reason ?? "" }, status),
      make("span", { className: "soft" }, `${load.slots ?? load.instances} of ${load.maxInstances} places`),
    ),
    reason && make("p", { className: "soft" }, reason),
    memory(load, placements, health?.facts),
    load.unifiedMemory || load.gpuMemoryBytes === 0 ? undefined : gpu(load, placements),
    make("div", { className: "chips" }, ...placements.map(({ instance }) => chip(instance))),
    history(load.node),
  );
  card.addEventListener("dragover", (event) => {
    event.preventDefault();
    card.classList.add("over");
  });
  card.addEventListener("dragleave", () => card.classList.remove("over"));
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    card.classList.remove("over");
    ask(event.dataTransfer.getData("text/plain"), load.node);
  });
  return card;
}

function memory(load, placements, facts) {
  const others = load.others.reduce((sum, { ramBytes }) => sum + ramBytes, 0);
  const held = load.placedBytes + load.coTenantBytes + others;
  const bar = stretches(load.ramBytes, [
    ...placements.map((one) => [one.takes.ramBytes, kindOf(one.instance), one.instance]),
    [load.coTenantBytes, "tenant", "co-tenants"],
    [others, "other", "other stacks"],
  ]);
  const limit = make("span", { className: "limit", title: `limit ${gb(load.headroomLimitBytes)}` });
  limit.style.left = share(load.headroomLimitBytes, load.ramBytes);
  bar.append(limit);
  const used = facts && facts.ram_bytes - facts.mem_available_bytes;
  if (used !== undefined) {
    const line = make("span", { className: "used", title: `in use on the machine: ${gb(used)}` });
    line.style.width = share(used, facts.ram_bytes);
    bar.append(line);
  }
  const words = `${gb(held)} of ${gb(load.ramBytes)} ${load.unifiedMemory ? "unified memory" : "RAM"} planned`;
  const real = used === undefined ? "" : `; ${gb(used)} of ${gb(facts.ram_bytes)} in use`;
  return make("div", {}, bar, make("div", { className: "soft" }, words + real));
}

function gpu(load, placements) {
  const bar = stretches(load.gpuMemoryBytes, [
    ...placements.map((one) => [one.takes.gpuMemoryBytes, kindOf(one.instance), one.instance]),
    [load.gpuCoTenantBytes, "tenant", "co-tenants"],
  ]);
  const held = load.gpuPlacedBytes + load.gpuCoTenantBytes;
  return make(
    "div",
    {},
    bar,
    make("div", { className: "soft" }, `${gb(held)} of ${gb(load.gpuMemoryBytes)} GPU memory planned`),
  );
}

function stretches(whole, parts) {
  return make(
    "div",
    { className: "bar" },
    ...parts
      .filter(([bytes]) => bytes > 0)
      .map(([bytes, kind, name]) => {
        const stretch = make("span", { className: kind, title: `${name}: ${gb(bytes)}` });
        stretch.style.width = share(bytes, whole);
        return stretch;
      }),
  );
}

const share = (part, whole) => `${Math.min(100, (100 * part) / whole)}%`;
const kindOf = (id) => (asked && placeNow(id) !== placeThen(id) ? "moved" : "instance");
const placeNow = (id) => view.plan?.placements.find(({ instance }) => instance === id)?.node;
const placeThen = (id) => plan()?.placements.find(({ instance }) => instance === id)?.node;

function chip(id) {
  const state = stateOf(id)?.state;
  const button = make(
    "button",
    {
      type: "button",
      className: `chip ${id === chosen ? "chosen" : ""}`,
      draggable: true,
      "data-instance": id,
    },
    id,
    state && make("span", { className: state }, ` ${state}`),
  );
  button.addEventListener("dragstart", (event) => {
    dragging = true;
    event.dataTransfer.setData("text/plain", id);
  });
  button.addEventListener("dragend", () => {
    dragging = false;
    draw();
  });
  button.addEventListener("click", () => choose(id));
  return button;
}

function history(name) {
  const moments = view.history.map(({ at: time, nodes }) =>
    make("i", {
      className: nodes[name] ?? "",
      title: `${new Date(time).toLocaleTimeString()} ${nodes[name] ?? ""}`,
    }),
  );
  return make("div", { className: "history", "aria-label": `health of ${name}` }, ...moments);
}

function choose(id) {
  chosen = id;
  asked = undefined;
  draw();
  void showLog(id);
}

async function showLog(id) {
  const { text, problem } = await (await fetch(`/logs?instance=${encodeURIComponent(id)}`)).json();
  logs.set(id, text ?? problem);
  if (id === chosen) drawPanel();
}
const logs = new Map();

async function ask(id, place) {
  if (!view.plan || placeNow(id) === place) return;
  chosen = id;
  const byHand = { [id]: place };
  const question = { byHand, pending: true };
  asked = question;
  draw();
  const answer = await post("/what-if", byHand);
  if (asked !== question) return;
  Object.assign(question, answer);
  draw();
  question.verdict = await post("/verdict", byHand);
  question.pending = false;
  if (asked === question) draw();
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

function drawPanel() {
  const parts = asked ? question() : [];
  at("panel").replaceChildren(make("h2", {}, chosen), ...parts, ...details(), ...log());
}

function question() {
  const place = asked.byHand[chosen];
  const there = asked.plan?.placements.find((one) => one.instance === chosen);
  const back = make("button", { type: "button", id: "forget" }, "Forget it");
  back.addEventListener("click", () => choose(chosen));
  if (asked.problem) return [make("p", { className: "refused" }, asked.problem), back];
  const reasons = (asked.plan?.unplaced ?? []).flatMap(({ instance, reasons }) =>
    reasons
      .filter((one) => instance !== chosen || one.node === place)
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
      ...(asked.moves ?? []).map(({ instance, from, to }) =>
        make("li", {}, `${instance} would move from ${from} to ${to}`),
      ),
    ),
    verdict(),
    make("h3", {}, "For the scenario file"),
    make("pre", { id: "yaml" }, asked.yaml ?? ""),
    back,
  ];
}

function verdict() {
  if (!asked.verdict)
    return make("p", { id: "verdict", className: "soft" }, "The policies are being asked …");
  const { passes, violations = [], problem } = asked.verdict;
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

function details() {
  const placement = view.plan?.placements.find((one) => one.instance === chosen);
  const refusals = placement ?? view.plan?.unplaced.find((one) => one.instance === chosen);
  const state = stateOf(chosen);
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
    placeSelect(),
    make("h3", {}, "As it is planned"),
    make(
      "table",
      { id: "reasons" },
      ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell)))),
    ),
  ].filter(Boolean);
}

/** The same as dragging, for keyboards. */
function placeSelect() {
  const names = (view.plan?.nodes ?? [])
    .map(({ node: name }) => name)
    .filter((name) => name !== placeNow(chosen));
  const select = make(
    "select",
    { "aria-label": "another node" },
    make("option", { value: "" }, "what if it were on …"),
    ...names.map((name) => make("option", { value: name, selected: asked?.byHand[chosen] === name }, name)),
  );
  select.addEventListener("change", () => ask(chosen, select.value));
  return select;
}

const parts = (byName) =>
  Object.entries(byName)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${points(value)}`)
    .join(" + ");

function log() {
  return [make("h3", {}, "Log"), make("pre", { id: "log" }, logs.get(chosen) ?? "asking …")];
}

const events = new EventSource("/events");
events.onmessage = ({ data }) => {
  view = JSON.parse(data);
  if (!dragging) draw();
};
events.onerror = () => {
  at("freshness").textContent = "not connected: does  ./berth dashboard  still run?";
};
setInterval(() => {
  if (!view || events.readyState !== EventSource.OPEN) return;
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(view.at)) / 1000));
  at("freshness").textContent = `as of ${seconds} s ago, every ${view.intervalSeconds} s`;
}, 1000);
