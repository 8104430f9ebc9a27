// All of the window's page over a core: what the program shows, and what is drawn ahead of it while
// it is built.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { type Core, CoreProvider } from "../ipc";
import { App } from "./App";

/** A store of what the core said. The core tells of every change; asking again would repeat it. */
export function createQueries(): QueryClient {
  return new QueryClient({
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
}

export function Root({ core, queries }: { core: Core; queries: QueryClient }) {
  return (
    <StrictMode>
      <CoreProvider core={core}>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </CoreProvider>
    </StrictMode>
  );
}
