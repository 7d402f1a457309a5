// Reads an issue over and over with the parsers of others, and prints how many a second: `node peers.mjs BODY FORM`.
// It is run in a folder in which they are installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const here = createRequire(join(process.cwd(), "package.json"));
const load = async (name) => import(pathToFileURL(here.resolve(name)));
const [body, form] = process.argv.slice(2).map((file) => readFileSync(file, "utf8"));
const { parseIssue } = await load("@github/issue-parser");
const { default: parse } = await load("@zentered/issue-forms-body-parser");
const parsers = {
  "`@github/issue-parser`, with the form": () => parseIssue(body, form),
  "`@github/issue-parser`, without it": () => parseIssue(body),
  "`@zentered/issue-forms-body-parser`": () => parse(body),
};
const found = {};
for (const [name, read] of Object.entries(parsers)) {
  let best = 0;
  for (let series = 0; series < 5; series += 1) {
    const start = process.cpuUsage();
    let count = 0;
    for (const end = Date.now() + 300; Date.now() < end; count += 1) await read();
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, (count * 1e6) / (user + system));
  }
  found[name] = best;
}
console.log(JSON.stringify(found));
