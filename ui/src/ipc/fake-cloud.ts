// Larger models in the core in memory: providers, switches, the ledger, and a person who decides as
// the scene or the test says. Never part of the real build.
import { type Core, CoreError } from "./core";
import type { Scene } from "./fake";
import type {
  AppEvent,
  Asked,
  CloudView,
  LargerRequest,
  NotSent,
  Place,
  ProviderView,
} from "./index";

type CloudCommands = Pick<
  Core,
  | "cloud"
  | "turnCloud"
  | "blockCloud"
  | "unblockCloud"
  | "saveProvider"
  | "removeProvider"
  | "takeKey"
  | "removeKey"
  | "testProvider"
  | "withdrawStandingYes"
  | "setOwnWords"
  | "askLarger"
  | "withdrawLarger"
  | "ledger"
  | "exportLedger"
>;

export type Decision = "yes" | NotSent;

const isPrivate = (host: string) => /^(localhost|127\.|10\.|192\.168\.|\[::1\])/.test(host);

export function fakeCloud(
  scene: Scene,
  tell: (event: AppEvent) => void,
  begin: (request: LargerRequest, of: ProviderView) => Asked,
): { commands: CloudCommands; decide: (decision: Decision) => void } {
  let decide: ((decision: Decision) => void) | null = null;

  const now = (changes: Partial<CloudView> = {}): CloudView => {
    scene.cloud = { ...scene.cloud, ...changes };
    tell({ type: "cloud_changed" });
    return structuredClone(scene.cloud);
  };
  const provider = (id: string): ProviderView => {
    const found = scene.cloud.providers.find((each) => each.id === id);
    if (!found) throw new CoreError("not_found", "This provider is no longer there.");
    return found;
  };
  const change = (id: string, changes: Partial<ProviderView>): CloudView => {
    provider(id);
    const providers = scene.cloud.providers.map((each) =>
      each.id === id ? { ...each, ...changes } : each,
    );
    return now({ providers });
  };
  const decision = async (place: ProviderView["place"]): Promise<Decision> => {
    if (scene.cloud.blocked) throw new CoreError("other", "Nothing may leave: it is blocked.");
    if (place === "cloud" && !scene.cloud.on) throw new CoreError("other", "The cloud is off.");
    if (decide) throw new CoreError("other", "Another request waits for your decision.");
    if (scene.decision !== null) return scene.decision;
    return new Promise<Decision>((resolve) => {
      decide = (made) => {
        decide = null;
        resolve(made);
      };
    });
  };

  const commands: CloudCommands = {
    cloud: async () => structuredClone(scene.cloud),
    turnCloud: async (on) => now({ on }),
    blockCloud: async () => {
      decide?.("blocked");
      return now({ blocked: true });
    },
    unblockCloud: async () => now({ blocked: false }),
    saveProvider: async ({ id, title, protocol, address, models }) => {
      const named = models.map((name) => ({ name, place: "cloud" as const }));
      if (id !== null && provider(id).built_in) return change(id, { models: named });
      if (!URL.canParse(address)) throw new CoreError("other", `“${address}” is not an address.`);
      const place: Place = isPrivate(new URL(address).host) ? "your_network" : "cloud";
      const entered = {
        title,
        protocol,
        address,
        place,
        models: models.map((name) => ({ name, place })),
      };
      if (id !== null) return change(id, entered);
      const added: ProviderView = {
        ...entered,
        id: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
        built_in: false,
        key: { state: "none" },
        retention: null,
        key_page: "",
        standing_yes: null,
      };
      return now({ providers: [...scene.cloud.providers, added] });
    },
    removeProvider: async (id) =>
      now({ providers: scene.cloud.providers.filter((each) => each.id !== id) }),
    takeKey: async (id) => change(id, { key: { state: "kept" } }),
    removeKey: async (id) => change(id, { key: { state: "none" } }),
    testProvider: async (id) => {
      const of = provider(id);
      const made = await decision(of.place);
      if (made !== "yes") return { outcome: "not_sent", why: made };
      if (of.built_in && of.key.state !== "kept") {
        return { outcome: "failed", message: `${of.title} did not take the key (401).` };
      }
      const names =
        of.models.length > 0 ? of.models.map(({ name }) => name) : ["large-1", "small-1"];
      const models = names.map((name) => ({ name, place: of.place }));
      return { outcome: "works", cloud: change(id, { models }) };
    },
    withdrawStandingYes: async (server) => {
      const of = scene.cloud.providers.find(({ standing_yes }) => standing_yes === server);
      return of ? change(of.id, { standing_yes: null }) : now();
    },
    setOwnWords: async (words) => now({ own_words: words }),
    askLarger: async (request) => {
      const of = provider(request.provider);
      const made = of.standing_yes === null ? await decision(of.place) : "yes";
      if (made !== "yes") return { outcome: "not_sent", why: made };
      return { outcome: "asked", asked: begin(request, of) };
    },
    withdrawLarger: async () => decide?.("withdrawn"),
    ledger: async () => structuredClone(scene.ledger),
    exportLedger: async () => "/home/ada/Documents/sotto-ledger-2026-11-20.json",
  };
  return { commands, decide: (made) => decide?.(made) };
}
