// The page of `./berth dashboard`: draws what the server's events say, and asks it what other places would mean.
import { at, make } from "./make.js";
import { drawNodes } from "./nodes.js";
import { drawPanel } from "./panel.js";
import { placeNow, shown } from "./shown.js";

function draw() {
  document.title = `Berth: ${shown.view.stack}`;
  at("title").textContent = shown.view.plan
    ? `${shown.view.stack} on ${shown.view.plan.cluster}`
    : shown.view.stack;
  at("problems").replaceChildren(...shown.view.problems.map((text) => make("li", {}, text)));
  drawNodes(on);
  if (shown.chosen) drawPanel(on);
}

const on = { choose, ask, drop: draw };

function choose(id) {
  shown.chosen = id;
  shown.asked = undefined;
  draw();
  void showLog(id);
}

async function showLog(id) {
  const { text, problem } = await (await fetch(`/logs?instance=${encodeURIComponent(id)}`)).json();
  shown.logs.set(id, text ?? problem);
  if (id === shown.chosen) drawPanel(on);
}

async function ask(id, place) {
  if (!shown.view.plan || placeNow(id) === place) return;
  shown.chosen = id;
  const byHand = { [id]: place };
  const question = { byHand };
  shown.asked = question;
  draw();
  const answer = await post("/what-if", byHand);
  if (shown.asked !== question) return;
  Object.assign(question, answer);
  draw();
  question.verdict = await post("/verdict", byHand);
  if (shown.asked === question) draw();
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

const events = new EventSource("/events");
events.onmessage = ({ data }) => {
  shown.view = JSON.parse(data);
  if (!shown.dragging) draw();
};
events.onerror = () => {
  at("freshness").textContent = "not connected: does  ./berth dashboard  still run?";
};
setInterval(() => {
  if (!shown.view || events.readyState !== EventSource.OPEN) return;
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(shown.view.at)) / 1000));
  at("freshness").textContent = `as of ${seconds} s ago, every ${shown.view.intervalSeconds} s`;
}, 1000);
