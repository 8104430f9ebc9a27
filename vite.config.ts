// Builds the pages in `ui/` and runs their tests. The strict content security policy of the window
// is why nothing is inlined: no data: URLs, no inline polyfill.
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: "ui",
  plugins: [react(), tailwindcss()],
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
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["./vitest.setup.ts"],
    restoreMocks: true,
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
