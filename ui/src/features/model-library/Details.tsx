// What an opened row says: numbers in sentences, where the files are, what the abbreviations mean.
import type { ReactNode } from "react";
import { CopyButton } from "../../components/CopyButton";
import { bytes, count } from "../../components/format";
import type { CatalogItem, HardwareView, LoadedView, ModelView } from "../../ipc";
import { languageName } from "./languages";
import {
  fitSentences,
  layerWords,
  ownerSentence,
  pages,
  parameterWords,
  quantizationWords,
  speedSentence,
} from "./words";

function Detail({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="pt-0.5 text-small text-faint @max-[34rem]:pt-2">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Frame({ children, foot }: { children: ReactNode; foot?: ReactNode }) {
  return (
    <div className="flex flex-col gap-4 rounded-xl border border-line bg-panel px-4 py-3.5 text-ui">
      <dl className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-0.5 @min-[34rem]:grid-cols-[7.5rem_minmax(0,1fr)] @min-[34rem]:gap-y-2">
        {children}
      </dl>
      {foot}
    </div>
  );
}

/** A path or an address: long, and to be taken along. */
function Copied({ text, label }: { text: string; label: string }) {
  return (
    <span className="flex items-start gap-1">
      <span className="min-w-0 py-1 font-mono text-small leading-snug select-text">{text}</span>
      <CopyButton text={text} label={label} />
    </span>
  );
}

const contextWords = (tokens: number) =>
  `${count(tokens)} tokens at most, about ${pages(tokens)} of text.`;

const all = (codes: readonly string[]) => codes.map(languageName).join(", ");

function Weights({ parameters, quantization }: { parameters: string; quantization: string }) {
  if (!parameters && !quantization) return null;
  return (
    <Detail name="Weights">
      {[parameters && `${parameters} parameters`, quantization].filter(Boolean).join(", ")}
      {quantizationWords(quantization) && (
        <span className="block text-small text-soft">{quantizationWords(quantization)}</span>
      )}
    </Detail>
  );
}

interface ModelDetailsProps {
  model: ModelView;
  hardware: HardwareView | undefined;
  /** How it is in memory, where it is. */
  loaded: LoadedView | undefined;
  /** Adapters that were made for a model of its architecture. */
  adapters: readonly ModelView[];
  foot: ReactNode;
}

export function ModelDetails({ model, hardware, loaded, adapters, foot }: ModelDetailsProps) {
  const layers = loaded ? layerWords(loaded) : "";
  return (
    <Frame foot={foot}>
      {model.fit && <Detail name="Memory">{fitSentences(model.fit, hardware)}</Detail>}
      {loaded && (
        <Detail name="Now">
          In memory: {bytes(loaded.memory)} with {count(loaded.context)} tokens of context. {layers}
        </Detail>
      )}
      {model.kind === "chat" && model.fit && (
        <Detail name="Speed">{speedSentence(model.speed)}</Detail>
      )}
      {model.context_length > 0 && (
        <Detail name="Context">{contextWords(model.context_length)}</Detail>
      )}
      <Weights parameters={model.parameters} quantization={model.quantization} />
      {model.architecture && <Detail name="Architecture">{model.architecture}</Detail>}
      {model.languages.length > 0 && <Detail name="Languages">{all(model.languages)}</Detail>}
      {model.licence && <Detail name="Licence">{model.licence}</Detail>}
      {adapters.length > 0 && (
        <Detail name="Adapters">
          {adapters.map(({ title }) => title).join(", ")}
          <span className="block text-small text-soft">
            Made for this architecture. Attached in the settings of the model.
          </span>
        </Detail>
      )}
      <Detail name={model.files.length > 1 ? `${model.files.length} files` : "File"}>
        {bytes(model.size)}. {ownerSentence(model)}
        {model.files.map((file) => (
          <Copied key={file} text={file} label={`Copy where ${file.split(/[\\/]/).at(-1)} is`} />
        ))}
      </Detail>
    </Frame>
  );
}

export function ItemDetails({
  item,
  hardware,
}: {
  item: CatalogItem;
  hardware: HardwareView | undefined;
}) {
  return (
    <Frame>
      <Detail name="Memory">{fitSentences(item.fit, hardware)}</Detail>
      <Detail name="Speed">{speedSentence(item.speed)}</Detail>
      <Detail name="Context">{contextWords(item.context_length)}</Detail>
      <Weights parameters={parameterWords(item.parameters)} quantization={item.quantization} />
      <Detail name="Architecture">{item.architecture}</Detail>
      <Detail name="Languages">{all(item.languages)}</Detail>
      <Detail name="Licence">
        {item.licence.name}
        {item.licence.terms && (
          <span className="block text-small text-soft">{item.licence.terms}</span>
        )}
        <Copied text={item.licence.link} label={`Copy the address of ${item.licence.name}`} />
      </Detail>
      <Detail name="File">
        {item.verified ? bytes(item.size) : `About ${bytes(item.size)}`}.{" "}
        {item.verified
          ? "Fetched, hashed and run by us."
          : "Listed, not tried by us: only the hub vouches for it."}
        <Copied
          text={`${item.repository}/${item.file}`}
          label={`Copy the name of ${item.title} on the hub`}
        />
      </Detail>
    </Frame>
  );
}
