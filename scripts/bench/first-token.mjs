// Time to the first token: a short question, warm; the second turn of a 2,000-token conversation;
// and the same when nothing of it is kept.
import { MODELS, text, withRuntime } from "./runtime.mjs";
import { figureRow, ratioRow } from "./table.mjs";

const QUESTION_WORDS = 18;
const HISTORY_TOKENS = 2000;

function chat(post, model, messages, predict) {
  const options = { num_predict: predict, temperature: 0, num_ctx: 4096 };
  return post("/api/chat", { model, messages, options, keep_alive: "10m" });
}

const user = (content) => ({ role: "user", content });
const assistant = (content) => ({ role: "assistant", content });

export function firstToken({ rounds }) {
  return withRuntime(async (post) => {
    const rows = [];
    for (const [size, model] of Object.entries(MODELS)) {
      const probe = await chat(post, model, [user(text(200, 1))], 1);
      const words = Math.round((200 * HISTORY_TOKENS) / probe.end.prompt_eval_count);
      const short = [];
      const second = [];
      const scratch = [];
      let tokens = 0;
      for (let round = 0; round < rounds; round++) {
        const question = () => user(text(QUESTION_WORDS, Math.round(Math.random() * 1e6)));
        // Leaving the long conversation of the round before is not part of a short question.
        await chat(post, model, [question()], 4);
        const first = await chat(post, model, [question()], 4);
        short.push(first.times[0]);
        tokens = first.end.prompt_eval_count;
        const history = [user(text(words, 1000 + round)), assistant("Thank you, that is clear.")];
        await chat(post, model, history.slice(0, 1), 1);
        // The turn after it brings the answer and the question; what is kept is the first message.
        second.push((await chat(post, model, [...history, question()], 4)).times[0]);
        const other = [user(text(words, 5000 + round)), assistant("Thank you, that is clear.")];
        scratch.push((await chat(post, model, [...other, question()], 4)).times[0]);
      }
      const name = `first token, ${size}`;
      rows.push(
        figureRow({
          name: `${name}: a short question (${tokens} tokens), warm`,
          values: short,
          unit: "ms",
        }),
        ratioRow({
          name: `${name}: second turn of 2,000 tokens, to the short one`,
          values: second,
          references: short,
          unit: "ms",
          atMost: 2.3,
        }),
        ratioRow({
          name: `${name}: the same evaluated from scratch, to the short one`,
          values: scratch,
          references: short,
          unit: "ms",
        }),
      );
    }
    return rows;
  });
}
