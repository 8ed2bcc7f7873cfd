import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The server that the development server passes requests on to. */
const api = { target: process.env.API_URL ?? "http://127.0.0.1:8080", changeOrigin: false };

/** Routes of administrators, and others that no list or board leads to at once. */
const rare =
  /^\/(_app\/(admin|search|dashboards|trash|security|e-mail|profile|approvals|proposals|assistant|notifications|tasks|contacts|accounts|leads)|setup|invitation|reset-password|forgot-password|approval|design)/;

export default defineConfig({
  plugins: [
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      // These keep their loader beside their component, out of what every page waits for.
      codeSplittingOptions: {
        splitBehavior: ({ routeId }) => (rare.test(routeId) ? [["loader", "component"]] : undefined),
      },
      quoteStyle: "double",
      semicolons: true,
    }),
    react(),
    tailwindcss(),
  ],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: {
    proxy: {
      "/api": api,
      "/auth": api,
      "/oauth/": api,
      "/.well-known/": api,
      "^/mcp": api,
      "/scim": api,
      "/docs": api,
      "/openapi.json": api,
      "^/f/": api,
      "^/inbound/": api,
      "^/files/": api,
    },
  },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        main: new URL("index.html", import.meta.url).pathname,
        sw: new URL("sw/sw.ts", import.meta.url).pathname,
      },
      // The service worker keeps its name, and stands at the root: it is responsible for the paths below its own.
      output: { entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  test: {
    reporters: ["default", "./src/test/summary-reporter.ts"],
    restoreMocks: true,
    // Keys are typed one by one, and a busy machine takes its time; no test waits for the clock.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "app",
          environment: "jsdom",
          include: ["src/**/*.test.{ts,tsx}", "sw/**/*.test.ts"],
          setupFiles: ["src/test/setup.ts"],
        },
      },
      { extends: true, test: { name: "build", environment: "node", include: ["checks/*.test.ts"] } },
    ],
  },
});
