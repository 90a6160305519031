import { hanging } from "./explain-changes";
import { partsText, points } from "./explain-nodes";
import { outcome } from "./outcome";
import type { Why } from "./why";

/** The answer for people: at most 100 columns of plain text. */
export function explainWhy(answer: Why): string {
  return [...asItIs(answer), ...whatWouldChange(answer)].flatMap((line) => hanging(line)).join("\n");
}

function asItIs({ instance, node, placement, candidate, rejections }: Why): string[] {
  const place = placement
    ? `${instance} is planned on ${placement.node}: ${points(placement.score)} = ${partsText(placement.parts)}${placement.manual ? ", placed by hand" : ""}`
    : `${instance} is planned nowhere.`;
  if (candidate) {
    const why = candidate.decidedBy ? `; ${outcome(candidate.decidedBy)}` : "";
    return [place, `${node} would take it: ${points(candidate.score)} = ${partsText(candidate.parts)}${why}`];
  }
  if (rejections.length === 0) return [place];
  return [place, `${node} does not take it:`, ...rejections.map(({ token, text }) => `- ${token}: ${text}`)];
}

function whatWouldChange({ instance, node, placement, byHand, conflict }: Why): string[] {
  if (placement?.node === node) return [];
  if (byHand) {
    const moved = byHand.map((move) => `${move.instance} moves ${move.from} → ${move.to}`).join(", ");
    return [
      "",
      `To have it there, in the scenario:  placement: {${instance}: ${node}}`,
      moved ? `All have a place then; ${moved}.` : "Nothing else changes then.",
    ];
  }
  if (!conflict?.proven) return ["", `Whether ${node} could take it was not found out.`];
  if (conflict.help.length === 0)
    return ["", `No single change would bring it to ${node}: each of these has to go.`];
  return [
    "",
    `To have it on ${node} (placement: {${instance}: ${node}}) it takes one of these besides:`,
    ...conflict.help.map((one) => `- ${one}`),
  ];
}
