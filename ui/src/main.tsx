// Begins the window: the core, the store of what it said, and the page.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { preloadMarkdown } from "./components/markdown/Markdown";
import { preloadMessages } from "./features/chat/ChatView";
import { CoreProvider, connect } from "./ipc";
import "./styles/main.css";

// The core tells of every change; asking again by itself would only repeat what is known.
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

const core = await connect();
const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root");

createRoot(root).render(
  <StrictMode>
    <CoreProvider core={core}>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </CoreProvider>
  </StrictMode>,
);

// Not needed to type, so not before the first frame.
requestAnimationFrame(() =>
  setTimeout(() => {
    preloadMessages();
    preloadMarkdown();
  }, 50),
);
