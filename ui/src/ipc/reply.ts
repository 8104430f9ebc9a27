// What a command of the shell replies, as a value or a thrown error of the core.
import type { ApiError } from "./bindings.gen";
import { CoreError } from "./core";

type Reply<T> = { status: "ok"; data: T } | { status: "error"; error: ApiError };

/** What a command resolves to, or a thrown error of the core. */
export async function data<T>(reply: Promise<Reply<T>>): Promise<T> {
  let settled: Reply<T>;
  try {
    settled = await reply;
  } catch (thrown) {
    throw CoreError.from(thrown);
  }
  if (settled.status === "error") throw CoreError.from(settled.error);
  return settled.data;
}

export async function done(reply: Promise<Reply<null>>): Promise<void> {
  await data(reply);
}
