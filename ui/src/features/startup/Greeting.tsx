// A conversation that has not begun: greets, and teaches one thing. At the first start it shows
// how far the working default is, says what the stand-in cannot do, and offers a model where there
// is none.
import { ShieldCheck } from "lucide-react";
import { lazy, Suspense } from "react";
import { Kbd } from "../../components/Kbd";
import { Arrival } from "../models/Arrival";
import { modelNamed, useModels } from "../models/useModels";

// Most people have a model.
const FirstModel = lazy(() => import("../model-library/FirstModel"));

interface GreetingProps {
  /** There is no conversation yet. */
  first: boolean;
  /** Conversations are kept. */
  kept: boolean;
}

export function Greeting({ first, kept }: GreetingProps) {
  const models = useModels();
  const standIn = modelNamed(models, models?.default ?? null)?.role === "stand_in";
  const arrival = models?.arrival;
  const none = models && !models.models.some(({ kind }) => kind === "chat");
  return (
    <section
      aria-label="Welcome"
      data-region="messages"
      tabIndex={-1}
      className="flex min-h-0 flex-col overflow-y-auto px-4"
    >
      <div className="m-auto flex w-full max-w-[34rem] flex-col gap-5 py-8">
        <div className="flex flex-col gap-2">
          <h2 className="text-title leading-tight font-semibold">
            {first ? "Welcome to Sotto" : "What is on your mind?"}
          </h2>
          <p className="text-soft">
            A language model on this computer answers. What you write stays here, also without a
            network.
          </p>
        </div>
        {arrival && (
          <div className="flex flex-col gap-3 rounded-xl border border-line bg-raised p-4 shadow-small">
            <Arrival arrival={arrival} />
            {standIn && (
              <p className="text-ui text-soft">
                You can try Sotto meanwhile. SmolLM2 135M is a stand-in: it answers at once but gets
                most questions wrong. Don’t rely on it.
              </p>
            )}
          </div>
        )}
        {!arrival && standIn && (
          <p className="rounded-r-lg border-l-[3px] border-cloud bg-cloud-wash px-4 py-3 text-ui">
            Only the stand-in, SmolLM2 135M, is here. It answers at once but gets most questions
            wrong. Don’t rely on it.
          </p>
        )}
        {none && (
          <p className="text-soft">
            No model is on this computer yet. Download one once; from then on it needs no network.
            Or drop a GGUF file onto this window.
          </p>
        )}
        {!arrival && (none || standIn) && (
          <Suspense>
            <FirstModel />
          </Suspense>
        )}
        {!arrival && !none && (
          <p className="flex flex-wrap items-center gap-x-4 gap-y-2 text-small text-faint">
            {kept && (
              <span className="inline-flex items-center gap-1.5">
                <ShieldCheck className="icon-small text-accent" aria-hidden="true" />
                Kept encrypted
              </span>
            )}
            <span className="inline-flex items-center gap-1.5">
              <Kbd keys="Mod+K" /> searches everything
            </span>
            <span className="inline-flex items-center gap-1.5">
              <Kbd keys="Mod+/" /> lists all keys
            </span>
          </p>
        )}
      </div>
    </section>
  );
}
