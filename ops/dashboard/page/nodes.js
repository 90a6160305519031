import { at, gb, make, share } from "./make.js";
import { placeNow, placeThen, plan, shown, stateOf } from "./shown.js";

/** Draws the nodes with their instances. @param on what choosing, dragging and letting go of an instance does */
export function drawNodes(on) {
  at("nodes").replaceChildren(...(plan()?.nodes.map((load) => node(load, on)) ?? []));
  at("unplaced").replaceChildren(...unplaced(on));
}

function unplaced(on) {
  const ids = plan()?.unplaced.map(({ instance }) => instance) ?? [];
  if (ids.length === 0) return [];
  return [
    make("h2", { className: "refused" }, "No place"),
    make("div", { className: "chips" }, ...ids.map((id) => chip(id, on))),
  ];
}

function node(load, on) {
  const health = shown.view.health?.nodes[load.node];
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
    make("div", { className: "chips" }, ...placements.map(({ instance }) => chip(instance, on))),
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
    on.ask(event.dataTransfer.getData("text/plain"), load.node);
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

const kindOf = (id) => (shown.asked && placeNow(id) !== placeThen(id) ? "moved" : "instance");

function chip(id, on) {
  const state = stateOf(id)?.state;
  const button = make(
    "button",
    {
      type: "button",
      className: `chip ${id === shown.chosen ? "chosen" : ""}`,
      draggable: true,
      "data-instance": id,
    },
    id,
    state && make("span", { className: state }, ` ${state}`),
  );
  button.addEventListener("dragstart", (event) => {
    shown.dragging = true;
    event.dataTransfer.setData("text/plain", id);
  });
  button.addEventListener("dragend", () => {
    shown.dragging = false;
    on.drop();
  });
  button.addEventListener("click", () => on.choose(id));
  return button;
}

function history(name) {
  const moments = shown.view.history.map(({ at: time, nodes }) =>
    make("i", {
      className: nodes[name] ?? "",
      title: `${new Date(time).toLocaleTimeString()} ${nodes[name] ?? ""}`,
    }),
  );
  return make("div", { className: "history", "aria-label": `health of ${name}` }, ...moments);
}
