// Prefill of 512 tokens and decode after them, through the API and in the bare loop, in turn.
import { bareLoop, MODELS, text, withRuntime } from "./runtime.mjs";
import { ratioRow } from "./table.mjs";

const PROMPT = 512;
const PREDICT = 128;

/** How many words make a prompt of about 512 tokens for this model. */
async function wordsFor(post, model) {
  const probe = await generate(post, model, text(200, 1), 1);
  return Math.round((200 * PROMPT) / probe.end.prompt_eval_count);
}

function generate(post, model, prompt, predict) {
  const options = { num_predict: predict, temperature: 0, num_ctx: 2048 };
  return post("/api/generate", { model, prompt, raw: true, options, keep_alive: "10m" });
}

export function speed({ rounds }) {
  return withRuntime(async (post) => {
    const rows = [];
    for (const [size, model] of Object.entries(MODELS)) {
      const words = await wordsFor(post, model);
      const api = { prefill: [], decode: [] };
      const bare = { prefill: [], decode: [] };
      for (let round = 0; round < rounds; round++) {
        const { times, end } = await generate(post, model, text(words, 100 + round), PREDICT);
        // The first line carries the first token; the last but one the last of the others. Lines
        // between them may carry several: the runtime writes no more often than a display draws.
        const decoded = end.eval_count - 1;
        api.prefill.push((1000 * end.prompt_eval_count) / times[0]);
        api.decode.push((1000 * decoded) / (times.at(-2) - times[0]));
        const loop = await bareLoop(model, end.prompt_eval_count, PREDICT);
        bare.prefill.push(loop.prefill_tokens_per_second);
        bare.decode.push(loop.decode_tokens_per_second);
      }
      const row = (name, atLeast, what) =>
        ratioRow({ name, values: api[what], references: bare[what], unit: "tokens/s", atLeast });
      rows.push(row(`prefill of ${PROMPT} tokens, ${size}`, 0.95, "prefill"));
      rows.push(row(`decode, ${size}`, 0.97, "decode"));
    }
    return rows;
  });
}
