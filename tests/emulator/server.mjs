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
  await createEmulator({ service: "github", port, baseUrl, seed });
  const rest = `http://127.0.0.1:${port}`;
  console.log(`${await serve(rest)} ${rest}`);
});
lines.once("close", () => process.exit(0));

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
