// Prefill of 512 tokens and decode after them on a graphics card: the runtime through its API beside
// llama.cpp's own llama-bench with the very same libraries, in turn.
import { join } from "node:path";
import { besideRuntime } from "../lib/llama-bench.mjs";
import { Problem, print } from "../lib/report.mjs";
import { must } from "../lib/run.mjs";
import { MODELS, text, withRuntime } from "./runtime.mjs";
import { ratioRow } from "./table.mjs";

/** The device to measure on: the one that was asked for, else the one that the runtime uses by itself. */
function deviceOf(system, wanted) {
  const { devices, devices_note: note } = system;
  const device = devices.find(({ used }) => used);
  if (device && device.kind === "graphics") {
    print(`On ${device.description} (${device.name}).`);
    return device;
  }
  if (device) {
    print(
      `There is no graphics card in use: on ${device.description} (${device.name}, ${device.kind}) instead.`,
    );
    print("The ratios show that this works; the speeds say nothing of a graphics card.");
    return device;
  }
  const others = devices.map(({ name, description }) => `--device ${name} (${description})`);
  throw new Problem(
    `There is no graphics card to measure on${wanted ? `, and no ${wanted}` : ""}. ${note}`,
    others.length > 0 ? `There is: ${others.join(", ")}.` : "Look at its driver.",
  );
}

function generate(post, model, prompt, predict) {
  const options = { num_predict: predict, temperature: 0, num_ctx: 2048 };
  return post("/api/generate", { model, prompt, raw: true, options, keep_alive: "10m" });
}

/** llama-bench's two figures, in tokens per second. */
async function reference({ program, folder, model, device, threads, prompt, predict }) {
  const file = join(process.env.SOTTO_TEST_MODELS, `${model}.gguf`);
  const { cwd, env } = besideRuntime(program, folder);
  const measure = async (...what) => {
    const fixed = ["-m", file, "-dev", device, "-ngl", "999", "-t", threads, "-b", 512, "-r", 1];
    const args = [...fixed, ...what, "-o", "json"].map(String);
    const [row] = JSON.parse((await must(program, args, { cwd, env })).stdout);
    return row.avg_ts;
  };
  return {
    prefill: await measure("-p", prompt, "-n", 0),
    // After as many tokens as the runtime has before it begins to decode.
    decode: await measure("-p", 0, "-n", predict, "-d", prompt),
  };
}

/**
 * { rounds, size: of MODELS, device: its name or undefined, prompt and predict: tokens, program:
 * llama-bench, folder: where the runtime is }
 */
export function gpu({ rounds, size, device: wanted, prompt, predict, program, folder }) {
  const model = MODELS[size];
  if (!model)
    throw new Problem(`There is no ${size}. There are: ${Object.keys(MODELS).join(", ")}.`);
  return withRuntime(
    async (post, get) => {
      const system = await get("/api/sotto/system");
      const device = deviceOf(system, wanted);
      const probe = await generate(post, model, text(200, 1), 1);
      const words = Math.round((200 * prompt) / probe.end.prompt_eval_count);
      const [loaded] = (await get("/api/ps")).models;
      const layers = `${loaded.layers_vram} of ${loaded.layers} layers on it`;
      print(
        `${layers}, ${Math.round(loaded.size_vram / 2 ** 20)} MiB of its memory. ${loaded.note}`,
      );
      const api = { prefill: [], decode: [] };
      const bench = { prefill: [], decode: [] };
      for (let round = 0; round < rounds; round++) {
        const { times, end } = await generate(post, model, text(words, 100 + round), predict);
        // As in speed.mjs.
        api.prefill.push((1000 * end.prompt_eval_count) / times[0]);
        api.decode.push((1000 * (end.eval_count - 1)) / (times.at(-2) - times[0]));
        const { prefill, decode } = await reference({
          ...{ program, folder, model, prompt, predict },
          ...{ device: device.name, threads: system.threads },
        });
        bench.prefill.push(prefill);
        bench.decode.push(decode);
      }
      const row = (name, what) =>
        ratioRow({
          name: `${name}, ${size}, ${device.name}, ${layers}`,
          values: api[what],
          references: bench[what],
          unit: "tokens/s",
          atLeast: 0.97,
        });
      return [row(`prefill of ${prompt} tokens`, "prefill"), row("decode", "decode")];
    },
    wanted ? ["--device", wanted] : [],
  );
}
