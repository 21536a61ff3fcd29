import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { useState } from "react";
import { useKeysKept } from "./useKeysKept";

function Deeds() {
  const box = useKeysKept();
  const [done, setDone] = useState<string[]>([]);
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <div role="group" aria-label="deeds" {...box}>
        {!done.includes("cancel") && <button onClick={() => setDone([...done, "cancel"])}>cancel</button>}
        {!done.includes("remove") && <button onClick={() => setIsAsking(true)}>remove</button>}
        <button disabled={done.includes("put")} onClick={() => setDone([...done, "put"])}>put</button>
      </div>
      {isAsking && <div role="dialog"><button autoFocus onClick={() => { setIsAsking(false); setDone([...done, "remove"]); }}>yes</button></div>}
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

it("gets them back from what asks before", async () => {
  render(<Deeds />);
  screen.getByRole("button", { name: "remove" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "yes" }));
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
