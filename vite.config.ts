// Builds the pages in `ui/` and runs their tests. The strict content security policy of the window
// is why nothing is inlined: no data: URLs, no inline polyfill.
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { type Plugin, runnerImport } from "vite";
import { defineConfig } from "vitest/config";

/** Puts the page as it is before anything is known into index.html (see ui/src/prerender.tsx). */
function prerendered(): Plugin {
  return {
    name: "sotto:prerendered",
    apply: "build",
    async transformIndexHtml(html, { path }) {
      // The consent window shows nothing before the core says what.
      if (path !== "/index.html") return html;
      // Node.js 20 has none. The keys in the page are those of the platform it is built for.
      globalThis.navigator ??= {
        platform: process.platform === "darwin" ? "MacIntel" : process.platform,
      } as Navigator;
      const { module } = await runnerImport<typeof import("./ui/src/prerender")>(
        "/src/prerender.tsx",
        { configFile: false, root: "ui", logLevel: "warn", plugins: [react()] },
      );
      const root = '<div id="root">';
      if (!html.includes(root)) throw new Error(`index.html has no ${root}`);
      return html.replace(root, () => root + module.prerender());
    },
  };
}

export default defineConfig({
  root: "ui",
  plugins: [react(), tailwindcss(), prerendered()],
  clearScreen: false,
  // The address that tauri.conf.json names as devUrl: another port would leave an empty window.
  server: { port: 5173, strictPort: true, host: "127.0.0.1" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // The oldest engines that Tailwind 4 draws correctly.
    target: ["safari16.4", "chrome111"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ["ui/index.html", "ui/consent.html", "ui/quick-prompt.html"],
      output: {
        // What the two pages share, in two pieces and not in a dozen: what the chat window needs
        // before its first frame, and what it loads after it.
        codeSplitting: {
          groups: [
            {
              name: "first",
              tags: ["$initial"],
              test: /\/ui\/src\/ipc\/|\/@tauri-apps\/|\/node_modules\/react\//,
              minShareCount: 2,
              priority: 2,
            },
            { name: "shared", tags: ["$initial"], minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["./vitest.setup.ts"],
    restoreMocks: true,
    // One core fewer is the default, which is half of a machine with two.
    maxWorkers: "100%",
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
