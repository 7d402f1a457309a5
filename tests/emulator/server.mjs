// Starts the emulated GitHub on a free port of this machine, and GitHub's GraphQL before it, and prints both addresses:
// first that of all, then that of the REST API alone.
// The first line of standard input is JSON: {"baseUrl": "...", "seed": {...}}, where baseUrl is the address that the
// emulator gives to others as its own. It ends when standard input does, so it never outlives the tests.
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { createEmulator } from "emulate";
import { serve } from "./graphql.mjs";

const lines = createInterface({ input: process.stdin });
lines.once("line", async (line) => {
  const { baseUrl, seed } = JSON.parse(line);
  const port = await freePort();
  const tokens = {};
  for (const [token, user] of Object.entries(seed.tokens ?? {})) for (const name of [token, ...others(token)]) tokens[name] = user;
  await createEmulator({ service: "github", port, baseUrl, seed: { ...seed, tokens } });
  const rest = `http://127.0.0.1:${port}`;
  console.log(`${await serve(rest, { alias: alias(seed.tokens ?? {}) })} ${rest}`);
});
lines.once("close", () => process.exit(0));

// GraphQL's requests to the REST API must not use up what its callers have there, so they go out with other tokens of the
// same people, in turn: the emulator takes 5,000 requests an hour with each.
function others(token) {
  return Array.from({ length: 4 }, (_, number) => `${token}-graphql${number}`);
}

function alias(tokens) {
  let turn = 0;
  return (authorization) => {
    const [kind, token] = authorization.split(" ");
    const names = tokens[token] ? others(token) : [token];
    return `${kind} ${names[turn++ % names.length]}`;
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
