import { stripVTControlCharacters } from "node:util";

/** A log line for one cell of a table: of a JSON object its words, without what the row says already; no colours, nothing that moves a cursor. */
export function lastWords(line: string): string {
  return stripVTControlCharacters(words(line)).replace(/\p{Cc}+/gu, " ");
}

function words(line: string): string {
  const given = parsed(line);
  if (typeof given !== "object" || given === null || Array.isArray(given)) return line;
  const { t: _time, instance: _instance, ...facts } = given as Record<string, unknown>;
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
