import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { useState } from "react";
import { useKeysKept } from "./useKeysKept";

function Deeds() {
  const box = useKeysKept();
  const [done, setDone] = useState<string[]>([]);
  return (
    <>
      <div role="group" aria-label="deeds" {...box}>
        {!done.includes("cancel") && <button onClick={() => setDone([...done, "cancel"])}>cancel</button>}
        <button disabled={done.includes("put")} onClick={() => setDone([...done, "put"])}>put</button>
      </div>
      <button onClick={() => setDone(["cancel", "put"])}>elsewhere</button>
    </>
  );
}

it.each(["cancel", "put"])("stays where the button was that did `%s`", async (name) => {
  render(<Deeds />);
  screen.getByRole("button", { name }).focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByRole("group"));
});

it("takes nothing from who is elsewhere", async () => {
  render(<Deeds />);
  screen.getByRole("button", { name: "cancel" }).focus();
  screen.getByRole("button", { name: "elsewhere" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "elsewhere" }));
});
