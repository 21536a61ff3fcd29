import { QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { queries } from "@/api/query";
import { refresh } from "./useLiveRefresh";

test("an event during the first answer is not lost: that answer may be of before", async () => {
  const answers: ((state: string) => void)[] = [];
  const observer = new QueryObserver(queries, { queryKey: ["runs", "house", "one"], queryFn: () => new Promise<string>((answer) => answers.push(answer)) });
  const stop = observer.subscribe(() => undefined);
  refresh(["runs"]);
  expect(answers).toHaveLength(1);
  answers[0]?.("running");
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.("failed");
  await expect.poll(() => observer.getCurrentResult().data).toBe("failed");
  stop();
});
