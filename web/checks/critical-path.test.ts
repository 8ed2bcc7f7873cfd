/** The JavaScript that a page needs before it can show: at most 200 KB, compressed as the server sends it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, it } from "vitest";

const LIMIT = 200_000;
const root = fileURLToPath(new URL("..", import.meta.url));
/** Page → its route and the routes around it. */
const PAGES: Record<string, string[]> = {
  "/sign-in": ["sign-in"],
  "/": ["_app", "_app/index"],
  "/opportunities": ["_app", "_app/opportunities", "_app/opportunities/index"],
  "/opportunities/board": ["_app", "_app/opportunities", "_app/opportunities/board"],
  "/opportunities/$id": ["_app", "_app/opportunities", "_app/opportunities/$id"],
  "/accounts": ["_app", "_app/accounts", "_app/accounts/index"],
  "/tasks": ["_app", "_app/tasks"],
  "/approvals": ["_app", "_app/approvals"],
  "/admin/imports/$id": ["_app", "_app/admin", "_app/admin/imports", "_app/admin/imports/$id"],
};

const chunks = new Map<string, Rolldown.OutputChunk>();
const sizes = new Map<string, number>();
const compressed = (code: string | Buffer): number => brotliCompressSync(code).length;

/** The chunk itself and all that it imports statically, so that the browser waits for them. */
function withImports(chunk: Rolldown.OutputChunk, found = new Set<string>()): Set<string> {
  if (found.has(chunk.fileName)) return found;
  found.add(chunk.fileName);
  for (const name of chunk.imports) {
    const next = chunks.get(name);
    if (next) withImports(next, found);
  }
  return found;
}

beforeAll(async () => {
  process.env.NODE_ENV = "production"; // or React would be built as for development
  const built = (await build({ root, logLevel: "error", build: { write: false } })) as Rolldown.RolldownOutput;
  for (const file of built.output) if (file.type === "chunk") chunks.set(file.fileName, file);
  for (const [name, chunk] of chunks) sizes.set(name, compressed(chunk.code));
  sizes.set("theme.js", compressed(readFileSync(`${root}/public/theme.js`)));
}, 120_000);

it.each(Object.entries(PAGES))("%s", (page, routes) => {
  const all = [...chunks.values()];
  const needed = new Set(["theme.js"]);
  // No page waits for the service worker.
  for (const entry of all.filter((c) => c.isEntry && c.name !== "sw")) withImports(entry, needed);
  for (const route of routes) {
    // Its component, alone or with its loader.
    const chunk = all.find((c) => c.facadeModuleId?.includes(`/src/routes/${route}.tsx?tsr-split=`));
    expect(chunk, `the chunk of ${route}`).toBeDefined();
    if (chunk) withImports(chunk, needed);
  }
  const total = [...needed].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  console.info(`${page}: ${(total / 1000).toFixed(1)} KB`);
  expect(total).toBeLessThan(LIMIT);
});
