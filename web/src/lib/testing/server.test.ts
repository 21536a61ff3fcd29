import { describe, expect, it } from "vitest";
import { body, client } from "@/api/client";
import { type Answers, answer, askedOf, endOfTest, refusal } from "./server";
import { aPipeline, aRun } from "./things";

const runs = () => body(client.GET("/api/v1/workspaces/{workspace}/runs", { params: { path: { workspace: "shop" }, query: { limit: 5, state: ["done", "failed"] } } }));

describe("the server of tests", () => {
  it("answers an operation as the client reads it, and tells what was asked", async () => {
    answer({ list_runs: { items: [aRun({ rows_read: 7 })] }, read_notices: undefined });
    expect((await runs()).items[0]?.rows_read).toBe(7);
    expect(askedOf("list_runs")).toMatchObject([{ path: { workspace: "shop" }, query: { limit: "5", state: "done,failed" } }]);
    await client.POST("/api/v1/account/notices/{notice}/read", { params: { path: { notice: "nt_1" } } });
    expect(askedOf("read_notices")[0]?.path.notice).toBe("nt_1");
  });

  it("refuses as the server does, with places", async () => {
    answer({ list_runs: () => refusal(422, "`state` is none", { problems: [{ path: "/state", message: "no state" }] }) });
    await expect(runs()).rejects.toMatchObject({ status: 422, message: "`state` is none", problems: [{ path: "/state" }] });
  });

  it("fails for what was not foreseen", async () => {
    await expect(runs()).rejects.toMatchObject({ code: "unreachable" });
    expect(endOfTest()).toEqual(["GET /api/v1/workspaces/shop/runs (list_runs)"]);
  });

  it("does not compile with answers that the interface does not have", () => {
    const wrong: Answers[] = [
      // @ts-expect-error no such operation
      { list_walks: { items: [] } },
      // @ts-expect-error a field that runs do not have
      { list_runs: { items: [{ ...aRun(), colour: "red" }] } },
      // @ts-expect-error fields are missing
      { list_pipelines: () => ({ items: [{ id: aPipeline().id }] }) },
      // @ts-expect-error a state that no run has
      { show_runs: { ...aRun(), state: "walking" } },
    ];
    expect(wrong).toHaveLength(4);
  });
});
