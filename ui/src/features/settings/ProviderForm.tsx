// What can be entered about a provider or a server: its name, address, protocol and models.
import type { FormEvent } from "react";
import { Button } from "../../components/Button";
import { FIELD, Field } from "../../components/Field";
import { showNote } from "../../components/toasts";
import { type Protocol, type ProviderEntry, type ProviderView, useCore } from "../../ipc";
import { useChangeCloud } from "../larger/useCloud";
import { lines } from "./lines";

const PROTOCOLS: readonly [Protocol, string][] = [
  ["open_ai", "OpenAI-compatible: most providers and local servers"],
  ["anthropic", "Anthropic Messages"],
];

/** What a filled-in form says. */
function entryOf(form: HTMLFormElement, before: ProviderView | null): ProviderEntry {
  const given = new FormData(form);
  const text = (name: string, otherwise: string) => String(given.get(name) ?? otherwise).trim();
  return {
    id: before?.id ?? null,
    title: text("title", before?.title ?? ""),
    protocol: text("protocol", before?.protocol ?? "open_ai") as Protocol,
    address: text("address", before?.address ?? ""),
    models: lines(given.get("models")),
  };
}

function Fields({ provider }: { provider: ProviderView | null }) {
  const passedOn = provider?.models.filter(({ place }) => place !== provider.place) ?? [];
  return (
    <>
      {!provider?.built_in && (
        <>
          <Field label="Name">
            {(ids) => (
              <input
                {...ids}
                name="title"
                required
                // biome-ignore lint/a11y/noAutofocus: the person asked to type here
                autoFocus={!provider}
                autoComplete="off"
                defaultValue={provider?.title}
                className={FIELD}
              />
            )}
          </Field>
          <Field
            label="Address"
            hint="For example http://192.168.1.20:8080/v1. Whether it is your network or the cloud is worked out from it; a name counts as the cloud."
          >
            {(ids) => (
              <input
                {...ids}
                name="address"
                required
                autoComplete="off"
                spellCheck={false}
                defaultValue={provider?.address}
                className={`${FIELD} font-mono`}
              />
            )}
          </Field>
          <Field label="It speaks">
            {(ids) => (
              <select {...ids} name="protocol" defaultValue={provider?.protocol} className={FIELD}>
                {PROTOCOLS.map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </>
      )}
      <Field
        label="Models, one on each line"
        hint={
          passedOn.length > 0
            ? `Passed on to the cloud by this server: ${passedOn.map(({ name }) => name).join(", ")}.`
            : "A test fills this in with what the provider offers."
        }
      >
        {(ids) => (
          <textarea
            {...ids}
            // What a test told takes the place of what stood here.
            key={provider?.models.map(({ name }) => name).join()}
            name="models"
            rows={3}
            spellCheck={false}
            defaultValue={provider?.models.map(({ name }) => name).join("\n")}
            className={`${FIELD} font-mono`}
          />
        )}
      </Field>
    </>
  );
}

/** Changes one that is there. Of a built-in one only the models can be changed. */
export function ProviderForm({ provider }: { provider: ProviderView }) {
  const core = useCore();
  const change = useChangeCloud();
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entry = entryOf(event.currentTarget, provider);
    if (await change(() => core.saveProvider(entry))) showNote("Kept.");
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={save} aria-label={`About ${provider.title}`}>
      <Fields provider={provider} />
      <Button type="submit" className="self-start">
        {provider.built_in ? "Keep these models" : "Keep this"}
      </Button>
    </form>
  );
}

export function NewProvider({ onDone }: { onDone: () => void }) {
  const core = useCore();
  const change = useChangeCloud();
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entry = entryOf(event.currentTarget, null);
    if (!(await change(() => core.saveProvider(entry)))) return;
    showNote(`${entry.title} was added. Open it to give it a key or to test it.`);
    onDone();
  };
  return (
    <form
      aria-label="A new provider or server"
      className="flex flex-col gap-3 rounded-xl border border-line p-4"
      onSubmit={add}
    >
      <Fields provider={null} />
      <div className="flex gap-2">
        <Button type="submit" kind="primary">
          Add
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
