// All of the quick prompt's page over a core.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, useState } from "react";
import { Announcer } from "../../components/Announcer";
import { type Core, CoreProvider } from "../../ipc";
import { QuickPage } from "./QuickPage";

/** The core tells of every change that this page shows; asking by itself would repeat it. */
const SILENT = { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

export function QuickRoot({ core }: { core: Core }) {
  const [queries] = useState(
    () => new QueryClient({ defaultOptions: { queries: { ...SILENT, networkMode: "always" } } }),
  );
  return (
    <StrictMode>
      <CoreProvider core={core}>
        <QueryClientProvider client={queries}>
          <QuickPage />
          <Announcer />
        </QueryClientProvider>
      </CoreProvider>
    </StrictMode>
  );
}
