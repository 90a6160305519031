import { explain } from "./explain";
import { picture } from "./picture";
import type { Plan } from "./plan";

/** The plan as one page that needs nothing but itself: the picture, and below it the explanation in words. */
export function page(plan: Plan): string {
  const words = explain(plan).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plan: ${plan.scenario.replace(/[&<>]/g, "")}</title>
<style>body{font:14px system-ui,sans-serif;max-width:980px;margin:24px auto;padding:0 16px}pre{overflow-x:auto;line-height:1.35}</style>
</head>
<body>
${picture(plan)}
<p>Rest the pointer on a box for its score and for every other node's reason.</p>
<pre>${words}</pre>
</body>
</html>
`;
}
