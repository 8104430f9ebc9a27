// The page that is drawn while building, and the code that takes it over.
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { begin } from "./begin";
import { createFake } from "./ipc/fake";
import { sceneNamed } from "./ipc/fake-scenes";
import { prerender } from "./prerender";
import { composer, forgetWindow, lastAnswer } from "./testing/window";

beforeEach(() => {
  forgetWindow();
  document.body.innerHTML = `<div id="root">${prerender()}</div>`;
});

afterEach(() => {
  document.body.innerHTML = "";
});

describe("the page drawn while building", () => {
  it("is taken over as it is, with what was typed before the code was there", async () => {
    // React tells of every difference between the drawn page and its own on the console.
    const complained = vi.spyOn(console, "error").mockImplementation(() => {});
    const early = await composer();
    await userEvent.type(early, "Typed early");
    const core = createFake({ ...sceneNamed("empty"), pace: 1 });
    await act(async () => begin(core));
    expect(complained).not.toHaveBeenCalled();
    expect(await composer()).toBe(early);
    expect(early).toHaveValue("Typed early");
    const send = screen.getByRole("button", { name: "Send" });
    await waitFor(() => expect(send).not.toHaveAttribute("aria-disabled"));
    await userEvent.type(early, "{Enter}");
    await lastAnswer("complete");
    expect(core.calls.filter(({ name }) => name === "ask")).toHaveLength(1);
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Typed early");
  });

  it("gives an early Enter to the code when it is there", async () => {
    history.replaceState(null, "", "?scene=empty");
    const frames: FrameRequestCallback[] = [];
    const hold = vi.spyOn(window, "requestAnimationFrame");
    hold.mockImplementation((frame) => frames.push(frame));
    const beginning = import("./main");
    const early = await composer();
    await waitFor(() => expect(early).toHaveFocus());
    early.value = "Typed early";
    expect(fireEvent.keyDown(early, { key: "Enter" })).toBe(false);
    expect(early).toHaveValue("Typed early");
    hold.mockRestore();
    await act(async () => {
      for (const frame of frames) frame(0);
      await beginning;
    });
    expect(await screen.findByRole("heading", { level: 1, name: "Typed early" })).toBeVisible();
    expect(early).toHaveValue("");
  });

  it("takes a long early paste out of the field", async () => {
    fireEvent.change(await composer(), { target: { value: "long ".repeat(20_000) } });
    await act(async () => begin(createFake({ ...sceneNamed("empty"), pace: 1 })));
    expect(await composer()).toHaveValue("");
    expect(screen.getByText(/Pasted text/)).toBeVisible();
  });

  it("needs no inline style, which the security policy would refuse", () => {
    expect(document.querySelector("#root [style]")).toBeNull();
  });
});
